import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { BlockTiming } from '#build/core/types.js';
import { RunTimings } from '#build/measure/run-timings.js';

import { ALONE, blockTiming, IN_BLOCK, minuteTiming } from '../support/timings.js';

test('blocks without items do not count', () => {
  const timings = new RunTimings(100);
  timings.add(minuteTiming([]), ALONE);
  timings.add(blockTiming(7, []), IN_BLOCK);
  assert.deepEqual(timings.summary(), { served: null, blocks: null, minutes: null });
});

test('late minutes, headroom and capacity are of minutes served alone', () => {
  const timings = new RunTimings(100);
  for (const ms of [50, 50, 50, 150]) timings.add(minuteTiming([ms, ms / 2]), ALONE);
  timings.add(blockTiming(20, [1000, 1000]), IN_BLOCK);
  const { minutes } = timings.summary();
  assert.equal(minutes?.served, 4);
  assert.equal(minutes.late, 1);
  assert.equal(minutes.wallMs.p50, 50);
  assert.equal(minutes.wallMs.p99.toFixed(9), '147.000000000');
  assert.equal(minutes.headroom, 100 / minutes.wallMs.p99);
  assert.equal(minutes.capacityItems, Math.floor(100 / 14.7));
  assert.equal(minutes.itemsPerSecond, 40 / 0.3);
  assert.deepEqual([...timings.wallsMs], [50, 50, 50, 150]);
});

test('a block counts with its time per minute and its items per second', () => {
  const timings = new RunTimings(100);
  timings.add(minuteTiming([90]), ALONE);
  for (const minutes of [10, 10, 30]) timings.add(blockTiming(minutes, [60, 30]), IN_BLOCK);
  const { blocks } = timings.summary();
  assert.deepEqual([blocks?.served, blocks?.minutes], [3, 50]);
  assert.equal(blocks?.minutesPerBlock.p50, 30, 'most minutes were in the long block');
  assert.equal(blocks.wallMs.max, 60);
  assert.deepEqual(
    [blocks.perMinuteMs.p50, blocks.perMinuteMs.mean, blocks.perMinuteMs.max],
    [2, 180 / 50, 6],
  );
  assert.equal(blocks.itemsPerSecond, (1000 * 500) / 180);
});

test('the breakdown, the shares and the imbalance are of everything served', () => {
  const timings = new RunTimings(100);
  timings.add(minuteTiming([20, 10]), ALONE);
  timings.add(blockTiming(3, [40, 20]), IN_BLOCK);
  const { served } = timings.summary();
  assert.deepEqual([served?.blocks, served?.items], [2, 40]);
  assert.equal(served?.imbalance.p50, 2 / 1.5);
  assert.equal(served.breakdownMs.predictMs, 90 / 2.5);
  assert.deepEqual(
    served.perActor.map(({ actor, chunks, items, serviceMs }) => [actor, chunks, items, serviceMs]),
    [
      [0, 2, 20, 60],
      [1, 2, 20, 30],
    ],
  );
  assert.equal(timings.busyMs.toFixed(6), (90 * 0.7).toFixed(6));
});

test('every block counts once, whichever way it was served', () => {
  const block = fc.record({ minutes: fc.integer({ min: 1, max: 50 }), ms: fc.integer({ min: 1, max: 99 }) });
  fc.assert(
    fc.property(fc.array(block, { minLength: 1 }), (all) => {
      const timings = new RunTimings(100);
      for (const { minutes, ms } of all) {
        timings.add(blockTiming(minutes, [ms]), minutes === 1 ? ALONE : IN_BLOCK);
      }
      const { served, blocks, minutes } = timings.summary();
      assert.equal(served?.blocks, all.length);
      assert.equal((blocks?.served ?? 0) + (minutes?.served ?? 0), all.length);
      const counted = (blocks?.minutes ?? 0) + (minutes?.served ?? 0);
      assert.equal(
        counted,
        all.reduce((sum, one) => sum + one.minutes, 0),
      );
      assert.equal(served.items, 5 * counted);
    }),
  );
});

test('with a schedule, lateness counts from when a minute was due, so a slow one delays those after it', () => {
  const timings = new RunTimings(100);
  const minute = (startedAtMs: number, ms: number): BlockTiming => ({
    ...minuteTiming([ms]),
    startedAtMs,
    endedAtMs: startedAtMs + ms,
  });
  // Due every 100 ms; the first takes 190, the second had to wait 90 and takes 20.
  timings.add(minute(0, 190), { isAlone: true, dueAtMs: 0 });
  timings.add(minute(190, 20), { isAlone: true, dueAtMs: 100 });
  timings.add(minute(210, 20), { isAlone: true, dueAtMs: 200 });
  const { minutes } = timings.summary();
  assert.equal(minutes?.late, 2);
  assert.equal(minutes.scheduled?.latenessMs.max, 90);
  assert.equal(minutes.scheduled.latenessMs.p50, 10);
  assert.equal(minutes.scheduled.responseMs.p50, 110);
  assert.equal(minutes.headroom, 100 / minutes.wallMs.p99);
});
