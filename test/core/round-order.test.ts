import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cycleRounds, roundOrder } from '#dist/core/round-order.js';

test('each round has every arm once; over a cycle each takes every place and follows every other equally often', () => {
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
      order.forEach((arm, place) => {
        count1(places, `${arm} at ${place}`);
        if (place > 0) count1(followers, `${arm} after ${order[place - 1]}`);
      });
    }
    assert.equal(places.size, count * count);
    assert.equal(new Set(places.values()).size, 1, `places of ${count} arms`);
    assert.equal(followers.size, count * (count - 1));
    assert.ok(new Set(followers.values()).size <= 1, `followers among ${count} arms`);
  }
});
