import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cutMinutes, ROW_STATUS, type UntriedRow } from '#build/core/block.js';
import { planRows } from '#build/core/windows.js';

import { blockOfSeries } from '../support/blocks.js';

const { ok, warmup, error, missing, quarantined } = ROW_STATUS;

const untried = (series: number, minute: number, status: UntriedRow['status']): UntriedRow => ({
  series,
  minute,
  status,
  error: { errno: status, errmsg: `series ${series}, minute ${minute}` },
});

test('an untried row replaces a row that would be tried, and no other', () => {
  const block = blockOfSeries(
    { a: [1, 2, 3, 4], b: [1, NaN, 3, 4], c: [1, 2, 3, 4], d: [1, 2, 3, 4] },
    { window: 2, bornAt: Int32Array.of(-2, -2, -2, 0), seenAt: Int32Array.of(-1, -1, -1, -2) },
  );
  const plan = planRows(block, { columns: 'each', missing: 'reject' }, [
    untried(2, 1, 'error'),
    untried(1, 0, 'lost'),
    untried(0, 2, 'quarantined'),
    untried(3, 0, 'lost'),
  ]);
  assert.deepEqual(
    [...plan.statuses],
    [
      [ok, missing, ok, warmup],
      [ok, missing, error, ok],
      [quarantined, ok, ok, ok],
    ].flat(),
  );
  assert.deepEqual([...plan.errors].map(([row, { errno }]) => [row, errno]).sort(), [
    [1, 'missing_value'],
    [5, 'missing_value'],
    [6, 'error'],
    [8, 'quarantined'],
  ]);
  assert.deepEqual([...plan.itemSeries], [0, 0, 1, 2, 2, 3, 3]);
  assert.deepEqual([...plan.itemMinutes], [0, 1, 2, 0, 2, 1, 2]);
  assert.deepEqual([...plan.itemRows], [0, 4, 9, 2, 10, 7, 11]);
  assert.equal(plan.items, 7);
});

test('a minute is planned as it is among others, whether or not all of its rows are whole items', () => {
  const lives = { bornAt: Int32Array.of(-3, -1, -2), seenAt: Int32Array.of(-3, -1, -2) };
  const block = blockOfSeries(
    { a: [1, 2, 3, 4, 5, 6, 7], b: [1, 2, 3, NaN, 5, 6, 7], c: [1, 2, 3, 4, 5, 6, 7] },
    { window: 3, ...lives },
  );
  const input = { columns: 'each', missing: 'hold' } as const;
  const whole = planRows(block, input, []);
  assert.deepEqual([...whole.statuses.subarray(0, 6)], [warmup, warmup, ok, warmup, ok, ok]);
  assert.deepEqual([...whole.isWhole.subarray(-1)], [1]);
  for (const minute of block.minutesMs.keys()) {
    const plan = planRows(cutMinutes(block, { start: minute, end: minute + 1 }), input, []);
    const [start, end] = [whole.rowOffsets[minute]!, whole.rowOffsets[minute + 1]!];
    assert.deepEqual([...plan.statuses], [...whole.statuses.subarray(start, end)]);
    const items = [...whole.itemRows.keys()].filter((item) => whole.itemMinutes[item] === minute);
    assert.deepEqual(
      [...plan.itemSeries],
      items.map((item) => whole.itemSeries[item]),
    );
    assert.deepEqual(
      [...plan.itemRows],
      items.map((item) => whole.itemRows[item]! - start),
    );
    assert.deepEqual(
      [...plan.isWhole],
      items.map((item) => whole.isWhole[item]),
    );
    assert.deepEqual(
      [...plan.itemMinutes],
      items.map(() => 0),
    );
    assert.deepEqual([...plan.rowOffsets], [0, end - start]);
    assert.equal(plan.items, items.length);
  }
});

test('an error names the column of a multivariate series by the name that the model gives it', () => {
  const values = Float64Array.of(1, NaN, 2, 3);
  const block = { ...blockOfSeries({ a: [0, 0] }, { window: 2 }), width: 2, values };
  const plan = planRows(block, { columns: ['mem', 'cpu'], missing: 'reject' }, []);
  assert.equal(plan.errors.get(0)?.errmsg, '1 of the last 2 intervals have no value of cpu');
});
