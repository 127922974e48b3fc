import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { stableOrder } from '#build/read/sort/stable-order.js';

test('the order is that of a stable sort', () => {
  const key = fc.oneof(
    fc.double({ noNaN: true }).map((value) => value + 0), // times are never -0
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: -1e13, max: 1e13 }),
  );
  fc.assert(
    fc.property(fc.array(key), (keys) => {
      const expected = [...keys.keys()].sort((a, b) =>
        keys[a]! < keys[b]! ? -1 : keys[a]! > keys[b]! ? 1 : 0,
      );
      assert.deepEqual([...stableOrder(Float64Array.from(keys))], expected);
    }),
    { numRuns: 1000 },
  );
});
