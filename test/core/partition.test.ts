import assert from 'node:assert/strict';
import { test } from 'node:test';

import { partition } from '#build/core/partition.js';

test('every item is in exactly one range, in order, sizes by divmod, for all n ≤ 257 and k ≤ 16', () => {
  for (let items = 0; items <= 257; items++) {
    for (let parts = 1; parts <= 16; parts++) {
      const ranges = partition(items, parts);
      assert.equal(ranges.length, parts);
      const covered = ranges.flatMap(({ start, end }) =>
        Array.from({ length: end - start }, (_, i) => start + i),
      );
      assert.deepEqual(
        covered,
        Array.from({ length: items }, (_, i) => i),
      );
      const sizes = ranges.map(({ start, end }) => end - start);
      const [quotient, remainder] = [Math.floor(items / parts), items % parts];
      assert.deepEqual(
        sizes,
        Array.from({ length: parts }, (_, part) => quotient + (part < remainder ? 1 : 0)),
      );
    }
  }
});

test('the cases that the ancestor of this program got wrong', () => {
  const sizes = (items: number, parts: number): number[] =>
    partition(items, parts).map(({ start, end }) => end - start);
  assert.deepEqual(sizes(500, 3), [167, 167, 166]);
  assert.deepEqual(sizes(2, 8), [1, 1, 0, 0, 0, 0, 0, 0]);
});

test('nonsense is refused', () => {
  for (const [items, parts] of [
    [-1, 2],
    [1.5, 2],
    [NaN, 2],
    [5, 0],
    [5, -1],
    [5, 2.5],
  ] as const) {
    assert.throws(() => partition(items, parts), RangeError);
  }
});
