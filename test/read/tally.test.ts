import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AiopsError } from '#dist/core/errors.js';
import type { ReadStep, ResultRow } from '#dist/core/types.js';
import { Tally } from '#dist/read/tally.js';

import { minuteBatch, record, reject } from '../support/records.js';

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
const row = (status: ResultRow['status'], anomaly: boolean | null = null): ResultRow => ({
  minuteMs: 0,
  target: 'a',
  column: null,
  status,
  score: null,
  anomaly,
  label: null,
  output: null,
  error: null,
});
const failsWith = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof AiopsError && error.code === code && text.test(error.message);

test('records and rows are counted and balance', () => {
  const tally = new Tally(2);
  tally.addStep(step(2, 3));
  tally.addRows([row('ok', true), row('ok', false), row('warmup'), row('error')]);
  assert.deepEqual(tally.counts, {
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
  assert.doesNotThrow(() => tally.settle());
});

test('a run that goes on counts from where it was', () => {
  const whole = new Tally(1);
  for (const accepted of [2, 3]) {
    whole.addStep(step(accepted, 1));
    whole.addRows(Array.from({ length: accepted }, () => row('ok', true)));
  }
  const first = new Tally(1);
  first.addStep(step(2, 1));
  first.addRows([row('ok', true), row('ok', true)]);
  const { counts, verdicts, found } = first;
  const second = new Tally(1, { counts, verdicts, found });
  second.addStep(step(3, 1));
  second.addRows([row('ok', true), row('ok', true), row('ok', true)]);
  assert.deepEqual(second.counts, whole.counts);
  assert.equal(second.verdicts, whole.verdicts);
  assert.doesNotThrow(() => second.settle());
});

test('a lost or doubled row is a bug that stops the run', () => {
  const tally = new Tally(1);
  tally.addStep(step(2));
  tally.addRows([row('ok')]);
  assert.throws(() => tally.settle(), failsWith('internal', /does not balance/));
});

test('a lost record is one, too', () => {
  const tally = new Tally(1);
  tally.addStep({ ...step(1, 1), merged: 0 });
  tally.addRows([row('ok')]);
  assert.throws(() => tally.settle(), failsWith('internal', /3 records were read, but 2 /));
});

test('the first reject serves as an example', () => {
  const tally = new Tally(1);
  assert.equal(tally.example, '');
  tally.addStep({ ...step(0, 2), batch: null, merged: 0, found: 2 });
  assert.match(tally.example, /the first: data\.csv:2: cpu is "x"/);
  assert.doesNotThrow(() => tally.settle(), 'no record accepted, but the account balances');
});

test('--max-rejects by count stops with the first one too many', () => {
  const tally = new Tally(1);
  tally.addStep(step(5, 2));
  assert.doesNotThrow(() => tally.checkRejects(null, true));
  assert.doesNotThrow(() => tally.checkRejects({ kind: 'count', count: 2 }, false));
  assert.throws(
    () => tally.checkRejects({ kind: 'count', count: 1 }, false),
    failsWith('reject_limit', /--max-rejects 1/),
  );
});

test('--max-rejects by share waits for enough records, or for the end', () => {
  const tally = new Tally(1);
  tally.addStep(step(5, 4));
  const tenth = { kind: 'share', share: 0.1 } as const;
  assert.doesNotThrow(() => tally.checkRejects(tenth, false));
  assert.throws(() => tally.checkRejects(tenth, true), failsWith('reject_limit', /4 of 10 records.*10%/));
  tally.addStep(step(500, 600));
  assert.throws(() => tally.checkRejects(tenth, false), failsWith('reject_limit', /604/));
});
