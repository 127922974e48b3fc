import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Label } from '#build/core/types.js';
import { labelNotes, labelsTable } from '#build/replay/report/labels.js';
import { RunLabels, type LabelsSummary } from '#build/replay/report/run-labels.js';
import { Place } from '#build/report/figures.js';
import { tableLines } from '#build/report/table.js';

import { rowsOf, type Row } from '../../support/rows.js';

/** A row, with the target and the label of its record. */
interface Labelled extends Row {
  readonly target: string;
  readonly label: Label;
}

function row(target: string, label: Label, more: Partial<Row> = {}): Labelled {
  const score = more.score === undefined ? 0.5 : more.score;
  const anomaly = more.anomaly === undefined ? (score ?? 0) > 0.6 : more.anomaly;
  return { target, label, status: more.status ?? 'ok', score, anomaly };
}

/** Adds a minute; `perRecord` rows are of one record. */
function add(labels: RunLabels, rows: readonly Labelled[], perRecord = 1): void {
  labels.add(
    rows.filter((_, i) => i % perRecord === 0),
    rowsOf(rows),
  );
}

/** What a terminal shows of labelled records. */
function labelLines(summary: LabelsSummary | null): string[] {
  assert.ok(summary !== null);
  return [...tableLines(labelsTable(Place.of(summary), 10)), ...labelNotes(summary, 10)];
}

const warmup = { status: 'warmup', score: null, anomaly: null } as const;
const failed = { status: 'error', score: null, anomaly: null } as const;

test('a recording without labels has no summary', () => {
  const labels = new RunLabels();
  add(labels, [row('a', null), row('b', null)]);
  assert.equal(labels.summary(), null);
});

test('a record has the largest score of its items, and is flagged if any item is', () => {
  const labels = new RunLabels();
  add(labels, [row('a', 1, { score: 0.25 }), row('a', 1, { score: 0.75 })], 2);
  add(labels, [row('a', 0, { score: 0.5 }), row('a', 0, { score: 0.25 })], 2);
  add(labels, [row('a', 0, failed), row('a', 0, { score: 0.125 })], 2);
  const summary = labels.summary();
  assert.equal(summary?.counts.scored, 3);
  assert.deepEqual(summary.overall, {
    records: 3,
    positives: 1,
    flagged: 1,
    precision: 1,
    recall: 1,
    f1: 1,
    averagePrecision: 1,
    best: { threshold: 0.6, precision: 1, recall: 1, f1: 1 },
  });
});

test('records without a usable label or a score are counted by reason', () => {
  const labels = new RunLabels();
  add(labels, [row('a', 1, warmup), row('b', 0, failed), row('c', 1, { score: null, anomaly: null })]);
  add(labels, [row('a', 'broken'), row('b', 0.5), row('c', null), row('d', 1)]);
  assert.deepEqual(labels.summary()?.counts, {
    scored: 1,
    judged: 0,
    warmup: 1,
    error: 1,
    unscored: 1,
    unusable: 2,
    unlabelled: 1,
  });
  assert.deepEqual(
    labels.notices().map(({ text }) => text),
    [
      '2 records have labels that are neither 0 nor 1, the first "broken": ignored in precision, recall and average precision',
    ],
  );
  assert.match(
    labelLines(labels.summary()).join('\n'),
    /1 labelled record scored; not counted: 1 in warm-up, 1 failed, 1 without a score, 2 with a label that is neither 0 nor 1, 1 without a label/,
  );
});

test('labels of -1 and 1 draw a warning that 1 may mark normal records', () => {
  const labels = new RunLabels();
  add(labels, [row('a', 1), row('b', -1)]);
  assert.match(labels.notices()[0]?.text ?? '', /first "-1": .*write 0 for normal and 1 for anomalies$/);
});

test('a row that was not tried counts as failed', () => {
  const labels = new RunLabels();
  add(labels, [row('a', 1, warmup), row('a', 1, { ...failed, status: 'missing' })], 2);
  add(
    labels,
    [row('a', 1, { ...failed, status: 'lost' }), row('a', 1, { ...failed, status: 'quarantined' })],
    2,
  );
  assert.equal(labels.summary()?.counts.error, 2);
});

