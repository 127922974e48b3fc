import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { BlockTiming, ChunkTiming } from '#build/core/types.js';
import { TraceText, type TraceGroup } from '#build/report/trace.js';

import { assertLanesNest, isSlice, traceEvents, waysOf } from '../support/traces.js';

const READY_AT_MS = 10;

const pool = (actors: number): TraceGroup => ({
  name: 'parallel',
  actors: Array.from({ length: actors }, (_, slot) => ({
    name: `actor-${slot + 1}`,
    pid: 100 + slot,
    loadMs: 3,
    warmupMs: 2,
    readyAtMs: READY_AT_MS,
  })),
});

function trace(group: TraceGroup, minutes: readonly BlockTiming[]): string {
  const text = new TraceText();
  const start = text.header() + text.group(group);
  return minutes.reduce((all, timing, i) => all + text.block(group, i * 60_000, timing), start) + text.end();
}

const chunk: ChunkTiming = {
  actor: 0,
  items: 7,
  startedAtMs: 20,
  encodeMs: 1,
  arrivedAtMs: 24,
  servedFromMs: 24.5,
  answeredAtMs: 34,
  pipeMs: 4.5,
  decodeMs: 3,
  actorDecodeMs: 2,
  normalizeMs: 1,
  predictMs: 2.5,
  replyMs: 1,
  serviceMs: 12,
};
const minute: BlockTiming = {
  minutes: 1,
  items: 7,
  startedAtMs: 19.5,
  endedAtMs: 36,
  wallMs: 16.5,
  gatherMs: 1.5,
  chunks: [chunk],
};

test('a minute, event by event', () => {
  const lane = (tid: number, name: string): object => ({
    ph: 'M',
    pid: 1,
    tid,
    name: 'thread_name',
    args: { name },
  });
  const slice = (tid: number, name: string, ts: number, dur: number, more = {}): object => ({
    ph: 'X',
    pid: 1,
    tid,
    name,
    ts,
    dur,
    ...more,
  });
  const way = (ph: 'b' | 'e', name: string, ts: number): object => ({
    ph,
    pid: 1,
    tid: 1001,
    name,
    cat: 'chunk',
    id: '0',
    ts,
  });
  assert.deepEqual(traceEvents(trace(pool(1), [minute])), [
    { ph: 'M', pid: 1, tid: 0, name: 'process_name', args: { name: 'parallel' } },
    lane(1001, 'actor-1 (pid 100)'),
    slice(1001, 'load', 5000, 3000),
    slice(1001, 'warm up', 8000, 2000),
    lane(1, 'blocks'),
    slice(1, '1970-01-01T00:00:00Z', 19_500, 16_500, { args: { minutes: 1, items: 7, wallMs: 16.5 } }),
    slice(1, 'encode', 20_000, 1000, { bind_id: '0', flow_out: true }),
    way('b', 'pipe there', 21_000),
    way('e', 'pipe there', 22_000),
    way('b', 'pipe back', 29_000),
    way('e', 'pipe back', 33_000),
    slice(1001, 'chunk', 22_000, 7000, {
      bind_id: '0',
      flow_in: true,
      flow_out: true,
      args: { minute: '1970-01-01T00:00:00Z', items: 7, serviceMs: 12, pipeMs: 4.5 },
    }),
    slice(1001, 'decode', 22_000, 2000),
    slice(1001, 'normalize', 24_500, 1000),
    slice(1001, 'predict', 25_500, 2500),
    slice(1001, 'reply', 28_000, 1000),
    slice(1, 'decode', 33_000, 1000, { bind_id: '0', flow_in: true }),
    slice(1, 'gather', 34_500, 1500),
  ]);
});

test('an overlapping minute has a separate track, and decoding during other work is outside the tracks', () => {
  const later: BlockTiming = {
    ...minute,
    startedAtMs: 21,
    endedAtMs: 40,
    chunks: [{ ...chunk, startedAtMs: 21, arrivedAtMs: 26, servedFromMs: 30, answeredAtMs: 38 }],
  };
  const text = trace(pool(1), [minute, later, { ...minute, startedAtMs: 50, endedAtMs: 66, chunks: [] }]);
  const events = traceEvents(text);
  assertLanesNest(events);
  const minutes = events.filter(({ name, ph }) => ph === 'X' && name.startsWith('1970'));
  assert.deepEqual(
    minutes.map(({ tid }) => tid),
    [1, 2, 1],
  );
  assert.equal(events.filter(({ name, tid }) => name === 'decode' && tid === 1001).length, 3);
  assert.equal(waysOf(events).get('decode 1'), 2000);
});

test('a block of several minutes says how many', () => {
  const events = traceEvents(trace(pool(1), [{ ...minute, minutes: 120 }]));
  const [block] = events.filter(({ name, ph }) => ph === 'X' && name.startsWith('1970'));
  assert.equal(block?.name, '1970-01-01T00:00:00Z, 120 minutes');
  assert.equal(block.args?.['minutes'], 120);
});

