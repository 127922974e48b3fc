import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseRounds, cycleRounds, roundOrder, timeInRounds } from '#build/measure/rounds.js';

test('each round has every variant once; over a cycle each takes every place and follows every other equally often', () => {
  for (let count = 1; count <= 9; count++) {
    const cycle = cycleRounds(count);
    const places = new Map<string, number>();
    const followers = new Map<string, number>();
    const count1 = (map: Map<string, number>, key: string): unknown => map.set(key, (map.get(key) ?? 0) + 1);
    for (let round = 0; round < cycle; round++) {
      const order = roundOrder(round, count);
      assert.deepEqual(
        order.toSorted((a, b) => a - b),
        Array.from({ length: count }, (_, i) => i),
      );
      order.forEach((variant, place) => {
        count1(places, `${variant} at ${place}`);
        if (place > 0) count1(followers, `${variant} after ${order[place - 1]}`);
      });
    }
    assert.equal(places.size, count * count);
    assert.equal(new Set(places.values()).size, 1, `places of ${count} variants`);
    assert.equal(followers.size, count * (count - 1));
    assert.ok(new Set(followers.values()).size <= 1, `followers among ${count} variants`);
  }
});

test('rounds: 10 to 20, as a minute of the slowest variant fits', () => {
  assert.deepEqual(
    [1, 200, 250, 9000].map((slowest) => chooseRounds(3000, [1, slowest])),
    [20, 14, 12, 10],
  );
});

test('rounds are whole cycles of turn orders where they fit', () => {
  const rounds = (arms: number, slowest: number): number =>
    chooseRounds(3000, [...Array.from({ length: arms - 1 }, () => 1), slowest]);
  assert.deepEqual([rounds(8, 1), rounds(9, 1), rounds(5, 1)], [16, 18, 20]);
  assert.equal(rounds(9, 200), 15, 'a cycle of 18 does not fit');
  assert.equal(rounds(8, 270), 11, 'a cycle of 8 is too few');
});

function limitsOf(changes: { rounds?: number; timeMs?: number; endMs?: number; signal?: AbortSignal } = {}) {
  const clock = { now: 0 };
  const calls: string[] = [];
  const turn = (name: string, ms: number) => (): Promise<number> => {
    calls.push(name);
    clock.now += ms;
    return Promise.resolve(ms);
  };
  const limits = {
    rounds: 3,
    timeMs: 0,
    endMs: Infinity,
    signal: new AbortController().signal,
    onRound: () => undefined,
    now: () => clock.now,
    ...changes,
  };
  return { limits, calls, turn };
}

test('variants take turns, and each follows every other one equally often', async () => {
  const { limits, calls, turn } = limitsOf({ rounds: 6 });
  const found = await timeInRounds([turn('a', 1), turn('b', 2), turn('c', 3)], limits);
  assert.equal(calls.join(' '), 'a b c b c a c a b c b a a c b b a c');
  assert.deepEqual(found?.[1], { roundMs: [2, 2, 2, 2, 2, 2], medianMs: { value: 2, low: 2, high: 2 } });
});

test('rounds continue until every variant had its time', async () => {
  const { limits, turn } = limitsOf({ timeMs: 50 });
  const found = await timeInRounds([turn('a', 5), turn('b', 15)], limits);
  assert.equal(found?.[0]?.roundMs.length, 5); // 5 × 20 ms is twice 50 ms
});

test('no round begins that would end too late, but one is always played', async () => {
  for (const [endMs, rounds] of [
    [5, 1],
    [49, 2],
    [60, 3],
  ] as const) {
    const { limits, turn } = limitsOf({ endMs, rounds: 10 });
    const found = await timeInRounds([turn('a', 5), turn('b', 15)], limits);
    assert.equal(found?.[0]?.roundMs.length, rounds, `until ${endMs}`);
  }
});

test('the signal ends a round in the middle of a turn', async () => {
  const aborter = new AbortController();
  const { limits } = limitsOf({ signal: aborter.signal });
  const never = timeInRounds([() => new Promise<number>(() => undefined)], limits);
  aborter.abort();
  assert.equal(await never, null);
});
