import assert from 'node:assert/strict';
import { test } from 'node:test';

import { actorCounts, planCases, planVariants } from '#build/bench/bench-plan.js';
import type { ActorCount } from '#build/core/actor-count.js';

const exactly = (count: number): ActorCount => ({ kind: 'count', count });

test('a number of actors stands for the powers of two up to it and itself; a list for its members', () => {
  const upTo = (most: number): number[] => actorCounts({ kind: 'up-to', most: exactly(most) }, 2);
  assert.deepEqual([1, 2, 4, 6].map(upTo), [[1], [1, 2], [1, 2, 4], [1, 2, 4, 6]]);
  assert.deepEqual(actorCounts({ kind: 'exactly', counts: [3, 1, 3].map(exactly) }, 2), [1, 3]);
  const auto = { kind: 'up-to', most: { kind: 'auto' } } as const;
  assert.deepEqual(actorCounts(auto, 2), [1, 2, 4]);
  assert.equal(Math.max(...actorCounts(auto, 64)), 32);
});

test('variants: both styles, the simple ones first; probes have no per-item ones', () => {
  const choice = { actors: [1, 2], threads: 1, allThreads: 2 };
  assert.deepEqual(
    planVariants('full', choice).map(({ name }) => name),
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
  assert.ok(planVariants('probe', choice).every(({ style }) => style === 'batched'));
});

test('one number of items gets probes with fewer and more, several get none', () => {
  const brief = (items: readonly number[]): (readonly [number, string])[] =>
    planCases(items, 3000).map((plan) => [plan.items, plan.kind]);
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