test('minutes without items are not traced, and sequential minutes have no pipe', () => {
  const text = new TraceText();
  const solo = pool(1);
  text.group(solo);
  assert.equal(text.block(solo, 0, { ...minute, items: 0, chunks: [] }), '');
  const inside = { ...chunk, encodeMs: 0, pipeMs: 0, decodeMs: 0, actorDecodeMs: 0, serviceMs: 4.5 };
  const events = text.block(solo, 0, { ...minute, gatherMs: 0, chunks: [inside] });
  assert.deepEqual(
    [...events.matchAll(/"ph":"(\w)".*?"name":"(.*?)"/g)].map(([, ph, name]) => `${ph} ${name}`),
    ['M thread_name', 'X 1970-01-01T00:00:00Z', 'X chunk', 'X normalize', 'X predict', 'X reply'],
  );
});

test('an unknown group is refused, and groups do not share tracks', () => {
  const text = new TraceText();
  assert.throws(() => text.block(pool(1), 0, minute), RangeError);
  const groups = [pool(1), pool(1)];
  const events = groups.map((group) => text.group(group) + text.block(group, 0, minute));
  const all = traceEvents(text.header() + events.join('') + text.end());
  const slices = all.filter(isSlice).map(({ pid, tid, name }) => `${pid} ${tid} ${name}`);
  assert.equal(new Set(slices).size, 2 * 11);
  assertLanesNest(all);
});

/** Numbers that a run is made of: how long everything took. */
const durationMs = fc.double({ min: 0, max: 5, noNaN: true });
const chunkParts = fc.record({
  encodeMs: durationMs,
  thereMs: durationMs,
  actorDecodeMs: durationMs,
  normalizeMs: durationMs,
  predictMs: durationMs,
  replyMs: durationMs,
  backMs: durationMs,
  decodeMs: durationMs,
});
const minuteParts = fc.record({
  pauseMs: fc.double({ min: 0, max: 20, noNaN: true }),
  gatherMs: durationMs,
  chunks: fc.array(chunkParts, { minLength: 1, maxLength: 4 }),
});
type MinuteParts = typeof minuteParts extends fc.Arbitrary<infer T> ? T : never;

/** Minutes as a parent sees them that sends without waiting for answers; its answers are decoded one by one. */
function simulate(parts: readonly MinuteParts[]): BlockTiming[] {
  const actorFreeMs = [0, 0, 0, 0];
  let parentMs = READY_AT_MS;
  return parts.map(({ pauseMs, gatherMs, chunks }) => {
    parentMs += pauseMs;
    const startedAtMs = parentMs;
    const sent = chunks.map((part, actor) => {
      const chunkStartedAtMs = parentMs;
      parentMs += part.encodeMs;
      const arrivedAtMs = parentMs + part.thereMs + part.actorDecodeMs;
      const servedFromMs = Math.max(arrivedAtMs, actorFreeMs[actor]!);
      const repliedAtMs = servedFromMs + part.normalizeMs + part.predictMs + part.replyMs;
      actorFreeMs[actor] = repliedAtMs;
      return { part, actor, startedAtMs: chunkStartedAtMs, arrivedAtMs, servedFromMs, repliedAtMs };
    });
    let decodedAtMs = parentMs;
    const timings = sent.map(({ part, repliedAtMs, ...moments }): ChunkTiming => {
      decodedAtMs = Math.max(decodedAtMs, repliedAtMs + part.backMs) + part.decodeMs;
      return {
        ...part,
        ...moments,
        items: 1,
        answeredAtMs: decodedAtMs,
        decodeMs: part.actorDecodeMs + part.decodeMs,
        pipeMs: part.thereMs + part.backMs,
        serviceMs: decodedAtMs - moments.startedAtMs,
      };
    });
    const endedAtMs = decodedAtMs + gatherMs;
    return {
      minutes: 1,
      items: timings.length,
      startedAtMs,
      endedAtMs,
      wallMs: 1,
      gatherMs,
      chunks: timings,
    };
  });
}

test('slices of a track nest or do not overlap, and each part is as long as its time', () => {
  fc.assert(
    fc.property(fc.array(minuteParts, { maxLength: 6 }), (parts) => {
      const minutes = simulate(parts);
      const events = traceEvents(trace(pool(4), minutes));
      assertLanesNest(events);
      const drawn = new Map<string, number>();
      for (const { name, dur } of events.filter(isSlice)) drawn.set(name, (drawn.get(name) ?? 0) + dur);
      for (const [way, dur] of waysOf(events)) {
        if (way.startsWith('decode')) drawn.set('decode', (drawn.get('decode') ?? 0) + dur);
      }
      const chunks = minutes.flatMap((one) => one.chunks);
      for (const part of ['encode', 'decode', 'normalize', 'predict', 'reply'] as const) {
        const expected = chunks.reduce((sum, one) => sum + 1000 * one[`${part}Ms`], 0);
        const off = Math.abs((drawn.get(part) ?? 0) - expected);
        assert.ok(off < 0.01 * (1 + chunks.length), `${part} is off by ${off} µs`);
      }
    }),
  );
});
