import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AiopsError } from '#dist/core/errors.js';
import type { MinuteTiming } from '#dist/core/types.js';
import { readTimingLine, RunTimings, timingLine } from '#dist/measure/run-timings.js';

import { minuteTiming } from '../support/timings.js';

test('minutes without items do not count', () => {
  const timings = new RunTimings(100);
  timings.add(minuteTiming([]));
  assert.equal(timings.summary(), null);
});

test('late minutes, headroom, capacity and the breakdown of the time', () => {
  const timings = new RunTimings(100);
  for (const ms of [50, 50, 50, 150]) timings.add(minuteTiming([ms, ms / 2]));
  const summary = timings.summary();
  assert.equal(summary?.served, 4);
  assert.equal(summary.late, 1);
  assert.equal(summary.wallMs.p50, 50);
  assert.equal(summary.wallMs.p99.toFixed(9), '147.000000000');
  assert.equal(summary.headroom, 100 / summary.wallMs.p99);
  assert.equal(summary.capacityItems, Math.floor(100 / 14.7));
  assert.equal(summary.imbalance.p50, 2 / 1.5);
  assert.equal(summary.breakdownMs.predictMs, (300 * 1.5) / 2.5);
  assert.equal(timings.busyMs.toFixed(6), (300 * 1.5 * 0.7).toFixed(6));
});

test('with a schedule, lateness counts from when a minute was due, so a slow one delays those after it', () => {
  const timings = new RunTimings(100);
  const minute = (startedAtMs: number, ms: number): MinuteTiming => ({
    ...minuteTiming([ms]),
    startedAtMs,
    endedAtMs: startedAtMs + ms,
  });
  // Due every 100 ms; the first takes 190, the second had to wait 90 and takes 20.
  timings.add(minute(0, 190), 0);
  timings.add(minute(190, 20), 100);
  timings.add(minute(210, 20), 200);
  const summary = timings.summary();
  assert.equal(summary?.late, 2);
  assert.equal(summary.scheduled?.latenessMs.max, 90);
  assert.equal(summary.scheduled.latenessMs.p50, 10);
  assert.equal(summary.scheduled.responseMs.p50, 110);
  assert.equal(summary.headroom, 100 / summary.wallMs.p99);
  const line = JSON.parse(timingLine(0, minute(190, 20), 100)) as Record<string, unknown>;
  assert.equal(line['latenessMs'], 90);
  assert.equal(line['responseMs'], 110);
});

test('a line of timing.jsonl names every chunk', () => {
  const line = JSON.parse(timingLine(0, minuteTiming([4, 2]))) as Record<string, unknown>;
  assert.deepEqual(Object.keys(line), [
    'minute',
    'items',
    'wallMs',
    'slowestMs',
    'gatherMs',
    'imbalance',
    'chunks',
  ]);
  assert.equal(line['minute'], '1970-01-01T00:00:00Z');
  assert.equal(line['slowestMs'], 4);
  assert.equal(line['imbalance'], 1.333);
  assert.deepEqual((line['chunks'] as unknown[])[1], {
    actor: 1,
    items: 5,
    encodeMs: 0.2,
    pipeMs: 0.2,
    decodeMs: 0.2,
    normalizeMs: 0.4,
    predictMs: 0.8,
    replyMs: 0.2,
    serviceMs: 2,
  });
});

test('a line reads back as written, with and without a schedule', () => {
  const timing = minuteTiming([4, 2]);
  for (const dueAtMs of [null, -3]) {
    const read = readTimingLine(timingLine(60_000, timing, dueAtMs), 'timing.jsonl:1');
    assert.equal(read.minuteMs, 60_000);
    assert.equal(read.timing.wallMs, timing.wallMs);
    assert.deepEqual(
      read.timing.chunks.map(({ actor, items, predictMs }) => [actor, items, predictMs]),
      timing.chunks.map(({ actor, items, predictMs }) => [actor, items, predictMs]),
    );
    assert.equal(read.schedule === null, dueAtMs === null);
  }
});

test('anything but a line of timings is refused with its place', () => {
  const line = JSON.parse(timingLine(0, minuteTiming([4]), 0)) as Record<string, unknown>;
  const [chunk] = line['chunks'] as Record<string, unknown>[];
  const changed = (changes: Record<string, unknown>): string => JSON.stringify({ ...line, ...changes });
  const inChunk = (changes: Record<string, unknown>): string =>
    changed({ chunks: [{ ...chunk, ...changes }] });
  const bad = [
    ...['', '{"minute":"1970-', 'null', '[]', '7', '{}'],
    ...[changed({ minute: 0 }), changed({ minute: 'noon' }), changed({ items: -1 }), changed({ items: 1.5 })],
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
