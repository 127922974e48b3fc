import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Counters } from '#build/read/counters.js';
import { remedyOf } from '#build/read/lines/reject-remedies.js';

import { countedStep, REJECT } from '../support/counted-steps.js';
import { reject } from '../support/records.js';
import { refusal } from '../support/refusals.js';

test('rejects are counted by reason, with the first of each as an example', () => {
  const counters = new Counters();
  assert.equal(counters.reasons, '');
  assert.equal(counters.remedy, null);
  const late = reject(`late ${'x'.repeat(1000)}`, { reason: 'late' });
  counters.addStep({ ...countedStep(0), rejects: [REJECT, late, late], batch: null, merged: 0, found: 3 });
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
  counters.addStep(countedStep(5, 2));
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
  counters.addStep(countedStep(500, 600));
  assert.doesNotThrow(() => counters.checkRejects(tenth, false));
  assert.throws(
    () => counters.checkRejects(tenth, true),
    refusal('reject_limit', /600 of 1,101 records.*10%/),
  );
  counters.addStep(countedStep(5_000, 0));
  assert.doesNotThrow(() => counters.checkRejects(tenth, true));
});

test('the step between duplicates is one only if those of earlier sessions had it too', () => {
  const session = (before: Counters | null, ...afterMs: number[]): Counters => {
    const counters = new Counters(before);
    const rejects = afterMs.map((ms, i) => ({
      ...reject('again', { reason: 'duplicate' }),
      minuteMs: i * 60_000,
      afterMs: ms,
    }));
    counters.addStep({ ...countedStep(0), rejects, batch: null, merged: 0, found: afterMs.length });
    return counters;
  };
  const step = ({ rejects }: Counters): number | undefined => rejects[0]?.stepMs;
  const regular = session(null, 13_000, 13_000);
  const irregular = session(null, 7000, 21_000, 35_000);
  assert.deepEqual([step(regular), step(irregular)], [13_000, undefined]);
  assert.equal(step(session(regular)), 13_000);
  assert.equal(step(session(regular, 13_000)), 13_000);
  assert.equal(step(session(regular, 30_000)), undefined);
  assert.equal(step(session(session(irregular), 13_000)), undefined);
});
