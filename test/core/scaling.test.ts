import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import {
  bestActors,
  breakEvenItemMs,
  breakEvenItems,
  capacityItems,
  costLine,
  efficiency,
  inverse,
  isRealSpeedup,
  karpFlatt,
  speedup,
  winner,
} from '#build/core/scaling.js';

test('a speed-up is paired by round', () => {
  assert.deepEqual(speedup([2, 20, 200], [1, 10, 100]), { value: 2, low: 2, high: 2 });
  assert.deepEqual(speedup([4, 6, 8], [4, 3, 2]), { value: 2, low: 1, high: 4 });
  assert.throws(() => speedup([1, 2], [1]), RangeError);
  assert.throws(() => speedup([], []), RangeError);
});

test('a speed-up is real where its interval lies above 1 and it is worth acting on', () => {
  assert.equal(isRealSpeedup({ value: 1.06, low: 1.01, high: 2 }), true);
  assert.equal(isRealSpeedup({ value: 1.05, low: 1.04, high: 1.06 }), false);
  assert.equal(isRealSpeedup({ value: 1.5, low: 1, high: 2 }), false);
});

test('efficiency is what was gained of what actors could give', () => {
  assert.equal(efficiency(3, 4), 0.75);
  assert.equal(efficiency(1, 1), 1);
});

test('Karp-Flatt: perfect speed-up has no serial part, none at all is all serial', () => {
  assert.equal(karpFlatt(4, 4), 0);
  assert.equal(karpFlatt(1, 4), 1);
  assert.equal(karpFlatt(2, 4), (1 / 2 - 1 / 4) / (3 / 4));
  assert.equal(karpFlatt(1, 1), null);
});

test('a cost line goes through exact points, and one slow minute does not bend it', () => {
  const exact = [100, 500, 2000].map((items) => ({ items, ms: 3 + items / 4 }));
  assert.deepEqual(costLine(exact), { fixedMs: 3, perItemMs: 0.25 });
  // Five points on the line and one far off: 10 of 15 slopes are exact, so is the median of the rests.
  const points = [1, 2, 3, 4, 5].map((items) => ({ items, ms: 10 + 2 * items }));
  assert.deepEqual(costLine([...points, { items: 6, ms: 500 }]), { fixedMs: 10, perItemMs: 2 });
  assert.deepEqual(
    costLine([
      { items: 1, ms: 2 },
      { items: 1, ms: 4 },
      { items: 3, ms: 7 },
    ]),
    { fixedMs: 1, perItemMs: 2 }, // slopes 2.5 and 1.5; rests 0, 2 and 1
  );
  for (const few of [[], [{ items: 5, ms: 1 }], [5, 5].map((items) => ({ items, ms: items }))]) {
    assert.throws(() => costLine(few), RangeError);
  }
});

test('break-even is just beyond where the lines cross', () => {
  const sequential = { fixedMs: 1, perItemMs: 1 };
  assert.equal(breakEvenItems(sequential, { fixedMs: 6, perItemMs: 0.5 }), 11); // equal at 10
  assert.equal(breakEvenItems(sequential, { fixedMs: 6.25, perItemMs: 0.5 }), 11); // equal at 10.5
  assert.equal(breakEvenItems(sequential, { fixedMs: 0, perItemMs: 0.5 }), 1);
  assert.equal(breakEvenItems(sequential, { fixedMs: 0.5, perItemMs: 1 }), 1);
  assert.equal(breakEvenItems(sequential, { fixedMs: 1, perItemMs: 1 }), null);
  assert.equal(breakEvenItems(sequential, { fixedMs: 0, perItemMs: 2 }), null);
});

test('from the break-even on parallel is faster, just before it is not', () => {
  const line = fc.record({
    fixedMs: fc.integer({ min: 0, max: 1000 }),
    perItemMs: fc.integer({ min: 0, max: 50 }),
  });
  fc.assert(
    fc.property(line, line, fc.integer({ min: 0, max: 1000 }), (sequential, parallel, more) => {
      const at = breakEvenItems(sequential, parallel);
      const saved = (items: number): number =>
        sequential.fixedMs - parallel.fixedMs + (sequential.perItemMs - parallel.perItemMs) * items;
      if (at === null) return saved(1_000_000) <= 0;
      return saved(at + more) > 0 && (at === 1 || saved(at - 1) <= 0);
    }),
  );
});

