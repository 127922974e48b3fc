import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describe, karpFlatt, medianEstimate, percentile, sortSamples } from '#dist/core/statistics.js';

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

test('the median has an interval between order statistics that widens with fewer samples', () => {
  assert.deepEqual(medianEstimate([2, 2, 2]), { value: 2, low: 2, high: 2 });
  assert.deepEqual(medianEstimate([3, 1, 2]), { value: 2, low: 1, high: 3 });
  // 100 samples: ranks 50 ∓ 9.8, so the 40th and the 61st (a table of the binomial gives the same).
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  assert.deepEqual(medianEstimate(hundred), { value: 50.5, low: 40, high: 61 });
  assert.throws(() => medianEstimate([]), RangeError);
});

test('Karp-Flatt: perfect speed-up has no serial part, none at all is all serial', () => {
  assert.equal(karpFlatt(4, 4), 0);
  assert.equal(karpFlatt(1, 4), 1);
  assert.equal(karpFlatt(2, 4), (1 / 2 - 1 / 4) / (3 / 4));
  assert.equal(karpFlatt(1, 1), null);
});
