import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import {
  syntheticColumns,
  syntheticMinutes,
  syntheticTarget,
  type SyntheticMinute,
  type SyntheticOptions,
  type SyntheticRecord,
} from '#build/bench/synthetic.js';

const made = (options: SyntheticOptions): SyntheticMinute[] => [...syntheticMinutes(options)];

const small = fc.record({
  targets: fc.integer({ min: 1, max: 5 }),
  columns: fc.integer({ min: 1, max: 4 }),
  minutes: fc.integer({ min: 1, max: 200 }),
  seed: fc.integer(),
});

const events = fc.record({
  missingShare: fc.double({ min: 0, max: 1, noNaN: true }),
  gapsPerDay: fc.double({ min: 0, max: 50, noNaN: true }),
  anomaliesPerDay: fc.double({ min: 0, max: 50, noNaN: true }),
});

describe('a synthetic recording', () => {
  test('is the same for the same options', () => {
    fc.assert(
      fc.property(small, events, (size, more) => {
        assert.deepEqual(made({ ...size, ...more }), made({ ...size, ...more }));
      }),
      { numRuns: 30 },
    );
  });

  test('has other numbers for another seed', () => {
    const size = { targets: 2, columns: 3, minutes: 5 };
    assert.notDeepEqual(made({ ...size, seed: 1 }), made({ ...size, seed: 2 }));
  });

  test('has every target in every minute, one interval after the other', () => {
    const minutes = made({
      targets: 3,
      columns: 2,
      minutes: 4,
      seed: 9,
      startMs: 300_000,
      intervalMs: 10_000,
    });
    assert.deepEqual(
      minutes.map(({ minuteMs }) => minuteMs),
      [300_000, 310_000, 320_000, 330_000],
    );
    for (const { records } of minutes) {
      assert.deepEqual(
        records.map(({ target }) => target),
        ['target-00001', 'target-00002', 'target-00003'],
      );
      assert.ok(records.every(({ values, label }) => values.length === 2 && label === 0));
    }
  });

  test('begins like any longer or wider one of the same seed', () => {
    fc.assert(
      fc.property(small, events, (size, more) => {
        const bigger = made({ ...size, ...more, targets: size.targets + 2, minutes: size.minutes + 7 });
        const names = new Set(
          made({ ...size, minutes: 1 }).flatMap(({ records }) => records.map((r) => r.target)),
        );
        const cut = bigger.slice(0, size.minutes).map(({ minuteMs, records }) => ({
          minuteMs,
          records: records.filter(({ target }) => names.has(target)),
        }));
        assert.deepEqual(cut, made({ ...size, ...more }));
      }),
      { numRuns: 30 },
    );
  });

  test('keeps all other values when some go missing', () => {
    fc.assert(
      fc.property(small, events, (size, more) => {
        const rare = { ...more, anomaliesPerDay: 0 };
        const whole = made(size);
        made({ ...size, ...rare }).forEach(({ records }, minute) => {
          for (const { target, values } of records) {
            const original = whole[minute]?.records.find((record) => record.target === target);
            values.forEach((value, column) => {
              if (value !== null) assert.equal(value, original?.values[column]);
            });
          }
        });
      }),
      { numRuns: 30 },
    );
  });
});

describe('options', () => {
  const targets = Array.from({ length: 10 }, (_, index) => syntheticTarget(index));
  const week = { targets: 10, columns: 2, minutes: 7 * 1440, seed: 4 };

  test('a share of missing values', () => {
    const values = made({ ...week, missingShare: 0.2 }).flatMap(({ records }) =>
      records.flatMap((r) => r.values),
    );
    const share = values.filter((value) => value === null).length / values.length;
    assert.ok(Math.abs(share - 0.2) < 0.01, `${share} are missing`);
  });

  test('gaps, some longer than an hour', () => {
    const minutes = made({ ...week, gapsPerDay: 4 });
    const gaps = targets.flatMap((target) =>
      lengths(minutes.map((minute) => recordOf(minute, target) === undefined)),
    );
    assert.ok(Math.abs(gaps.length - 10 * 7 * 4) < 60, `${gaps.length} gaps in 7 days of 10 targets`);
    assert.ok(Math.max(...gaps) > 60);
  });

  test('anomalies, labelled and visible in the values', () => {
    const plain = made(week);
    const labelled = made({ ...week, anomaliesPerDay: 3 });
    let spells = 0;
    for (const target of targets) {
      const records = labelled.map((minute) => recordOf(minute, target));
      spells += lengths(records.map((record) => record?.label === 1)).length;
      records.forEach((record, minute) => {
        const original = recordOf(plain[minute]!, target);
        if (record?.label === 0) assert.deepEqual(record, original);
        else assert.notEqual(record?.values[0], original?.values[0]);
      });
    }
    assert.ok(Math.abs(spells - 10 * 7 * 3) < 60, `${spells} anomalies in 7 days of 10 targets`);
  });

  test('gauges, counts and ratios in turn', () => {
    assert.deepEqual(syntheticColumns(4), ['gauge_1', 'count_2', 'ratio_3', 'gauge_4']);
    for (const { records } of made({ targets: 20, columns: 3, minutes: 100, seed: 2, anomaliesPerDay: 20 })) {
      for (const { values } of records) {
        const [gauge, count, ratio] = values.map((value) => value ?? NaN);
        assert.ok(gauge !== undefined && gauge >= 0);
        assert.ok(Number.isInteger(count));
        assert.ok(ratio !== undefined && ratio >= 0 && ratio <= 1);
      }
    }
  });

  test('invalid options are refused', () => {
    const good = { targets: 1, columns: 1, minutes: 1, seed: 1 };
    const bad: readonly Partial<SyntheticOptions>[] = [
      { targets: 0 },
      { columns: 1.5 },
      { minutes: NaN },
      { seed: 0.5 },
      { intervalMs: 0 },
      { startMs: NaN },
      { missingShare: 1.1 },
      { gapsPerDay: -1 },
      { anomaliesPerDay: NaN },
    ];
    for (const part of bad) {
      assert.throws(() => made({ ...good, ...part }), RangeError, JSON.stringify(part));
    }
  });
});

function recordOf(minute: SyntheticMinute, target: string): SyntheticRecord | undefined {
  return minute.records.find((record) => record.target === target);
}

/** Lengths of the runs of `true`. */
function lengths(flags: readonly boolean[]): number[] {
  const runs: number[] = [];
  flags.forEach((flag, index) => {
    if (!flag) return;
    if (index > 0 && flags[index - 1] === true) runs[runs.length - 1]! += 1;
    else runs.push(1);
  });
  return runs;
}
