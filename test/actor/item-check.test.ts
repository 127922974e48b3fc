import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { BatchPlan, LoadedModel } from '#build/actor/backends/backend.js';
import { ItemCheck, type CheckedItems } from '#build/actor/item-check.js';

const WIDTH = 3;
const ANY_SIZE: BatchPlan = { size: null, pad: false };
const PADDED: BatchPlan = { size: 128, pad: true };

type Row = Float32Array;
/** The numbers for the item at a place of a call, which is its `call`th; counted from 0. */
type Answer = (row: Row, place: number, rows: readonly Row[], call: number) => readonly number[];

function modelOf(answer: Answer, declaredBatch: number | null = null): LoadedModel {
  let calls = 0;
  return {
    declaredBatch,
    operations: new Set(),
    dispose: () => undefined,
    predict: (input, items) => {
      const call = calls++;
      const rows = Array.from({ length: items }, (_, i) => input.slice(i * WIDTH, (i + 1) * WIDTH));
      return new Promise((resolve) => {
        const values = rows.flatMap((row, place) => [...answer(row, place, rows, call)]);
        const width = values.length / items;
        resolve({ layout: [{ name: 'y', size: width }], width, values: Float32Array.from(values) });
      });
    },
  };
}

function check(answer: Answer, plan: BatchPlan, declaredBatch: number | null = null): Promise<CheckedItems> {
  return new ItemCheck(modelOf(answer, declaredBatch), plan, WIDTH, () => 0).run(1);
}

const sum = (row: Row): number => row.reduce((total, value) => total + value, 0);
const meanOf = (rows: readonly Row[]): number =>
  rows.reduce((total, row) => total + sum(row), 0) / rows.length;
const isZero = (row: Row): boolean => row.every((value) => value === 0);

const LEAKS: Readonly<Record<string, readonly [cause: string, answer: Answer]>> = {
  'a mean over the call': ['neighbours', (row, _, rows) => [sum(row) - meanOf(rows)]],
  'a millionth of a mean': ['neighbours', (row, _, rows) => [sum(row) + 1e-6 * meanOf(rows)]],
  'the item before, at one place only': [
    'neighbours',
    (row, place, rows) => [sum(place === 41 ? rows[40]! : row)],
  ],
  'the first item': ['neighbours', (row, _, rows) => [sum(row) + rows[0]![0]!]],
  'outliers of other items': [
    'neighbours',
    (row, _, rows) => [sum(row) + Math.max(0, ...rows.map((other) => other[0]! - 50))],
  ],
  'items of its own kind only': [
    'neighbours',
    (row, _, rows) => [row[0]! > 3 ? row[0]! - meanOf(rows) : row[0]!],
  ],
  'an overflow of other items': [
    'neighbours',
    (row, _, rows) => [sum(row) + 0 * (Math.max(...rows.map(sum)) * 1e303)],
  ],
  'how many items are zeros': [
    'padding',
    (row, _, rows) => [sum(row) * (rows.filter(isZero).length > rows.length / 2 ? 2 : 1)],
  ],
  'its place': ['place', (row, place) => [sum(row) + place]],
  'being at one place': ['place', (row, place) => [sum(row) + (place === 50 ? 1 : 0)]],
  'the number of items': ['size', (row, _, rows) => [sum(row) * rows.length]],
  'a count of calls': ['calls', (row, _, __, call) => [sum(row) + call]],
  'whether the call is the first one': ['calls', (row, _, __, call) => [sum(row) + (call === 0 ? 1 : 0)]],
  'little random numbers': [
    'calls',
    (row, place, _, call) => [sum(row) + 1e-5 * ((call * 7919 + place) % 11)],
  ],
};

/** Another rounding at another place. */
const rounded = (value: number, place: number): number => value * (1 + (place % 3) * 2 ** -23);

const GOOD: Readonly<Record<string, Answer>> = {
  'a sum': (row) => [sum(row)],
  'a constant': () => [0],
  'NaN and infinities': (row) => [Math.log(row[0]!), 1 / row[1]!],
  'rounding that differs with the place': (row, place) => [rounded(sum(row), place)],
  'rounding after a cancellation': (row, place) => [
    Math.fround(rounded(1e4 * row[0]! + row[1]!, place)) - Math.fround(1e4 * row[0]!),
  ],
  'a class that rounding changes': (row, place) => [Math.round(rounded(sum(row) * 1e6, place)) % 2],
  'rounding that a chaotic map amplifies': (row, place) => {
    let x = Math.abs(rounded(row[0]!, place)) % 1;
    for (let i = 0; i < 60; i++) x = 3.9 * x * (1 - x);
    return [x];
  },
  'positive numbers only': (row) => {
    if (row.some((value) => value < 0)) throw new Error('negative');
    return [sum(row.map(Math.sqrt))];
  },
};

suite('the check of a model’s items', () => {
  for (const [planName, plan] of Object.entries({ 'calls of any size': ANY_SIZE, 'padded calls': PADDED })) {
    for (const [name, [cause, answer]] of Object.entries(LEAKS)) {
      test(`${planName}: an answer that depends on ${name} is a leak`, async () => {
        const { leak } = await check(answer, plan);
        assert.equal(leak?.cause, cause);
        assert.ok(leak.deviations.length > 0 && leak.deviations.length <= leak.compared);
      });
    }
    for (const [name, answer] of Object.entries(GOOD)) {
      test(`${planName}: ${name}: no leak`, async () => {
        const { leak, skipped } = await check(answer, plan);
        assert.deepEqual([leak, skipped], [null, 0]);
      });
    }
  }

  test('places of larger calls count, if there are any', async () => {
    const late: Answer = (row, place, rows) => [place < 300 ? sum(row) : sum(rows[place - 1]!)];
    assert.equal((await check(late, ANY_SIZE)).leak?.cause, 'size');
    assert.equal((await check(late, PADDED)).leak, null);
    assert.equal((await check(late, { size: 512, pad: true })).leak?.cause, 'neighbours');
  });

  test('a model of one item a call is checked for state', async () => {
    let last = 0;
    const remembers: Answer = ([value = 0]) => {
      const before = last;
      last = value;
      return [value + before];
    };
    const one = { size: 1, pad: true };
    assert.equal((await check(remembers, one, 1)).leak?.cause, 'calls');
    assert.equal((await check((row) => [sum(row)], one, 1)).leak, null);
  });

  test('says whether bits depend on the place', async () => {
    assert.equal((await check((row) => [sum(row)], PADDED)).hasSameBits, true);
    assert.equal((await check((row, place) => [rounded(sum(row), place)], PADDED)).hasSameBits, false);
  });

  test('a slow model is compared less, but not with nothing', async () => {
    const run = (answer: Answer): Promise<CheckedItems> => {
      let ms = 0;
      return new ItemCheck(modelOf(answer), PADDED, WIDTH, () => (ms += 1000)).run(500);
    };
    const { leak, skipped, layout } = await run((row) => [sum(row), 1]);
    assert.equal(leak, null);
    assert.ok(skipped > 0);
    assert.deepEqual(layout, [{ name: 'y', size: 2 }]);
    for (const name of ['a mean over the call', 'its place', 'a count of calls']) {
      const [cause, answer] = LEAKS[name]!;
      assert.equal((await run(answer)).leak?.cause, cause);
    }
  });

  test('what the model throws reaches the caller', async () => {
    const fails: Answer = () => {
      throw new Error('no such operation');
    };
    await assert.rejects(check(fails, PADDED), /no such operation/);
  });
});
