import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Label } from '#build/core/types.js';
import { labelsMarkup } from '#build/replay/report/replay-page.js';
import { markup } from '#build/report/html/markup.js';
import { RunLabels } from '#build/replay/report/run-labels.js';

import { rowsOf } from '../../support/rows.js';

type Scored = readonly [label: Label, score: number];

/** The text of the table of records that were labelled and scored like this. */
function labelled(...records: readonly Scored[]): string {
  const labels = new RunLabels();
  labels.add(
    records.map(([label]) => ({ target: 'a', label })),
    rowsOf(records.map(([, score]) => ({ status: 'ok', score, anomaly: score > 1 }))),
  );
  const summary = labels.summary();
  assert.ok(summary !== null);
  return markup`${labelsMarkup(summary)}`.text;
}

test('the best threshold is not rounded, since a rounded one would flag other records', () => {
  assert.match(labelled([1, 3.141592], [0, 3.141591]), />3\.1415915<\/span>/);
});

test('records that do not count are listed by reason, unusable labels included', () => {
  const page = labelled([1, 3], [0.5, 3], ['broken', 3], [null, 3]);
  assert.match(page, /not counted: 2 with a label that is neither 0 nor 1, 1 without a label\./);
  assert.doesNotMatch(labelled([1, 3], [0, 1]), /not counted/);
});
