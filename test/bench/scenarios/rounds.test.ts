import assert from 'node:assert/strict';
import { test } from 'node:test';

import { countsUpTo } from '#dist/bench/scenarios/lab.js';
import { interleaved } from '#dist/bench/scenarios/rounds.js';

function limitsOf(changes: { rounds?: number; timeMs?: number; endMs?: number; signal?: AbortSignal } = {}) {
  const clock = { now: 0 };
  const calls: string[] = [];
  const way = (name: string, ms: number) => (): Promise<number> => {
    calls.push(name);
    clock.now += ms;
    return Promise.resolve(ms);
  };
  const limits = {
    rounds: 3,
    timeMs: 0,
    endMs: Infinity,
    signal: new AbortController().signal,
    onStep: () => undefined,
    tools: { now: () => clock.now },
    ...changes,
  };
  return { limits, calls, way };
}

test('ways take turns, each follows every other one equally often, and names that are numbers keep their place', async () => {
  const { limits, calls, way } = limitsOf({ rounds: 6 });
  const found = await interleaved(
    [
      ['a', way('a', 1)],
      ['b', way('b', 2)],
      ['c', way('c', 3)],
    ],
    limits,
  );
  assert.equal(calls.join(' '), 'a b c b c a c a b c b a a c b b a c');
  assert.deepEqual(found?.b, { roundMs: [2, 2, 2, 2, 2, 2], medianMs: { value: 2, low: 2, high: 2 } });
  const numbered = limitsOf({ rounds: 1 });
  await interleaved(
    [
      [2, numbered.way('first', 1)],
      [1, numbered.way('second', 1)],
    ],
    numbered.limits,
  );
  assert.deepEqual(numbered.calls, ['first', 'second']);
});

test('rounds go on until every way had its time', async () => {
  const { limits, way } = limitsOf({ timeMs: 50 });
  const found = await interleaved(
    [
      ['a', way('a', 5)],
      ['b', way('b', 15)],
    ],
    limits,
  );
  assert.equal(found?.a.roundMs.length, 5); // 5 × 20 ms is twice 50 ms
});

test('no round begins that would end too late, but there is always one', async () => {
  for (const [endMs, rounds] of [
    [5, 1],
    [49, 2],
    [60, 3],
  ] as const) {
    const { limits, way } = limitsOf({ endMs, rounds: 10 });
    const found = await interleaved(
      [
        ['a', way('a', 5)],
        ['b', way('b', 15)],
      ],
      limits,
    );
    assert.equal(found?.a.roundMs.length, rounds, `until ${endMs}`);
  }
});

test('the signal ends a round that is under way', async () => {
  const aborter = new AbortController();
  const { limits } = limitsOf({ signal: aborter.signal });
  const never = interleaved([['a', () => new Promise<number>(() => undefined)]], limits);
  aborter.abort();
  assert.equal(await never, null);
});

test('few numbers of actors are all measured, of many the powers of two', () => {
  assert.deepEqual(countsUpTo(1), [1]);
  assert.deepEqual(countsUpTo(4), [1, 2, 3, 4]);
  assert.deepEqual(countsUpTo(12), [1, 2, 4, 8, 12]);
  assert.deepEqual(countsUpTo(16), [1, 2, 4, 8, 16]);
});
