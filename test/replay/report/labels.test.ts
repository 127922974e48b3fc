import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ResultRow } from '#dist/core/types.js';
import { labelsMarkup } from '#dist/replay/report/replay-page.js';
import { markup } from '#dist/report/html/markup.js';
import { RunLabels } from '#dist/replay/report/run-labels.js';

function row(label: ResultRow['label'], score: number): ResultRow {
  const times = { minuteMs: 0, target: 'a', column: 'value', status: 'ok' } as const;
  return { ...times, score, anomaly: score > 1, label, output: null, error: null };
}

/** The text of the table of records that were labelled like this. */
function labelled(...rows: readonly ResultRow[]): string {
  const labels = new RunLabels(1);
  labels.add(rows);
  const summary = labels.summary();
  assert.ok(summary !== null);
  return markup`${labelsMarkup(summary)}`.text;
}

test('the best threshold is not rounded, since a rounded one would flag other records', () => {
  assert.match(labelled(row(1, 3.141592), row(0, 3.141591)), />3\.1415915<\/span>/);
});

test('records that do not count are listed by reason, unusable labels included', () => {
  const page = labelled(row(1, 3), row(0.5, 3), row('broken', 3), row(null, 3));
  assert.match(page, /not counted: 2 with a label that is neither 0 nor 1, 1 without a label\./);
  assert.doesNotMatch(labelled(row(1, 3), row(0, 1)), /not counted/);
});
