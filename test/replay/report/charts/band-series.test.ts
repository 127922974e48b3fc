import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { percentile, sortSamples } from '#build/core/statistics.js';
import { BandSeries } from '#build/replay/report/charts/band-series.js';

const samples = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 700 });

test('no sample is lost, and buckets stay few, ordered and correct', () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 8 }), (values, half) => {
      const capacity = 2 * half;
      const series = new BandSeries(capacity);
      values.forEach((value, minute) => series.add(minute, value));
      const bands = series.bands();
      assert.equal(series.samples, values.length);
      assert.ok(bands.length <= capacity);
      if (values.length > capacity) assert.ok(bands.length > capacity / 2 - 1);
      let from = 0;
      for (const { firstMs, lastMs, count, min, median, max } of bands) {
        const own = values.slice(from, from + count);
        assert.equal(own.length, count);
        assert.deepEqual([firstMs, lastMs], [from, from + count - 1]);
        assert.deepEqual([min, max], [Math.min(...own), Math.max(...own)]);
        assert.ok(min <= median && median <= max);
        from += count;
      }
      assert.equal(from, values.length);
    }),
  );
});

test('medians are exact while buckets have up to 32 samples', () => {
  fc.assert(
    fc.property(samples, (values) => {
      const series = new BandSeries(26); // 700 / 26 < 32
      values.forEach((value, minute) => series.add(minute, value));
      let from = 0;
      for (const { count, median } of series.bands()) {
        assert.equal(median, percentile(sortSamples(values.slice(from, from + count)), 0.5));
        from += count;
      }
    }),
  );
});

test('a bucket of many samples has a median near the true one', () => {
  const series = new BandSeries(2);
  for (let minute = 0; minute < 4096; minute++) series.add(minute, minute % 101);
  for (const { count, median } of series.bands()) {
    assert.equal(count, 2048);
    assert.ok(Math.abs(median - 50) < 12, String(median));
  }
});

test('an odd capacity is refused: buckets are merged in pairs', () => {
  assert.throws(() => new BandSeries(7), /7 buckets can't be paired/);
});
