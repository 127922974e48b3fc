import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { RowStatus } from '#build/core/block.js';
import type { ReadStep } from '#build/core/types.js';
import { Counters } from '#build/read/counters.js';
import { remedyOf } from '#build/read/lines/reject-remedies.js';

import { minuteBatch, record, reject } from '../support/records.js';
import { refusal } from '../support/refusals.js';
import { rowsOf, type Row } from '../support/rows.js';

const REJECT = reject('cpu is "x", not a number');
const step = (accepted: number, rejected = 0): ReadStep => ({
  batch: minuteBatch(
    0,
    Array.from({ length: accepted }, (_, i) => record(0, `t${i}`, [1])),
  ),
  lookBack: false,
  positions: null,
  isTail: false,
  found: accepted + rejected + 1,
  rejects: Array.from({ length: rejected }, () => REJECT),
  merged: 1,
  filtered: 2,
});
const row = (status: RowStatus, anomaly: boolean | null = null): Row => ({ status, score: null, anomaly });

test('records and rows are counted and balance', () => {
  const counters = new Counters(2);
  counters.addStep(step(2, 3));
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
  const counters = new Counters(1);
  counters.addRows(rowsOf([row('error'), row('missing'), row('lost'), row('quarantined')]));
  assert.equal(counters.counts.error, 4);
});

test('a resumed run continues its counts', () => {
  const whole = new Counters(1);
  for (const accepted of [2, 3]) {
    whole.addStep(step(accepted, 1));
    whole.addRows(rowsOf(Array.from({ length: accepted }, () => row('ok', true))));
  }
  const first = new Counters(1);
  first.addStep(step(2, 1));
  first.addRows(rowsOf([row('ok', true), row('ok', true)]));
  const second = new Counters(1, first);
  second.addStep(step(3, 1));
  second.addRows(rowsOf([row('ok', true), row('ok', true), row('ok', true)]));
  assert.deepEqual(second.counts, whole.counts);
  assert.equal(second.verdicts, whole.verdicts);
  assert.deepEqual(second.rejects, whole.rejects);
  assert.doesNotThrow(() => second.settle());
});

test('a lost or doubled row is a bug that stops the run', () => {
  const counters = new Counters(1);
  counters.addStep(step(2));
  counters.addRows(rowsOf([row('ok')]));
  assert.throws(() => counters.settle(), refusal('internal', /2 accepted records .* 1 result rows/));
});

test('a lost record is one, too', () => {
  const counters = new Counters(1);
  counters.addStep({ ...step(1, 1), merged: 0 });
  counters.addRows(rowsOf([row('ok')]));
  assert.throws(() => counters.settle(), refusal('internal', /3 records were read, but 2 /));
});

test('rejects are counted by reason, with the first of each as an example', () => {
  const counters = new Counters(1);
  assert.equal(counters.reasons, '');
  assert.equal(counters.remedy, null);
  const late = reject(`late ${'x'.repeat(1000)}`, { reason: 'late' });
  counters.addStep({ ...step(0), rejects: [REJECT, late, late], batch: null, merged: 0, found: 3 });
  const [first, second] = counters.rejects;
  assert.deepEqual(first, {
    reason: 'bad_value',
    count: 1,
    example: { file: 'data.csv', line: 2, message: 'cpu is "x", not a number' },
  });
  assert.deepEqual([second?.reason, second?.count], ['late', 2]);
  assert.equal(second?.example.message.length, 200, 'a commit holds it, so it is cut');
  assert.match(counters.reasons, /^: 2 late, 1 bad_value; the first late is data\.csv:2: late x/);
  assert.equal(counters.remedy, remedyOf('late'));
  assert.doesNotThrow(() => counters.settle(), 'no record accepted, but the counts agree');
});

test('--max-rejects by count stops with the first one too many', () => {
  const counters = new Counters(1);
  counters.addStep(step(5, 2));
  assert.doesNotThrow(() => counters.checkRejects(null, true));
  assert.doesNotThrow(() => counters.checkRejects({ kind: 'count', count: 2 }, false));
  assert.throws(
    () => counters.checkRejects({ kind: 'count', count: 1 }, false),
    refusal('reject_limit', /--max-rejects 1/),
  );
});

test('--max-rejects by share is judged at the end, wherever the rejects were', () => {
  const counters = new Counters(1);
  const tenth = { kind: 'share', share: 0.1 } as const;
  counters.addStep(step(500, 600));
  assert.doesNotThrow(() => counters.checkRejects(tenth, false));
  assert.throws(
    () => counters.checkRejects(tenth, true),
    refusal('reject_limit', /600 of 1,101 records.*10%/),
  );
  counters.addStep(step(5_000, 0));
  assert.doesNotThrow(() => counters.checkRejects(tenth, true));
});
