import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { Queue } from '#build/core/queue.js';

test('a queue is an array of which only the front is taken', () => {
  const puts = fc.integer({ min: 0, max: 3000 });
  const takes = fc.integer({ min: 0, max: 3000 });
  fc.assert(
    fc.property(fc.array(fc.tuple(puts, takes), { maxLength: 6 }), (steps) => {
      const queue = new Queue<number>();
      const expected: number[] = [];
      let next = 0;
      for (const [put, take] of steps) {
        for (let i = 0; i < put; i++, next++) {
          queue.put(next);
          expected.push(next);
        }
        for (let i = 0; i < take; i++) assert.equal(queue.take(), expected.shift());
        assert.equal(queue.length, expected.length);
        assert.equal(queue.first, expected[0]);
      }
      assert.deepEqual(queue.takeAll(), expected);
      assert.equal(queue.length, 0);
    }),
  );
});
