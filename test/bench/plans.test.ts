import assert from 'node:assert/strict';
import { test } from 'node:test';

import { actorCounts } from '#dist/bench/actor-counts.js';
import { armPlans } from '#dist/bench/arm-plans.js';
import { casePlans } from '#dist/bench/case-plans.js';
import { repeatItems } from '#dist/bench/repeat-items.js';
import type { ActorCount } from '#dist/core/actor-count.js';
import { batchOf } from '../support/batches.js';

const exactly = (count: number): ActorCount => ({ kind: 'count', count });

test('a number of actors means powers of two up to it and itself; a list means itself', () => {
  const upTo = (most: number): number[] => actorCounts({ kind: 'up-to', most: exactly(most) }, 2);
  assert.deepEqual([1, 2, 4, 6].map(upTo), [[1], [1, 2], [1, 2, 4], [1, 2, 4, 6]]);
  assert.deepEqual(actorCounts({ kind: 'exactly', counts: [3, 1, 3].map(exactly) }, 2), [1, 3]);
  const auto = { kind: 'up-to', most: { kind: 'auto' } } as const;
  assert.deepEqual(actorCounts(auto, 2), [1, 2, 4]);
  assert.equal(Math.max(...actorCounts(auto, 64)), 32);
});

test('arms: both styles, the simple ones first; probes without per item', () => {
  const choice = { actors: [1, 2], threads: 1, allThreads: 2 };
  assert.deepEqual(
    armPlans({ ...choice, batchedOnly: false }).map(({ name }) => name),
    [
      'sequential, per item',
      'sequential, batched',
      'sequential, batched, 2 threads',
      '1 actor, per item',
      '1 actor, batched',
      '2 actors, per item',
      '2 actors, batched',
    ],
  );
  assert.ok(armPlans({ ...choice, batchedOnly: true }).every(({ style }) => style === 'batched'));
});

test('one number of items gets probes for fewer and more, several get none', () => {
  const brief = (items: readonly number[]): (readonly [number, string])[] =>
    casePlans(items, 3000).map((plan) => [plan.items, plan.kind]);
  assert.deepEqual(brief([500]), [
    [500, 'full'],
    [100, 'probe'],
    [2000, 'probe'],
  ]);
  assert.deepEqual(brief([1]), [
    [1, 'full'],
    [4, 'probe'],
  ]);
  assert.deepEqual(brief([100, 500]), [
    [100, 'full'],
    [500, 'full'],
  ]);
});

test('items repeated under new names keep their windows; cut off they are the first ones', () => {
  const own = batchOf(['a', 'b'], 3);
  assert.equal(repeatItems(own, 2), own);
  const five = repeatItems(own, 5);
  assert.deepEqual(five.targets, ['a', 'b', 'a#2', 'b#2', 'a#3']);
  assert.equal(five.columns.length, 5);
  assert.deepEqual([...five.values], [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0]);
  const one = repeatItems(own, 1);
  assert.deepEqual([one.targets, [...one.values]], [['a'], [0, 0, 0]]);
});
