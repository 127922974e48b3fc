import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { foldRecords, type DuplicatePolicy } from '#build/read/shared/minute.js';
import type { MinuteRecord } from '#build/core/types.js';
import { Counters } from '#build/read/counters.js';
import { Section } from '#build/read/survey/section.js';
import { RecordCodec } from '#build/read/survey/seen-records.js';
import { Tallies } from '#build/read/survey/tallies.js';

const MINUTE_MS = 60_000;
const COLUMNS = 2;

interface Drawn extends Pick<MinuteRecord, 'minuteMs' | 'offsetMs' | 'target' | 'label'> {
  readonly values: readonly number[];
  readonly brings: readonly number[] | null;
}

const anyRecord: fc.Arbitrary<Drawn> = fc.record({
  minuteMs: fc.integer({ min: 0, max: 5 }).map((minute) => minute * MINUTE_MS),
  offsetMs: fc.integer({ min: -30_000, max: 90_000 }),
  target: fc.constantFrom('a', 'b', 'ä'),
  values: fc.array(fc.constantFrom(NaN, 1, 2), { minLength: COLUMNS, maxLength: COLUMNS }),
  brings: fc.constantFrom(null, [0], [1]),
  label: fc.constantFrom(null, 0, 1, 0.3, 7, -2),
});

function toRecords(drawn: readonly Drawn[]): MinuteRecord[] {
  return drawn.map(({ values, ...others }, i) => ({
    ...others,
    values: Float64Array.from(values, (value, k) =>
      others.brings === null || others.brings.includes(k) ? value : NaN,
    ),
    bringsWindow: false,
    source: { file: 'a.csv', line: i + 2, byteOffset: 10 * i, raw: () => ({ text: '', encoding: 'utf8' }) },
  }));
}

interface Found {
  readonly merged: number;
  readonly duplicates: number;
  readonly tallies: unknown;
}

function tallied(batches: Iterable<Parameters<Tallies['add']>[0]>): unknown {
  const tallies = new Tallies(COLUMNS, MINUTE_MS);
  let accepted = 0;
  for (const batch of batches) {
    accepted += batch.records.length;
    tallies.add(batch);
  }
  const { firstMs, lastMs, missing, labels, gaps, targets } = tallies;
  return { accepted, firstMs, lastMs, missing, labels, gaps, targets };
}

function bySection(
  records: readonly MinuteRecord[],
  duplicates: DuplicatePolicy,
  mostRecords: number,
): Found {
  const counters = new Counters();
  const codec = new RecordCodec(COLUMNS);
  const section = new Section({
    isInRange: () => true,
    duplicates,
    columns: COLUMNS,
    codec,
    counters,
    mostRecords,
  });
  for (const record of records) section.record(record);
  const tallies = tallied(section.minutes());
  return { merged: counters.counts.merged, duplicates: counters.counts.rejected, tallies };
}

function atOnce(records: readonly MinuteRecord[], duplicates: DuplicatePolicy): Found {
  const minutes = new Map<number, MinuteRecord[]>();
  for (const record of records)
    minutes.set(record.minuteMs, [...(minutes.get(record.minuteMs) ?? []), record]);
  const folded = [...minutes]
    .sort(([a], [b]) => a - b)
    .map(([minuteMs, each]) => ({ minuteMs, ...foldRecords(each, duplicates) }));
  return {
    merged: folded.reduce((sum, { merged }) => sum + merged, 0),
    duplicates: folded.reduce((sum, { rejects }) => sum + rejects.length, 0),
    tallies: tallied(folded),
  };
}

test('a section that encodes its records counts what folding all of them at once does', () => {
  const policies = fc.constantFrom<DuplicatePolicy>('reject', 'first', 'last', 'mean');
  fc.assert(
    fc.property(
      fc.array(anyRecord, { maxLength: 40 }),
      policies,
      fc.integer({ min: 1, max: 9 }),
      (drawn, policy, most) => {
        assert.deepEqual(bySection(toRecords(drawn), policy, most), atOnce(toRecords(drawn), policy));
      },
    ),
    { numRuns: 2000 },
  );
});

test('an encoded record keeps its place and what others ask of it', () => {
  const codec = new RecordCodec(COLUMNS);
  const [record] = toRecords([
    { minuteMs: MINUTE_MS, offsetMs: 1500, target: 'b', values: [NaN, 5], brings: [1], label: 1 },
  ]);
  assert.ok(record);
  const source = { ...record.source, line: 70_000 };
  const [decoded] = codec.decode(
    codec.encode([{ minuteMs: MINUTE_MS, records: [{ ...record, source }] }]),
    0,
  );
  assert.deepEqual([decoded?.minuteMs, decoded?.offsetMs, decoded?.target], [MINUTE_MS, 1500, 'b']);
  assert.deepEqual([decoded?.source.file, decoded?.source.line], ['a.csv', 70_000]);
  assert.deepEqual([[...(decoded?.values ?? [])], decoded?.brings, decoded?.label], [[NaN, 5], [1], 1]);
});

test('values and times are decoded as they were, however few bytes they take', () => {
  const anyValue = fc.oneof(
    fc.double({ noNaN: true }),
    fc
      .integer({ min: -70_000, max: 70_000 })
      .chain((whole) => fc.constantFrom(whole, whole / 10, whole / 1000)),
    fc.constantFrom(2 ** 31, 2 ** 32, -(2 ** 31) - 1, 255.5, 0.1 + 0.2),
  );
  const anyMinutes = fc.array(anyValue, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(anyMinutes, fc.integer({ min: 1, max: 3 }), (values, step) => {
      const codec = new RecordCodec(COLUMNS);
      const [record] = toRecords([
        { minuteMs: 0, offsetMs: 0, target: 'a', values: [], brings: null, label: null },
      ]);
      assert.ok(record);
      const batches = values.map((value, i) => ({
        minuteMs: i * step * MINUTE_MS,
        records: [{ ...record, values: Float64Array.of(value, i) }],
      }));
      const seen = codec.encode(batches);
      const decoded = values.map((_, i) => codec.decode(seen, i)[0]);
      for (const [i, value] of values.entries()) {
        assert.ok(value === decoded[i]?.values[0] && i === decoded[i].values[1]);
        assert.equal(decoded[i].minuteMs, i * step * MINUTE_MS);
      }
    }),
  );
});
