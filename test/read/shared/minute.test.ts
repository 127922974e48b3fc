import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MinuteFolder, foldRecords, type DuplicatePolicy } from '#build/read/shared/minute.js';
import type { Label, MinuteRecord } from '#build/core/types.js';

function record(target: string, values: readonly number[], line = 1, label: Label = null): MinuteRecord {
  return {
    minuteMs: 60_000,
    offsetMs: 0,
    target,
    values: Float64Array.from(values),
    bringsWindow: false,
    label,
    source: { file: 'a.csv', line, byteOffset: 0, raw: () => ({ text: '', encoding: 'utf8' }) },
  };
}

const plain = ({ target, values, label }: MinuteRecord): unknown => ({ target, values: [...values], label });

test('targets come in code-unit order, whatever the locale thinks', () => {
  const { records } = foldRecords(
    ['b', 'a', 'Z', 'ä', 'a1', '10', '9', ''].map((target) => record(target, [1])),
    'reject',
  );
  assert.deepEqual(
    records.map(({ target }) => target),
    ['', '10', '9', 'Z', 'a', 'a1', 'b', 'ä'],
  );
});

test('sorted records without duplicates are passed on unchanged', () => {
  const records = [record('a', [1]), record('b', [2])];
  assert.equal(foldRecords(records, 'mean').records, records);
});

test('each rule for duplicates does what its name says', () => {
  const records = [
    record('b', [1], 2),
    record('a', [2, 8], 3, 0),
    record('a', [4, NaN], 4, 1),
    record('a', [9, NaN], 5, 0),
  ];
  const expected: Readonly<Record<DuplicatePolicy, unknown>> = {
    reject: { target: 'a', values: [2, 8], label: 0 },
    first: { target: 'a', values: [2, 8], label: 0 },
    last: { target: 'a', values: [9, NaN], label: 0 },
    mean: { target: 'a', values: [5, 8], label: 1 },
  };
  for (const [policy, a] of Object.entries(expected) as [DuplicatePolicy, unknown][]) {
    const folded = foldRecords(records, policy);
    assert.deepEqual(folded.records.map(plain), [a, { target: 'b', values: [1], label: null }], policy);
    assert.deepEqual(
      folded.rejects.map(({ source, reason }) => [source.line, reason]),
      policy === 'reject'
        ? [
            [4, 'duplicate'],
            [5, 'duplicate'],
          ]
        : [],
    );
    assert.equal(folded.merged, policy === 'reject' ? 0 : 2);
  }
});

test('a rejected duplicate says where the first one is', () => {
  const { rejects } = foldRecords([record('a', [1], 7), record('a', [2], 8)], 'reject');
  assert.match(rejects[0]?.message ?? '', /target a .* 1970-01-01T00:01:00Z, at a\.csv:7/);
});

test('the mean of nothing is missing, and its label is the strongest', () => {
  const mean = (a: Label, b: Label): unknown =>
    foldRecords([record('a', [NaN], 1, a), record('a', [NaN], 2, b)], 'mean').records.map(plain);
  assert.deepEqual(mean(null, 'spike'), [{ target: 'a', values: [NaN], label: 'spike' }]);
  assert.deepEqual(mean(1, 0), [{ target: 'a', values: [NaN], label: 1 }]);
});

test('the mean of numbers whose sum is none is still a number', () => {
  const two = [record('a', [1.5e308, -1.5e308, 1]), record('a', [1e308, -1.5e308, NaN])];
  assert.deepEqual([...(foldRecords(two, 'mean').records[0]?.values ?? [])], [1.25e308, -1.5e308, 1]);
});

test('values of different shapes have no mean', () => {
  const { records, rejects, merged } = foldRecords([record('a', [1]), record('a', [1, 2], 2)], 'mean');
  assert.deepEqual([records.length, rejects.length, merged], [1, 1, 0]);
});

test('nothing is lost, and folding in parts gives the same bits as folding at once', () => {
  const value = fc.oneof(
    fc.constant(NaN),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
  );
  const row = fc.tuple(
    fc.constantFrom('a', 'b', 'c', 'd'),
    value,
    value,
    fc.constantFrom<Label>(null, 0, 1, 'x'),
  );
  const policy = fc.constantFrom<DuplicatePolicy>('reject', 'first', 'last', 'mean');
  fc.assert(
    fc.property(fc.array(row, { maxLength: 30 }), fc.nat(30), policy, (rows, cut, rule) => {
      const make = (): MinuteRecord[] =>
        rows.map(([target, x, y, label], i) => record(target, [x, y], i, label));
      const whole = foldRecords(make(), rule);
      assert.equal(whole.records.length + whole.merged + whole.rejects.length, rows.length);
      const first = foldRecords(make().slice(0, cut), rule);
      const second = foldRecords([...first.records, ...make().slice(cut)], rule);
      assert.deepEqual(second.records.map(plain), whole.records.map(plain));
      assert.equal(first.merged + second.merged, whole.merged);
      assert.equal(first.rejects.length + second.rejects.length, whole.rejects.length);
    }),
  );
});

test('folding minute after minute gives the same records as folding each alone', () => {
  const minute = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'B'), { maxLength: 5 });
  const policy = fc.constantFrom<DuplicatePolicy>('reject', 'first', 'last', 'mean');
  fc.assert(
    fc.property(fc.array(minute, { maxLength: 5 }), policy, (minutes, rule) => {
      const folder = new MinuteFolder(rule);
      // Twice each, since the second time repeats the order of the first.
      for (const targets of minutes.flatMap((each) => [each, each])) {
        const make = (): MinuteRecord[] => targets.map((target, i) => record(target, [i], i));
        const { records, rejects, merged } = folder.fold(make());
        const alone = foldRecords(make(), rule);
        assert.deepEqual(records.map(plain), alone.records.map(plain));
        assert.deepEqual([rejects.length, merged], [alone.rejects.length, alone.merged]);
      }
    }),
  );
});
