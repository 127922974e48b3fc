import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AiopsError } from '#build/core/errors.js';
import { RunTimings } from '#build/measure/run-timings.js';
import { readTimingLine, timingLine, type BlockLine } from '#build/measure/timing-line.js';

import { ALONE, blockTiming, IN_BLOCK, minuteTiming } from '../support/timings.js';

const fieldsOf = (line: BlockLine): Record<string, unknown> =>
  JSON.parse(timingLine(line)) as Record<string, unknown>;

test('a line names every chunk', () => {
  const line = fieldsOf({ minuteMs: 0, timing: blockTiming(3, [4, 2]), ...IN_BLOCK });
  assert.deepEqual(Object.keys(line), [
    'version',
    'minute',
    'minutes',
    'alone',
    'items',
    'wallMs',
    'slowestMs',
    'gatherMs',
    'imbalance',
    'chunks',
  ]);
  assert.equal(line['minute'], '1970-01-01T00:00:00Z');
  assert.deepEqual([line['minutes'], line['alone'], line['items']], [3, false, 30]);
  assert.equal(line['slowestMs'], 4);
  assert.equal(line['imbalance'], 1.333);
  assert.deepEqual((line['chunks'] as unknown[])[1], {
    actor: 1,
    items: 15,
    encodeMs: 0.2,
    pipeMs: 0.2,
    decodeMs: 0.2,
    normalizeMs: 0.4,
    predictMs: 0.8,
    replyMs: 0.2,
    serviceMs: 2,
  });
});

test('with a schedule, a line says how late the minute started and was answered', () => {
  const timing = { ...minuteTiming([20]), startedAtMs: 190, endedAtMs: 210 };
  const line = fieldsOf({ minuteMs: 0, timing, isAlone: true, dueAtMs: 100 });
  assert.deepEqual([line['latenessMs'], line['responseMs']], [90, 110]);
});

test('lines read back give the figures that they were written from', () => {
  const written = new RunTimings(5);
  const read = new RunTimings(5);
  const services = [IN_BLOCK, ALONE, { isAlone: true, dueAtMs: -3 }] as const;
  for (const [i, service] of services.entries()) {
    const timing = service.isAlone ? minuteTiming([4, i]) : blockTiming(120, [64, 32]);
    written.add(timing, service);
    const block = readTimingLine(timingLine({ minuteMs: i * 60_000, timing, ...service }), 'timing.jsonl:1');
    assert.equal(block.minuteMs, i * 60_000);
    read.addServed(block.timing, block.isAlone, block.schedule);
  }
  assert.deepEqual(read.summary(), written.summary());
  for (const which of ['all', 'alone'] as const) {
    const [before, after] = [written.chunkSizes[which], read.chunkSizes[which]];
    assert.deepEqual([after.fullness(7), after.largest], [before.fullness(7), before.largest]);
  }
  assert.deepEqual([read.chunkSizes.all.largest, read.chunkSizes.alone.largest], [600, 5]);
});

test('a line of another version is refused with its place and both versions', () => {
  const line = fieldsOf({ minuteMs: 0, timing: minuteTiming([4]), ...ALONE });
  const { version, ...older } = line;
  assert.equal(version, 2);
  const refused = [
    [
      JSON.stringify({ ...line, version: 3 }),
      /^timing\.jsonl:12 has version 3; this program reads version 2$/,
    ],
    [JSON.stringify(older), /^timing\.jsonl:12 has no version; this program reads version 2$/],
  ] as const;
  for (const [text, message] of refused) {
    assert.throws(
      () => readTimingLine(text, 'timing.jsonl:12'),
      (error: AiopsError) => error.code === 'config' && message.test(error.message),
      text,
    );
  }
});

test('anything but a line of timings is refused with its place', () => {
  const line = fieldsOf({ minuteMs: 0, timing: minuteTiming([4]), isAlone: true, dueAtMs: 0 });
  const [chunk] = line['chunks'] as Record<string, unknown>[];
  const changed = (changes: Record<string, unknown>): string => JSON.stringify({ ...line, ...changes });
  const inChunk = (changes: Record<string, unknown>): string =>
    changed({ chunks: [{ ...chunk, ...changes }] });
  const bad = [
    ...['', '{"minute":"1970-', 'null', '[]', '7', '{}'],
    ...[changed({ minute: 0 }), changed({ minute: 'noon' }), changed({ items: -1 }), changed({ items: 1.5 })],
    ...[
      changed({ minutes: 0 }),
      changed({ minutes: 2 }),
      changed({ alone: 1 }),
      changed({ alone: undefined }),
    ],
    ...[
      changed({ wallMs: null }),
      changed({ gatherMs: '1' }),
      changed({ chunks: {} }),
      changed({ chunks: [null] }),
    ],
    ...[changed({ latenessMs: undefined }), changed({ responseMs: 'late' })],
    ...[
      inChunk({ actor: 1e9 }),
      inChunk({ items: null }),
      inChunk({ serviceMs: [] }),
      inChunk({ replyMs: undefined }),
    ],
    changed({ wallMs: 0 }).replace('"wallMs":0', '"wallMs":1e400'),
  ];
  for (const text of bad) {
    assert.throws(
      () => readTimingLine(text, 'timing.jsonl:12'),
      (error: AiopsError) => error.code === 'output_io' && error.message.startsWith('timing.jsonl:12 '),
      text,
    );
  }
});
