import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { Intervals, plainGrid } from '#build/core/grid.js';
import { SampledTimes } from '#build/read/sample/time/times.js';

const INTERVAL_MS = 10;

test('a sample goes back as far as a record is before the newest one above it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 12 }), (timesMs) => {
      const times = new SampledTimes();
      for (const timeMs of timesMs) times.see('a', timeMs, Float64Array.of(1));
      const intervals = timesMs.map((timeMs) => Math.floor(timeMs / INTERVAL_MS));
      const back = intervals.map((interval, i) => Math.max(...intervals.slice(0, i + 1)) - interval);
      const most = Math.max(...back);
      const isAll = most > 0 && most === Math.max(...intervals) - Math.min(...intervals);
      assert.equal(times.intervalsBack(new Intervals(plainGrid(INTERVAL_MS))), isAll ? Infinity : most);
      assert.deepEqual(times.range(), [Math.min(...timesMs), Math.max(...timesMs)]);
    }),
  );
});
