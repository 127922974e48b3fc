import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Answers } from '#dist/core/types.js';
import { AnswerCheck } from '#dist/bench/scenarios/check-answers.js';

function answers(...scores: number[]): Answers {
  return {
    scores: Float32Array.from(scores),
    anomalies: Uint8Array.from(scores, (score) => (score > 0.5 ? 1 : 0)),
    outputs: new Float32Array(),
    outputOffsets: new Uint32Array(scores.length + 1),
    errors: new Map(),
  };
}

test('all answers are held against the first: the largest difference, and the sum of verdicts that differ', () => {
  const check = new AnswerCheck();
  check.check(answers(0, 1), 2);
  assert.deepEqual(check.agreement, { identical: true, maxDifference: 0, differingVerdicts: 0 });
  check.check(answers(0.25, 0), 2);
  check.check(answers(0, 0.5), 2);
  check.check(answers(0, 1), 2);
  assert.deepEqual(check.agreement, { identical: false, maxDifference: 1, differingVerdicts: 2 });
});

test('a way that loses an item is a mistake', () => {
  assert.throws(() => new AnswerCheck().check(answers(1), 2), RangeError);
});
