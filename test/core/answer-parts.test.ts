import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { cutAnswers, failedItem, withErrors, withUntried } from '#dist/core/answer-parts.js';
import { joinAnswers } from '#dist/core/gather.js';
import type { Answers, ItemError } from '#dist/core/types.js';

/** One item's answer with so many outputs. */
function single(score: number, outputs: number): Answers {
  return {
    scores: Float32Array.of(score),
    anomalies: Uint8Array.of(score % 2),
    outputs: Float32Array.from({ length: outputs }, (_, i) => score + i),
    outputOffsets: Uint32Array.of(0, outputs),
    errors: new Map(),
  };
}

const LOST: ItemError = { errno: 'actor_lost', errmsg: 'gone' };
/** Outputs of each item; null: it failed in the answers already. */
const items = fc.array(fc.option(fc.integer({ min: 0, max: 3 })), { maxLength: 20 });
const partsOf = (outputs: readonly (number | null)[]): Answers[] =>
  outputs.map((count, i) => (count === null ? failedItem({ errno: 'x', errmsg: `${i}` }) : single(i, count)));

test('answers with errors in some places are the others, joined with errors there', () => {
  fc.assert(
    fc.property(items, fc.infiniteStream(fc.boolean()), (outputs, stream) => {
      const parts = partsOf(outputs);
      const places = [...stream.take(parts.length)].flatMap((isFailed, i) => (isFailed ? [i] : []));
      const errors = new Map(places.toReversed().map((place) => [place, LOST]));
      const expected = joinAnswers(parts.map((part, i) => (errors.has(i) ? failedItem(LOST) : part)));
      assert.deepEqual(withErrors(joinAnswers(parts), errors), expected);
      const tried = joinAnswers(parts.filter((_, i) => !errors.has(i)));
      assert.deepEqual(withUntried(parts.length, tried, errors), expected);
    }),
  );
});

test('a cut is the answers to these items', () => {
  fc.assert(
    fc.property(items, fc.nat(20), fc.nat(20), (outputs, a, b) => {
      const parts = partsOf(outputs);
      const [start, end] = [Math.min(a, b, parts.length), Math.min(Math.max(a, b), parts.length)];
      assert.deepEqual(cutAnswers(joinAnswers(parts), start, end), joinAnswers(parts.slice(start, end)));
    }),
  );
});
