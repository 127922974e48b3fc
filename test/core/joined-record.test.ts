import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { foldRecords, type DuplicatePolicy } from '#build/read/shared/minute.js';
import type { Label, MinuteRecord } from '#build/core/types.js';

const WIDTH = 4;

/** A record that brings some of four columns, each with its line as its value. */
function part(
  target: string,
  brings: readonly number[] | null,
  line: number,
  label: Label = null,
  first = line,
): MinuteRecord {
  const values = new Float64Array(WIDTH).fill(NaN);
  for (const column of brings ?? values.keys()) values[column] = column === 0 ? first : line;
  const source = { file: 'a.csv', line, byteOffset: 0, raw: () => ({ text: '', encoding: 'utf8' as const }) };
  return { minuteMs: 60_000, offsetMs: 0, target, values, bringsWindow: false, brings, label, source };
}

const plain = ({ target, values, label }: MinuteRecord): unknown => [target, [...values], label];
const fold = (records: readonly MinuteRecord[], policy: DuplicatePolicy): unknown => {
  const folded = foldRecords(records, policy);
  return [folded.records.map(plain), folded.rejects.map(({ source }) => source.line), folded.merged];
};

test('records that bring different columns are one record', () => {
  const records = [part('a', [0], 1), part('b', [0], 2), part('a', [1, 3], 3, 1)];
  for (const policy of ['reject', 'first', 'last', 'mean'] as const) {
    assert.deepEqual(
      fold(
        records.map((record) => ({ ...record, values: record.values.slice() })),
        policy,
      ),
      [
        [
          ['a', [1, 3, NaN, 3], 1],
          ['b', [2, NaN, NaN, NaN], null],
        ],
        [],
        1,
      ],
    );
  }
});

test('of a column that several records bring, the policy decides', () => {
  const records = (): MinuteRecord[] => [part('a', [0, 1], 1), part('a', [1, 2], 2), part('a', [3], 3)];
  assert.deepEqual(fold(records(), 'reject'), [[['a', [1, 1, NaN, 3], null]], [2], 1]);
  assert.deepEqual(fold(records(), 'first'), [[['a', [1, 1, 2, 3], null]], [], 2]);
  assert.deepEqual(fold(records(), 'last'), [[['a', [1, 2, 2, 3], null]], [], 2]);
  assert.deepEqual(fold(records(), 'mean'), [[['a', [1, 1.5, 2, 3], null]], [], 2]);
});

test('a rejected part says where the column was', () => {
  const { rejects } = foldRecords([part('a', [0], 1), part('a', [1], 2), part('a', [1], 3)], 'reject');
  assert.match(rejects[0]?.message ?? '', /at a\.csv:2$/);
});

test('equal or missing values of a shared column join parts, other values and mere repetitions do not', () => {
  const make = (
    brings: readonly number[],
    line: number,
    shared: number,
    label: Label = null,
  ): MinuteRecord => {
    const record = part('a', brings, line, label);
    record.values[0] = shared;
    return record;
  };
  for (const [records, expected] of [
    [() => [make([0, 1], 1, 9), make([0, 2], 2, 9, 1)], [[['a', [9, 1, 2, NaN], 1]], [], 1]],
    [() => [make([0, 1], 1, NaN), make([0, 2], 2, NaN)], [[['a', [NaN, 1, 2, NaN], null]], [], 1]],
    [() => [make([0, 1], 1, 9), make([0, 2], 2, 8)], [[['a', [9, 1, NaN, NaN], null]], [2], 0]],
    [() => [make([0, 1], 1, 9), make([0, 2], 2, NaN)], [[['a', [9, 1, 2, NaN], null]], [], 1]],
    [() => [make([0, 1], 1, NaN), make([0], 2, 9)], [[['a', [9, 1, NaN, NaN], null]], [], 1]],
    [
      () => [make([0, 1], 1, NaN), make([0], 2, 9), make([0, 2], 3, 8)],
      [[['a', [9, 1, NaN, NaN], null]], [3], 1],
    ],
    [() => [make([0, 1], 1, 9), make([0], 2, NaN)], [[['a', [9, 1, NaN, NaN], null]], [2], 0]],
    [() => [make([0, 1], 1, 9), make([0], 2, 9)], [[['a', [9, 1, NaN, NaN], null]], [2], 0]],
    [
      () => [make([0, 1], 1, 9), make([0, 2], 2, 9), make([0, 3], 3, 9), make([0, 3], 4, 9)],
      [[['a', [9, 1, 2, 3], null]], [4], 2],
    ],
  ] as const) {
    assert.deepEqual(fold(records(), 'reject'), expected);
    for (const policy of ['first', 'last'] as const)
      assert.equal(foldRecords(records(), policy).rejects.length, 0);
  }
});

