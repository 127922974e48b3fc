import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';

import { InOrder } from '#dist/replay/in-order.js';

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

test('a result is handed on as soon as it is there, also while nobody submits', async () => {
  let handedOn = (): void => undefined;
  const there = new Promise<void>((resolve) => (handedOn = resolve));
  const pipeline = new InOrder<string>(2, () => {
    handedOn();
    return Promise.resolve();
  });
  await pipeline.submit(Promise.resolve('a'));
  await there;
});

test('a failure is told at once, also while nobody submits', async () => {
  const pipeline = new InOrder<string>(2, () => Promise.reject(new Error('full')));
  await pipeline.submit(Promise.resolve('a'));
  if (!pipeline.failed.aborted) await once(pipeline.failed, 'abort');
  assert.throws(() => pipeline.failed.throwIfAborted(), /full/);
  await assert.rejects(pipeline.drain(), /full/);
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
