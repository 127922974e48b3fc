import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ReadStep } from '#build/core/types.js';
import { Counters } from '#build/read/counters.js';
import { remedyOf } from '#build/read/lines/reject-remedies.js';

import { minuteBatch, record, reject } from '../support/records.js';
import { refusal } from '../support/refusals.js';

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

test('rejects are counted by reason, with the first of each as an example', () => {
  const counters = new Counters();
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
});

test('--max-rejects by count stops with the first one too many', () => {
  const counters = new Counters();
  counters.addStep(step(5, 2));
  assert.doesNotThrow(() => counters.checkRejects(null, true));
  assert.doesNotThrow(() => counters.checkRejects({ kind: 'count', count: 2 }, false));
  assert.throws(
    () => counters.checkRejects({ kind: 'count', count: 1 }, false),
    refusal('reject_limit', /--max-rejects 1/),
  );
});

test('--max-rejects by share is judged at the end, wherever the rejects were', () => {
  const counters = new Counters();
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
