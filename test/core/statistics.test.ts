import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { RandomStream } from '#build/core/random.js';
import {
  describe,
  medianEstimate,
  outliers,
  percentile,
  ratioOfMedians,
  sortSamples,
} from '#build/core/statistics.js';

test('percentiles are linear between neighbours (definition 7)', () => {
  const samples = sortSamples([30, 10, 40, 20]);
  assert.deepEqual(Array.from(samples), [10, 20, 30, 40]);
  assert.equal(percentile(samples, 0), 10);
  assert.equal(percentile(samples, 0.5), 25);
  assert.equal(percentile(samples, 0.9), 37);
  assert.equal(percentile(samples, 1), 40);
  assert.equal(percentile(sortSamples([7]), 0.99), 7);
});

test('samples are sorted as numbers, not as text', () => {
  assert.deepEqual(Array.from(sortSamples([100, 9, -1])), [-1, 9, 100]);
});

test('a distribution says how many samples it rests on', () => {
  assert.deepEqual(describe(sortSamples([1, 2, 3, 4, 5])), {
    samples: 5,
    mean: 3,
    p50: 3,
    p90: 4.6,
    p95: 4.8,
    p99: 4.96,
    max: 5,
  });
  assert.throws(() => sortSamples([]), RangeError);
});

/** Every one of the nⁿ resamples of n samples, each sorted. */
function allResamples(samples: readonly number[]): number[][] {
  let resamples: number[][] = [[]];
  for (const _ of samples) resamples = resamples.flatMap((one) => samples.map((next) => [...one, next]));
  return resamples.map((one) => one.sort((a, b) => a - b));
}

/** The least value that a share `p` of the values does not exceed. */
function quantile(values: readonly number[], p: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(p * values.length) - 1] ?? NaN;
}

test('the interval of an odd number of samples is that of all their resamples', () => {
  for (const samples of [[7], [3, 1, 2], [1, 2, 2], [5, 1, 4, 2, 3], [1, 1, 2, 9, 9]]) {
    const medians = allResamples(samples).map((one) => one[(samples.length - 1) / 2] ?? NaN);
    const { low, high } = medianEstimate(samples);
    assert.deepEqual([low, high], [quantile(medians, 0.025), quantile(medians, 0.975)]);
  }
});

test('the interval of an even number of samples goes from the lower to the upper of the middle values', () => {
  for (const samples of [
    [4, 1],
    [4, 1, 3, 2],
    [1, 1, 1, 8],
  ]) {
    const resamples = allResamples(samples);
    const upper = samples.length / 2;
    const lowers = resamples.map((one) => one[upper - 1] ?? NaN);
    const uppers = resamples.map((one) => one[upper] ?? NaN);
    const { low, high } = medianEstimate(samples);
    assert.deepEqual([low, high], [quantile(lowers, 0.025), quantile(uppers, 0.975)]);
    const medians = lowers.map((value, i) => (value + (uppers[i] ?? NaN)) / 2);
    assert.ok(low <= quantile(medians, 0.025) && high >= quantile(medians, 0.975));
  }
});

test('the interval of many samples is that of a bootstrap that is drawn', () => {
  const random = new RandomStream(1);
  for (const length of [7, 30, 101]) {
    const samples = Array.from({ length }, () => random.next());
    const { low, high } = medianEstimate(samples);
    const medians = Array.from({ length: 20_000 }, () => {
      const drawn = Array.from({ length }, () => samples[random.nextInteger(0, length - 1)] ?? NaN);
      drawn.sort((a, b) => a - b);
      return [drawn[Math.ceil(length / 2) - 1] ?? NaN, drawn[Math.floor(length / 2)] ?? NaN] as const;
    });
    const share = (is: (lower: number, upper: number) => boolean): number =>
      medians.filter(([lower, upper]) => is(lower, upper)).length / medians.length;
    // 0.005 is more than four standard errors of a share of 2.5 % in 20,000.
    assert.ok(
      share((lower) => lower < low) < 0.025 + 0.005 && share((lower) => lower <= low) > 0.025 - 0.005,
    );
    assert.ok(
      share((_, upper) => upper > high) < 0.025 + 0.005 && share((_, upper) => upper >= high) > 0.025 - 0.005,
    );
  }
});

