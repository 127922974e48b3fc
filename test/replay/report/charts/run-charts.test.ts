import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { percentile, sortSamples } from '#build/core/statistics.js';
import { TimelineKeeper } from '#build/replay/report/charts/run-charts.js';

import { minuteTiming } from '../../../support/timings.js';

test('the slowest minute is kept, and the typical one is the nearest to the median of those kept', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 63 }),
      (walls) => {
        const keeper = new TimelineKeeper();
        walls.forEach((wallMs, minute) => keeper.add(minute, minuteTiming([wallMs])));
        const median = percentile(sortSamples(walls), 0.5);
        const chosen = keeper.chosen(median);
        assert.ok(chosen !== null);
        assert.equal(chosen.slowest.timing.wallMs, Math.max(...walls));
        assert.equal(walls[chosen.slowest.minuteMs], chosen.slowest.timing.wallMs);
        const distances = walls.map((wallMs) => Math.abs(wallMs - median));
        assert.equal(Math.abs(chosen.typical.timing.wallMs - median), Math.min(...distances));
      },
    ),
  );
});

test('the typical minute of a long run is near the median', () => {
  const keeper = new TimelineKeeper();
  for (let minute = 0; minute < 50_000; minute++) keeper.add(minute, minuteTiming([1 + (minute % 997)]));
  const chosen = keeper.chosen(499);
  assert.equal(chosen?.slowest.timing.wallMs, 997);
  assert.ok(Math.abs(chosen.typical.timing.wallMs - 499) < 60);
});

test('without minutes none is chosen', () => {
  assert.equal(new TimelineKeeper().chosen(1), null);
});
