import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';

import { InOrder } from '#dist/run/in-order.js';

test('results come in order of submission, with never more than the limit under way', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 4 }),
      async (delays, limit) => {
        const consumed: number[] = [];
        let underWay = 0;
        let most = 0;
        const pipeline = new InOrder<number>(limit, (result) => {
          consumed.push(result);
          return Promise.resolve();
        });
        const work = async (delay: number, index: number): Promise<number> => {
          most = Math.max(most, ++underWay);
          await sleep(delay);
          underWay--;
          return index;
        };
        for (const [index, delay] of delays.entries()) await pipeline.submit(work(delay, index));
        await pipeline.drain();
        assert.deepEqual(consumed, [...delays.keys()]);
        assert.ok(most <= limit);
      },
    ),
    { numRuns: 50 },
  );
});

test('after a failure nothing later is handed on, and later failures stay quiet', async () => {
  const consumed: string[] = [];
  const pipeline = new InOrder<string>(3, (result) => {
    consumed.push(result);
    return Promise.resolve();
  });
  await pipeline.submit(Promise.resolve('a'));
  await pipeline.submit(Promise.reject(new Error('first')));
  await assert.rejects(async () => {
    await pipeline.submit(Promise.reject(new Error('second')));
    await pipeline.drain();
  }, /first/);
  assert.deepEqual(consumed, ['a']);
});