test('ranks of medians, by the binomial distribution', () => {
  const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i + 1);
  assert.deepEqual(medianEstimate(upTo(6)), { value: 3.5, low: 1, high: 6 });
  // P(Binomial(7, 1/7) ≥ 4) = 0.0102 is less than 0.025, P(Binomial(7, 2/7) ≥ 4) = 0.1083 is more.
  assert.deepEqual(medianEstimate(upTo(7)), { value: 4, low: 2, high: 6 });
  // P(Binomial(100, 0.40) ≥ 50) = 0.0271 and P(Binomial(100, 0.39) ≥ 50) = 0.0165.
  assert.deepEqual(medianEstimate(upTo(100)), { value: 50.5, low: 40, high: 61 });
  const { value, low, high } = medianEstimate(upTo(65_536));
  const normal = (1.959964 * Math.sqrt(65_536)) / 2;
  assert.ok(Math.abs(value - low - normal) <= 2 && Math.abs(high - value - normal) <= 2);
  assert.throws(() => medianEstimate([]), RangeError);
});

test('a median and its bounds are samples’ own: reversing the samples’ sign reverses them', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 }), (samples) => {
      const { value, low, high } = medianEstimate(samples);
      assert.ok(low <= value && value <= high);
      assert.ok(samples.includes(low) && samples.includes(high));
      const negated = medianEstimate(samples.map((sample) => 0 - sample));
      assert.deepEqual([negated.value + 0, negated.low, negated.high], [0 - value, 0 - high, 0 - low]);
    }),
  );
});

test('the ratio of two runs: its value is that of the medians, its interval is of the seed', () => {
  const estimate = ratioOfMedians([4, 2, 6], [1, 2, 3], new RandomStream(1));
  assert.equal(estimate.value, 2);
  // The bounds are the extreme ratios that the resamples reach: 2/3 and 6/1 have more than 2.5 % each (7/27)².
  assert.deepEqual([estimate.low, estimate.high], [2 / 3, 6]);
  assert.deepEqual(estimate, ratioOfMedians([4, 2, 6], [1, 2, 3], new RandomStream(1)));
  assert.deepEqual(ratioOfMedians([3, 3], [2], new RandomStream(1)), { value: 1.5, low: 1.5, high: 1.5 });
  assert.throws(() => ratioOfMedians([], [1], new RandomStream(1)), RangeError);
  assert.throws(() => ratioOfMedians([1], [], new RandomStream(1)), RangeError);
});

test('the ratio against a run that never varies has the interval of the other one’s median', () => {
  const random = new RandomStream(2);
  const samples = Array.from({ length: 41 }, () => 1 + random.next());
  const ratio = ratioOfMedians(samples, [2, 2, 2], new RandomStream(3));
  const exact = medianEstimate(samples);
  const near = (bound: number, other: number): boolean => {
    const ranks = samples.toSorted((a, b) => a - b);
    return Math.abs(ranks.indexOf(bound * 2) - ranks.indexOf(other)) <= 1;
  };
  assert.equal(ratio.value, exact.value / 2);
  assert.ok(near(ratio.low, exact.low) && near(ratio.high, exact.high));
});

test('outliers are far from the median in units of its absolute deviation', () => {
  // Median 5, deviations 4 3 2 1 0 1 2 3 95, MAD 2: 0.6745 · 95 / 2 = 32.
  assert.deepEqual(outliers([1, 2, 3, 4, 5, 6, 7, 8, 100]), {
    count: 1,
    share: 1 / 9,
    median: 5,
    largest: 100,
  });
  // Of MAD 1, 0.6745 · 5.1 is below 3.5 and 0.6745 · 5.2 above.
  assert.equal(outliers([-1, -1, 0, 1, 1, 5.1, -5.1]).count, 0);
  assert.equal(outliers([-1, -1, 0, 1, 1, 5.2, -5.2]).count, 2);
  assert.throws(() => outliers([]), RangeError);
});

test('where most samples are equal, the mean deviation tells outliers', () => {
  assert.equal(outliers([3, 3, 3]).count, 0);
  // Mean deviation 90 / 8: 90 / (1.253314 · 11.25) = 6.4.
  assert.equal(outliers([10, 10, 10, 10, 10, 10, 10, 100]).count, 1);
  // Two values, five and four times: 1 / (1.253314 · 4/9) = 1.8.
  assert.equal(outliers([1, 1, 1, 1, 1, 2, 2, 2, 2]).count, 0);
});