test('records without a verdict count for the ranking only', () => {
  const labels = new RunLabels();
  add(labels, [row('a', 1, { score: 0.9, anomaly: null }), row('a', 0, { score: 0.1, anomaly: null })]);
  const overall = labels.summary()?.overall;
  assert.deepEqual([overall?.precision, overall?.recall, overall?.f1], [null, null, null]);
  assert.equal(overall?.averagePrecision, 1);
});

test('records with a verdict and no score count for precision, recall and F1 only', () => {
  const labels = new RunLabels();
  const flag = { score: null, anomaly: true };
  const pass = { score: null, anomaly: false };
  add(labels, [row('a', 1, pass), row('a', 1, flag), row('a', 0, pass), row('a', 0, pass)], 2);
  add(labels, [row('a', 0, flag), row('a', 0, pass), row('a', 1, pass), row('a', 1, failed)], 2);
  add(labels, [row('a', 1, { score: 0.5, anomaly: null }), row('a', 1, flag)], 2);
  const summary = labels.summary();
  assert.deepEqual([summary?.counts.scored, summary?.counts.judged], [1, 4]);
  assert.deepEqual(summary?.overall, {
    records: 5,
    positives: 3,
    flagged: 3,
    precision: 2 / 3,
    recall: 2 / 3,
    f1: 2 / 3,
    averagePrecision: 1,
    best: { threshold: 0.3, precision: 1, recall: 1, f1: 1 },
  });
  assert.match(labelLines(summary).join('\n'), /1 labelled record scored, 4 with a verdict but no score/);
  const unranked = new RunLabels();
  add(unranked, [row('a', 1, flag)]);
  const judged = unranked.summary()?.overall;
  assert.deepEqual([judged?.averagePrecision, judged?.best, judged?.recall], [null, null, 1]);
});

test('targets are sorted by their anomalies, and the mean is over those that have some', () => {
  const labels = new RunLabels();
  add(labels, [row('quiet', 0), row('noisy', 0, { score: 0.9 }), row('one', 1, { score: 0.9 })]);
  add(labels, [row('two', 1, { score: 0.1 }), row('two', 0, { score: 0.2 }), row('two', 1, { score: 0.3 })]);
  const summary = labels.summary();
  assert.deepEqual(
    summary?.perTarget.map(({ target, averagePrecision }) => [target, averagePrecision]),
    [
      ['two', (1 + 2 / 3) / 2],
      ['one', 1],
      ['noisy', null],
      ['quiet', null],
    ],
  );
  assert.equal(summary.meanAveragePrecision, ((1 + 2 / 3) / 2 + 1) / 2);
  assert.equal(summary.perTarget[2]?.recall, null);
});

test('the summary stays bounded however many targets come and go', () => {
  const labels = new RunLabels();
  for (let i = 0; i < 3000; i++) add(labels, [row(`target-${i}`, i % 2 === 0 ? 1 : 0, { score: i / 3000 })]);
  const summary = labels.summary();
  assert.equal(summary?.overall.records, 3000);
  assert.equal(summary.targets, 1024);
  assert.equal(summary.recordsOfOtherTargets, 3000 - 1024);
  assert.equal(summary.perTarget.length, 200);
  assert.deepEqual(summary.droppedBits, { overall: 0, perTarget: 0 });
  assert.match(
    labelLines(summary).join('\n'),
    /1,976 records of targets after the first 1,024 by name count overall only/,
  );
});

test('with too many different scores, the report says how coarse rankings are', () => {
  const labels = new RunLabels();
  for (let i = 0; i < 100_000; i++)
    add(labels, [row('a', i % 1000 === 0 ? 1 : 0, { score: Math.fround(i / 100_000) })]);
  const summary = labels.summary();
  const bits = summary?.droppedBits.overall ?? 0;
  assert.ok(bits > 0);
  assert.equal(summary?.overall.records, 100_000);
  assert.equal(summary.droppedBits.perTarget, 0);
  assert.match(
    labelLines(summary).join('\n'),
    /rankings treat scores as equal that differ by less than .* overall/,
  );
});

test('a long name is cut in the middle, in the table only', () => {
  const labels = new RunLabels();
  const long = `first-${'x'.repeat(150)}-last`;
  add(labels, [row(long, 1, { score: 0.9 })]);
  const summary = labels.summary();
  const lines = labelLines(summary);
  assert.match(lines.join('\n'), /^first-x{14}…x{14}-last {3}/m);
  assert.ok(lines.every((line) => line.length <= 140));
  assert.equal(summary?.perTarget[0]?.target, long);
});