test('the item cost that pays follows from the overhead', () => {
  // Overhead 30 − 40/2 = 10 ms over 100 items, of which two actors save half: 10 / (100 · 1/2).
  const measured = { items: 100, sequentialMs: 40, parallelMs: 30, actors: 2 };
  assert.equal(breakEvenItemMs(measured), 0.2);
  assert.equal(breakEvenItemMs({ ...measured, parallelMs: 19 }), 0);
  assert.equal(breakEvenItemMs({ ...measured, actors: 1 }), null);
  assert.throws(() => breakEvenItemMs({ ...measured, items: 0 }), RangeError);
});

test('capacity is the deadline over the 99th percentile of the cost per item, rounded down', () => {
  assert.equal(capacityItems([0.3], 1), 3);
  const costs = Array.from({ length: 101 }, (_, i) => i + 1);
  assert.equal(capacityItems(costs, 1000), Math.floor(1000 / 100));
  assert.throws(() => capacityItems([], 1), RangeError);
});

const rounds = (ms: number): number[] => Array.from({ length: 10 }, (_, i) => ms + i / 100);

test('the best number of actors is the fewest that keep up with the fastest', () => {
  assert.equal(
    bestActors([
      { actors: 1, roundMs: rounds(40) },
      { actors: 2, roundMs: rounds(20) },
      { actors: 4, roundMs: rounds(19.5) },
    ]),
    2,
  );
  assert.equal(
    bestActors([
      { actors: 2, roundMs: rounds(20) },
      { actors: 4, roundMs: rounds(10) },
    ]),
    4,
  );
  assert.throws(() => bestActors([]), RangeError);
});

const arms = fc.integer({ min: 1, max: 12 }).chain((length) =>
  fc.uniqueArray(
    fc.record({
      actors: fc.integer({ min: 1, max: 64 }),
      roundMs: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: length, maxLength: length }),
    }),
    { minLength: 1, maxLength: 6, selector: ({ actors }) => actors },
  ),
);

test('the best number of actors depends neither on the arms’ order nor on the unit of time', () => {
  fc.assert(
    fc.property(arms, (all) => {
      const best = bestActors(all);
      assert.ok(all.some(({ actors }) => actors === best));
      assert.equal(bestActors(all.toReversed()), best);
      assert.equal(
        bestActors(all.map(({ actors, roundMs }) => ({ actors, roundMs: roundMs.map((ms) => ms * 1024) }))),
        best,
      );
    }),
  );
});

test('an arm that is slower in every round changes nothing, however few its actors', () => {
  fc.assert(
    fc.property(arms, (all) => {
      const slow = { actors: 0, roundMs: all[0]?.roundMs.map(() => 1000) ?? [] };
      assert.equal(bestActors([...all, slow]), bestActors(all));
    }),
  );
});

test('the winner is the simplest arm that none really beats', () => {
  const named = (name: string, ms: number): { name: string; roundMs: number[] } => ({
    name,
    roundMs: rounds(ms),
  });
  assert.equal(winner([named('simple', 20), named('complex', 19.5)]), 'simple');
  assert.equal(winner([named('simple', 20), named('complex', 15)]), 'complex');
  assert.equal(winner([named('alone', 20)]), 'alone');
  assert.throws(() => winner([]), RangeError);
});

test('where arms beat one another in a circle, the lowest median wins', () => {
  // In every two of three rounds a beats b, b beats c and c beats a.
  const cycle = (a: number, b: number, c: number): number[] =>
    Array.from({ length: 300 }, (_, i) => [a, b, c][i % 3] ?? NaN);
  const circle = [
    { name: 'a', roundMs: cycle(10, 20, 30.5) },
    { name: 'b', roundMs: cycle(20, 30, 10.5) },
    { name: 'c', roundMs: cycle(30, 10, 19) },
  ];
  assert.equal(winner(circle), 'c');
});

test('a ratio the other way round has its interval the other way round', () => {
  assert.deepEqual(inverse({ value: 2, low: 1, high: 4 }), { value: 0.5, low: 0.25, high: 1 });
});
