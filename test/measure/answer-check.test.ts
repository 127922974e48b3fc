import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ROW_STATUS, type Answers, type RowStatus } from '#build/core/block.js';
import { agreementOf, AnswerCheck } from '#build/measure/answer-check.js';

function answers(scores: number[], anomalies: number[], statuses?: RowStatus[]): Answers {
  return {
    rowOffsets: Uint32Array.of(0, scores.length),
    statuses: Uint8Array.from(scores, (_, row) => ROW_STATUS[statuses?.[row] ?? 'ok']),
    scores: Float32Array.from(scores),
    anomalies: Uint8Array.from(anomalies),
    lines: null,
    outputs: {
      values: Float32Array.from(scores),
      offsets: Uint32Array.from({ length: scores.length + 1 }, (_, i) => i),
    },
  };
}

test('the same bits are identical, even without a score', () => {
  const same = answers([0.25, NaN], [1, 2]);
  assert.deepEqual(agreementOf(same, answers([0.25, NaN], [1, 2])), {
    identical: true,
    maxDifference: 0,
    differingVerdicts: 0,
  });
});

test('differences are measured, and verdicts counted', () => {
  assert.deepEqual(agreementOf(answers([0.25, 1], [1, 0]), answers([0.5, 1], [0, 0], ['ok', 'error'])), {
    identical: false,
    maxDifference: 0.25,
    differingVerdicts: 2,
  });
  assert.equal(agreementOf(answers([1], [0]), answers([NaN], [0])).maxDifference, Infinity);
  assert.equal(agreementOf(answers([1], [0]), answers([1, 1], [0, 0])).identical, false);
});

test('a row that failed differs from one that was not tried, and outputs from none', () => {
  const [failed, missing] = [answers([NaN], [2], ['error']), answers([NaN], [2], ['missing'])];
  assert.deepEqual(agreementOf(failed, missing), {
    identical: false,
    maxDifference: 0,
    differingVerdicts: 1,
  });
  assert.equal(agreementOf(failed, { ...failed, outputs: null }).identical, false);
});

test('all answers are compared with the first: the largest difference, and the sum of differing verdicts', () => {
  const check = new AnswerCheck(2);
  check.add(answers([0, 1], [0, 1]));
  assert.deepEqual(check.agreement, { identical: true, maxDifference: 0, differingVerdicts: 0 });
  check.add(answers([0.25, 0], [0, 0]));
  check.add(answers([0, 0.5], [0, 0]));
  check.add(answers([0, 1], [0, 1]));
  assert.deepEqual(check.agreement, { identical: false, maxDifference: 1, differingVerdicts: 2 });
});

test('a variant that loses a row is a mistake', () => {
  assert.throws(() => new AnswerCheck(2).add(answers([1], [1])), RangeError);
});
