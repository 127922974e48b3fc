import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { rateOf, Rates } from '#build/read/shared/rates.js';
import type { MinuteBatch } from '#build/core/types.js';

import { MINUTE_MS, minuteBatch, record } from '../../support/records.js';

test('the rate of a counter is its increase per second, and counts from 0 after a reset', () => {
  assert.equal(rateOf(100, 160, 60), 1);
  assert.equal(rateOf(100, 100, 60), 0);
  assert.equal(rateOf(100, 30, 60), 0.5);
  assert.equal(rateOf(100, 0, 60), 0);
  assert.equal(rateOf(0.1, 0.3, 60), (0.3 - 0.1) / 60);
  for (const [before, value] of [
    [NaN, 1],
    [1, NaN],
    [NaN, NaN],
    [-Number.MAX_VALUE, Number.MAX_VALUE],
  ] as const)
    assert.ok(Number.isNaN(rateOf(before, value, 60)), `${before} to ${value}`);
});

/** One target's values by tick. */
type Series = ReadonlyMap<number, readonly number[]>;

/** A rate as its definition has it, from all values of one target. */
function rateAt(series: Series, tick: number, column: number): number {
  const [now, before] = [series.get(tick)?.[column], series.get(tick - 1)?.[column]];
  if (now === undefined || before === undefined || Number.isNaN(now + before)) return NaN;
  return (now >= before ? now - before : now) / 60;
}

const value = fc.oneof(
  { weight: 8, arbitrary: fc.nat(1000) },
  { weight: 1, arbitrary: fc.constant(NaN) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 1e9, noNaN: true }) },
);
const TARGETS = ['', 'a', 'b', 'c', 'é'];
const minutes = fc.array(
  fc.record({
    skipped: fc.constantFrom(0, 0, 0, 1, 2),
    records: fc.uniqueArray(
      fc.record({ target: fc.constantFrom(...TARGETS), values: fc.tuple(value, value, value) }),
      { selector: ({ target }) => target, minLength: 2, maxLength: TARGETS.length },
    ),
  }),
  { maxLength: 30 },
);

test('rates are those of the definition, whatever targets, gaps, missing values and resets', () => {
  let [rates, resets, missing] = [0, 0, 0];
  fc.assert(
    fc.property(
      minutes,
      fc.subarray([0, 1, 2], { minLength: 1 }),
      fc.nat(1e6),
      (drawn, counters, startTick) => {
        const all = new Map<string, Map<number, readonly number[]>>(TARGETS.map((name) => [name, new Map()]));
        const batches: MinuteBatch[] = [];
        let tick = startTick;
        for (const { skipped, records } of drawn) {
          tick += 1 + skipped;
          const sorted = records.toSorted((a, b) => (a.target < b.target ? -1 : 1));
          for (const { target, values } of sorted) all.get(target)?.set(tick, values);
          batches.push(
            minuteBatch(
              tick,
              sorted.map(({ target, values }) => record(tick, target, values)),
            ),
          );
        }
        const stage = new Rates(counters, MINUTE_MS);
        for (const batch of batches) stage.apply(batch);
        for (const { minuteMs, records } of batches) {
          const at = minuteMs / MINUTE_MS;
          for (const { target, values } of records) {
            const series = all.get(target) ?? assert.fail(target);
            const expected = [0, 1, 2].map((column) =>
              counters.includes(column) ? rateAt(series, at, column) : series.get(at)?.[column],
            );
            assert.deepEqual([...values], expected);
            for (const column of counters) {
              if (Number.isNaN(values[column])) missing++;
              else rates++;
              if ((series.get(at)?.[column] ?? NaN) < (series.get(at - 1)?.[column] ?? NaN)) resets++;
            }
          }
        }
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(rates > 500 && resets > 100 && missing > 500, JSON.stringify({ rates, resets, missing }));
});

test('seconds are those of the interval that lies between, which a calendar makes longer and shorter', () => {
  const hour = 3_600_000;
  const stage = new Rates([0], 24 * hour);
  const days = [0, 24, 47, 72].map((hours, i) => ({
    minuteMs: hours * hour,
    records: [{ ...record(0, 'a', [i * 82_800]), minuteMs: hours * hour }],
  }));
  for (const day of days) stage.apply(day);
  assert.deepEqual(
    days.map(({ records }) => records[0]?.values[0]),
    [NaN, 82_800 / 86_400, 1, 82_800 / 90_000],
  );
});
