import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { InputSpec } from '#dist/core/types.js';
import { generatedMinutes, repeatItems } from '#dist/bench/minute-supply.js';

import { batchOf } from '../support/batches.js';

const each: InputSpec = { window: 5, columns: 'each', missing: 'reject' };
const named: InputSpec = { window: 3, columns: ['cpu', 'mem'], missing: 'hold' };

test('every generated minute has all items and no missing value, a minute after the one before', () => {
  for (const input of [each, named]) {
    const batches = generatedMinutes(input, { items: 7, count: 4, seed: 1 });
    assert.equal(batches.length, 4);
    batches.forEach((batch, i) => {
      assert.equal(batch.targets.length, 7);
      assert.equal(new Set(batch.targets).size, 7);
      assert.equal(batch.width, input.columns === 'each' ? 1 : 2);
      assert.equal(batch.values.length, 7 * input.window * batch.width);
      assert.ok(batch.values.every(Number.isFinite));
      assert.equal(batch.minuteMs, (batches[0]?.minuteMs ?? NaN) + i * 60_000);
    });
  }
});

test('a window is the previous one shifted by an interval', () => {
  const [first, second] = generatedMinutes(named, { items: 2, count: 2, seed: 1 });
  assert.ok(first !== undefined && second !== undefined);
  const size = named.window * 2;
  for (let item = 0; item < 2; item++) {
    assert.deepEqual(
      second.values.slice(item * size, (item + 1) * size - 2),
      first.values.slice(item * size + 2, (item + 1) * size),
    );
  }
});

test('the seed decides the values; more items and minutes leave the earlier ones unchanged', () => {
  const few = generatedMinutes(each, { items: 3, count: 1, seed: 4 });
  const many = generatedMinutes(each, { items: 9, count: 2, seed: 4 });
  assert.deepEqual(many[0]?.values.slice(0, 3 * each.window), few[0]?.values);
  assert.notDeepEqual(generatedMinutes(each, { items: 3, count: 1, seed: 5 }), few);
});

test('a window of one interval needs no earlier minute', () => {
  assert.equal(generatedMinutes({ ...each, window: 1 }, { items: 1, count: 1, seed: 1 }).length, 1);
});

test('repeated items keep their windows under new names; with fewer items the first ones stay', () => {
  const own = batchOf(['a', 'b'], 3);
  assert.equal(repeatItems(own, 2), own);
  const five = repeatItems(own, 5);
  assert.deepEqual(five.targets, ['a', 'b', 'a#2', 'b#2', 'a#3']);
  assert.equal(five.columns.length, 5);
  assert.deepEqual([...five.values], [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0]);
  const one = repeatItems(own, 1);
  assert.deepEqual([one.targets, [...one.values]], [['a'], [0, 0, 0]]);
});
