import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { itemsOnly, generatedMinutes, recordedSupply, repeatItems } from '#build/bench/minute-supply.js';
import { cutSeries, rowsIn, type Block } from '#build/core/block.js';
import type { InputSpec, MissingPolicy } from '#build/core/types.js';
import { planRows } from '#build/core/windows.js';

import { blockOf } from '../support/blocks.js';

const each: InputSpec = { window: 5, columns: 'each', missing: 'reject' };
const named: InputSpec = { window: 3, columns: ['cpu', 'mem'], missing: 'hold' };

/** How many of a minute's rows are items. */
const itemsIn = (minute: Block, input: InputSpec): number => planRows(minute, input, []).items;

test('every synthetic minute has all items and no missing value, a minute after the one before', () => {
  for (const input of [each, named]) {
    const minutes = generatedMinutes(input, { items: 7, count: 4, seed: 1 });
    assert.equal(minutes.length, 4);
    minutes.forEach((minute, i) => {
      assert.deepEqual([rowsIn(minute), itemsIn(minute, input)], [7, 7]);
      assert.equal(new Set(minute.targets).size, 7);
      assert.equal(minute.width, input.columns === 'each' ? 1 : 2);
      assert.equal(minute.values.length, 7 * input.window * minute.width);
      assert.ok(minute.values.every(Number.isFinite));
      assert.deepEqual(minute.minutesMs, [minutes[0]!.minutesMs[0]! + i * 60_000]);
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
  const own = blockOf(['a', 'b'], { window: 3 });
  assert.equal(repeatItems(own, 2), own);
  const five = repeatItems(own, 5);
  assert.deepEqual(five.targets, ['a', 'a#2', 'a#3', 'b', 'b#2']);
  assert.deepEqual([...five.values], [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
  assert.deepEqual([rowsIn(five), itemsIn(five, each)], [5, 5]);
  const one = repeatItems(own, 1);
  assert.deepEqual([one.targets, [...one.values]], [['a'], [0, 0, 0]]);
});

test('repeated targets stay in code-unit order, with their columns together', () => {
  const own = blockOf(['a', 'a', 'a!'], { columns: ['mem', 'cpu', 'mem'] });
  const six = repeatItems(own, 6);
  assert.deepEqual(six.targets, ['a', 'a', 'a!', 'a!#2', 'a#2', 'a#2']);
  assert.deepEqual(six.columns, ['mem', 'cpu', 'mem', 'mem', 'mem', 'cpu']);
  assert.deepEqual([...six.values], [0, 1, 2, 2, 0, 1]);
});

const short = (missing: MissingPolicy): InputSpec => ({ window: 3, columns: 'each', missing });

test('a recorded minute is served without its series in warm-up and those without enough values', () => {
  const minute = blockOf(['absent', 'gap', 'long', 'own', 'young'], {
    window: 3,
    values: Float64Array.of(1, 2, NaN, 1, NaN, 3, 4, 5, 6, 7, 8, 9, NaN, 1, 2),
    present: Uint8Array.of(0, 1, 1, 1, 1),
    bornAt: Int32Array.of(-3, -3, -2, -3, -1),
    labels: { values: [null, 1], codes: Uint32Array.of(0, 1, 1, 0, 1) },
  });
  const rejecting = itemsOnly(minute, short('reject'));
  assert.deepEqual(rejecting?.targets, ['long', 'own']);
  assert.deepEqual([...rejecting.values], [4, 5, 6, 7, 8, 9]);
  assert.deepEqual([rejecting.columns.length, rowsIn(rejecting), rejecting.labels], [2, 2, null]);
  assert.deepEqual(itemsOnly(minute, short('hold'))?.targets, ['gap', 'long', 'own']);
  assert.equal(itemsOnly(cutSeries(minute, { start: 4, end: 5 }), short('hold')), null);
});

test('whatever a minute lacks, all rows that are served are items, with the windows that they had', () => {
  const series = fc.record({
    present: fc.constantFrom(0, 1),
    bornAt: fc.integer({ min: -3, max: -1 }),
    values: fc.array(fc.constantFrom(NaN, 1, 2, 3), { minLength: 3, maxLength: 3 }),
  });
  const input = fc.constantFrom<MissingPolicy>('hold', 'zero', 'reject').map(short);
  fc.assert(
    fc.property(fc.array(series, { minLength: 1, maxLength: 8 }), input, (all, spec) => {
      const minute = blockOf(
        all.map((_, i) => `target-${i}`),
        {
          window: 3,
          values: Float64Array.from(all.flatMap(({ values }) => values)),
          present: Uint8Array.from(all, ({ present }) => present),
          bornAt: Int32Array.from(all, ({ bornAt }) => bornAt),
        },
      );
      const served = itemsOnly(minute, spec);
      const { items, itemSeries } = planRows(minute, spec, []);
      assert.equal(served === null ? 0 : rowsIn(served), items);
      if (served === null) return;
      assert.equal(planRows(served, spec, []).items, items);
      itemSeries.forEach((index, i) => {
        assert.equal(served.targets[i], minute.targets[index]);
        assert.deepEqual(
          served.values.slice(3 * i, 3 * i + 3),
          minute.values.slice(3 * index, 3 * index + 3),
        );
      });
    }),
  );
});

test('so many minutes are served as memory allows, at least one', () => {
  const minutes = Array.from({ length: 3 }, () => blockOf(['a'], { window: 1024 }));
  const supply = recordedSupply({ items: 1, intervalMs: 60_000, notices: [] }, minutes);
  const served = (items: number): number => supply.of(items).length;
  // 64 MiB hold 8,192 windows of 8 KiB.
  assert.deepEqual([1, 2730, 4096, 4097, 9000].map(served), [3, 3, 2, 1, 1]);
});
