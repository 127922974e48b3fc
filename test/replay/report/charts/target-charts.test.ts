import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { TargetCharts } from '#build/replay/report/charts/target-charts.js';

import { minuteBatch, record } from '../../../support/records.js';
import { rowsOf, type Row } from '../../../support/rows.js';

function row(score: number | null, anomaly: boolean | null): Row {
  return { status: score === null ? 'warmup' : 'ok', score, anomaly };
}

const ONE_COLUMN = { columns: ['a'], modelColumns: 'each' } as const;

test('buckets account for every minute of a target', () => {
  const minute = fc.record({
    value: fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(NaN)),
    score: fc.option(fc.float({ min: 0, max: 10, noNaN: true })),
    flagged: fc.boolean(),
    label: fc.constantFrom(0, 1),
  });
  fc.assert(
    fc.property(fc.array(minute, { minLength: 1, maxLength: 1000 }), (minutes) => {
      const charts = new TargetCharts(ONE_COLUMN);
      minutes.forEach(({ value, score, flagged, label }, tick) => {
        const one = record(tick, 't', [value], { label });
        charts.add(minuteBatch(tick, [one]), rowsOf([row(score, score === null ? null : flagged)]));
      });
      const [chosen] = charts.chosen();
      assert.ok(chosen !== undefined);
      const { buckets, maxScore } = chosen.series;
      const sum = (of: (bucket: (typeof buckets)[number]) => number): number =>
        buckets.reduce((total, bucket) => total + of(bucket), 0);
      assert.ok(buckets.length <= 400);
      assert.equal(
        sum(({ labelled }) => labelled),
        minutes.filter(({ label }) => label === 1).length,
      );
      assert.equal(
        sum(({ flagged }) => flagged),
        minutes.filter(({ score, flagged }) => score !== null && flagged).length,
      );
      const values = minutes.map(({ value }) => value).filter((value) => !Number.isNaN(value));
      assert.equal(Math.min(...buckets.map(({ low }) => low[0]!)), Math.min(...values));
      assert.equal(Math.max(...buckets.map(({ high }) => high[0]!)), Math.max(...values));
      assert.equal(maxScore, Math.max(...minutes.map(({ score }) => score ?? -Infinity)));
      assert.equal(maxScore, Math.max(...buckets.map(({ score }) => score)));
    }),
    { numRuns: 50 },
  );
});

describe('which targets', () => {
  test('none while no record has a label', () => {
    const charts = new TargetCharts(ONE_COLUMN);
    const one = record(0, 't', [1]);
    charts.add(minuteBatch(0, [one]), rowsOf([row(1, true)]));
    assert.deepEqual(charts.chosen(), []);
  });

  test('labelled ones first, then flagged ones, then by score; twelve at most', () => {
    const charts = new TargetCharts(ONE_COLUMN);
    const names = Array.from({ length: 20 }, (_, i) => `t${String(i).padStart(2, '0')}`);
    const records = names.map((name, i) => record(0, name, [1], { label: i === 17 ? 1 : 0 }));
    charts.add(minuteBatch(0, records), rowsOf(records.map((_, i) => row(i / 10, i === 5))));
    const chosen = charts.chosen().map(({ series }) => series.target);
    assert.equal(chosen.length, 12);
    assert.deepEqual(chosen.slice(0, 4), ['t17', 't05', 't19', 't18']);
    assert.equal(charts.targets, 20);
  });

  test('a labelled latecomer replaces a target without labels and flags; others are not kept', () => {
    const charts = new TargetCharts(ONE_COLUMN);
    const many = Array.from({ length: 48 }, (_, i) => record(0, `t${i}`, [1], { label: 0 }));
    charts.add(minuteBatch(0, many), rowsOf(many.map(() => row(0, false))));
    const late = [record(1, 'dull', [1], { label: 0 }), record(1, 'late', [1], { label: 1 })];
    charts.add(minuteBatch(1, late), rowsOf(late.map(() => row(9, null))));
    const chosen = charts.chosen().map(({ series }) => series.target);
    assert.equal(chosen[0], 'late');
    assert.ok(!chosen.includes('dull'));
  });

  test('under `each` the column with the largest score is drawn; a window of its own counts by its newest row', () => {
    const charts = new TargetCharts({ columns: ['a', 'b'], modelColumns: 'each' });
    const one = record(0, 't', [1, 2, 3, 4], { label: 1, bringsWindow: true });
    charts.add(minuteBatch(0, [one]), rowsOf([row(1, false), row(5, true)]));
    const [chosen] = charts.chosen();
    assert.equal(chosen?.column, 1);
    assert.deepEqual([...(chosen.series.buckets[0]?.low ?? [])], [3, 4]);
    assert.equal(chosen.series.flagged, 1, 'a record is flagged once, however many of its items are');
  });

  test('a model of several columns has the first that it sees drawn', () => {
    const charts = new TargetCharts({ columns: ['a', 'b', 'c'], modelColumns: ['c', 'b'] });
    const one = record(0, 't', [1, 2, 3], { label: 1 });
    charts.add(minuteBatch(0, [one]), rowsOf([row(1, false)]));
    assert.equal(charts.chosen()[0]?.column, 2);
  });
});
