import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RandomStream } from '#dist/core/random.js';
import { bootstrapMedian, describe, karpFlatt, percentile, sortSamples } from '#dist/core/statistics.js';

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

test('the bootstrap interval holds the median and shrinks to nothing for equal samples', () => {
  const random = new RandomStream(1);
  assert.deepEqual(bootstrapMedian([2, 2, 2], random), { value: 2, low: 2, high: 2 });
  const { value, low, high } = bootstrapMedian([1, 2, 3, 4, 5, 6, 7, 8, 9], random);
  assert.equal(value, 5);
  assert.ok(low < value && value < high && low >= 1 && high <= 9, `${low} ${high}`);
});

test('Karp-Flatt: perfect speed-up has no serial part, none at all is all serial', () => {
  assert.equal(karpFlatt(4, 4), 0);
  assert.equal(karpFlatt(1, 4), 1);
  assert.equal(karpFlatt(2, 4), (1 / 2 - 1 / 4) / (3 / 4));
  assert.equal(karpFlatt(1, 1), null);
});
