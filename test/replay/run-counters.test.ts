import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { RowStatus } from '#build/core/block.js';
import { RunCounters } from '#build/replay/run-counters.js';

import { countedStep } from '../support/counted-steps.js';
import { refusal } from '../support/refusals.js';
import { rowsOf, type Row } from '../support/rows.js';

const row = (status: RowStatus, anomaly: boolean | null = null): Row => ({ status, score: null, anomaly });

test('records and rows are counted and balance', () => {
  const counters = new RunCounters(2);
  counters.addStep(countedStep(2, 3));
  counters.addRows(rowsOf([row('ok', true), row('ok', false), row('warmup'), row('error')]));
  assert.deepEqual(counters.counts, {
    records: 6,
    accepted: 2,
    merged: 1,
    rejected: 3,
    filtered: 2,
    minutes: 1,
    rows: 4,
    ok: 2,
    warmup: 1,
    error: 1,
    anomalies: 1,
  });
  assert.doesNotThrow(() => counters.settle());
});

test('a row that was not tried counts as an error', () => {
  const counters = new RunCounters(1);
  counters.addRows(rowsOf([row('error'), row('missing'), row('lost'), row('quarantined')]));
  assert.equal(counters.counts.error, 4);
});

test('a resumed run continues its counts', () => {
  const whole = new RunCounters(1);
  for (const accepted of [2, 3]) {
    whole.addStep(countedStep(accepted, 1));
    whole.addRows(rowsOf(Array.from({ length: accepted }, () => row('ok', true))));
  }
  const first = new RunCounters(1);
  first.addStep(countedStep(2, 1));
  first.addRows(rowsOf([row('ok', true), row('ok', true)]));
  const second = new RunCounters(1, first);
  second.addStep(countedStep(3, 1));
  second.addRows(rowsOf([row('ok', true), row('ok', true), row('ok', true)]));
  assert.deepEqual(second.counts, whole.counts);
  assert.equal(second.verdicts, whole.verdicts);
  assert.deepEqual(second.rejects, whole.rejects);
  assert.doesNotThrow(() => second.settle());
});

test('a lost or doubled row is a bug that stops the run', () => {
  const counters = new RunCounters(1);
  counters.addStep(countedStep(2));
  counters.addRows(rowsOf([row('ok')]));
  assert.throws(() => counters.settle(), refusal('internal', /2 accepted records .* 1 result rows/));
});

test('a lost record is one, too', () => {
  const counters = new RunCounters(1);
  counters.addStep({ ...countedStep(1, 1), merged: 0 });
  counters.addRows(rowsOf([row('ok')]));
  assert.throws(() => counters.settle(), refusal('internal', /3 records were read, but 2 /));
});

test('counts agree where no record was accepted', () => {
  const counters = new RunCounters(1);
  counters.addStep({ ...countedStep(0, 3), merged: 0, found: 3 });
  assert.doesNotThrow(() => counters.settle());
});