test('a part without a value adds nothing but a label', () => {
  const records = (...labels: Label[]): MinuteRecord[] =>
    labels.map((label, i) => part('a', i === 0 ? [0, 1] : [], i + 1, label));
  const full = [1, 1, NaN, NaN];
  assert.deepEqual(fold(records(0, 0), 'reject'), [[['a', full, 0]], [2], 0]);
  assert.deepEqual(fold(records(null, null), 'reject'), [[['a', full, null]], [2], 0]);
  assert.deepEqual(fold(records(null, 1, 0), 'reject'), [[['a', full, 1]], [3], 1]);
  assert.deepEqual(fold(records(null, null), 'last'), [[['a', full, null]], [], 1]);
  assert.deepEqual(fold([part('a', [], 1), part('a', [0], 2)], 'reject'), [
    [['a', [2, NaN, NaN, NaN], null]],
    [],
    1,
  ]);
});

test('parts may be folded in any portions, also of several files', () => {
  const row = fc.record({
    target: fc.constantFrom('a', 'b'),
    brings: fc.oneof(
      fc.constant(null),
      fc.uniqueArray(fc.nat(WIDTH - 1), { minLength: 1, maxLength: WIDTH }),
    ),
    label: fc.constantFrom<Label>(null, 0, 1),
    first: fc.constantFrom(0, 1, NaN),
  });
  const policy = fc.constantFrom<DuplicatePolicy>('reject', 'first', 'last', 'mean');
  fc.assert(
    fc.property(fc.array(row, { maxLength: 24 }), fc.nat(24), policy, (rows, cut, rule) => {
      const make = (): MinuteRecord[] =>
        rows.map(({ target, brings, label, first }, i) =>
          part(target, brings, i, label, brings === null && Number.isNaN(first) ? 0 : first),
        );
      const whole = foldRecords(make(), rule);
      assert.equal(whole.records.length + whole.merged + whole.rejects.length, rows.length);
      const first = foldRecords(make().slice(0, cut), rule);
      const second = foldRecords(make().slice(cut), rule);
      const both = foldRecords([...first.records, ...second.records], rule);
      const rejected = [first, second, both].flatMap(({ rejects }) =>
        rejects.map(({ source }) => source.line),
      );
      assert.equal(
        both.records.length + first.merged + second.merged + both.merged + rejected.length,
        rows.length,
      );
      if (rule !== 'reject' && rule !== 'mean')
        assert.deepEqual(both.records.map(plain), whole.records.map(plain));
      // With the later portion not folded before, even the rejects are the same.
      const later = foldRecords(
        [...foldRecords(make().slice(0, cut), rule).records, ...make().slice(cut)],
        rule,
      );
      assert.deepEqual(later.records.map(plain), whole.records.map(plain));
    }),
  );
});

test('of duplicates, the label follows the policy; of parts, the stronger one counts', () => {
  const labelOf = (policy: 'first' | 'last', ...parts: MinuteRecord[]): Label | undefined =>
    foldRecords(parts, policy).records[0]?.label;
  const duplicates = [part('a', [0], 1, 1), part('a', [0], 2, 0)];
  assert.deepEqual([labelOf('first', ...duplicates), labelOf('last', ...duplicates)], [1, 0]);
  assert.equal(labelOf('last', part('a', [0], 1, 1), part('a', [1], 2, 0)), 1);
  assert.equal(labelOf('last', part('a', [0], 1, 1), part('a', [0], 2, null)), null);
});

test('whole rows that fill different cells are one record; others stay duplicates', () => {
  const row = (line: number, ...cells: readonly number[]): MinuteRecord => ({
    ...part('a', null, line),
    values: Float64Array.from(cells),
  });
  const shared = [1, NaN, NaN, 4];
  const [full, left, right, empty] = [[1, 2, 3, 4], [1, NaN, 2, NaN], [NaN, 3, NaN, NaN], Array(4).fill(NaN)];
  const records = (...cells: readonly (readonly number[])[]): MinuteRecord[] =>
    cells.map((each, i) => row(i + 1, ...each));
  for (const policy of ['reject', 'first', 'last', 'mean'] as const) {
    assert.deepEqual(fold(records(left, right), policy), [[['a', [1, 3, 2, NaN], null]], [], 1]);
    assert.deepEqual(fold(records(right, left), policy), [[['a', [1, 3, 2, NaN], null]], [], 1]);
  }
  assert.deepEqual(fold(records(left, right, full), 'reject'), [[['a', [1, 3, 2, NaN], null]], [3], 1]);
  assert.deepEqual(fold(records(left, full), 'reject'), [[['a', left, null]], [2], 0]);
  assert.deepEqual(fold(records(left, shared), 'reject'), [[['a', [1, NaN, 2, 4], null]], [], 1]);
  assert.deepEqual(fold(records(left, left), 'reject'), [[['a', left, null]], [2], 0]);
  assert.deepEqual(fold(records(empty, full), 'reject'), [[['a', empty, null]], [2], 0]);
  assert.deepEqual(fold(records(left, full), 'last'), [[['a', full, null]], [], 1]);
});
