import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { checkAnswered, joinAnswers, type AnswersPart } from '#build/core/answers.js';
import { minuteRows, NO_VERDICT, ROW_STATUS, type Answers } from '#build/core/block.js';
import { rowErrors } from '#build/core/row-errors.js';
import type { ItemError } from '#build/core/types.js';
import { partition } from '#build/core/partition.js';

import { blockOf } from '../support/blocks.js';

interface RowAnswer {
  readonly status: number;
  readonly score: number;
  readonly anomaly: number;
  readonly line: string;
  readonly output: readonly number[];
  readonly error: ItemError | null;
}

interface Wanted {
  readonly lines: boolean;
  readonly outputs: boolean;
}

/** The answers to a part of a block: for each of its minutes, the rows of some of its series. */
function answersOf(minutes: readonly (readonly RowAnswer[])[], wanted: Wanted): Answers {
  const rows = minutes.flat();
  const texts = minutes.map((minute) => Buffer.from(minute.map(({ line }) => line).join('')));
  const lines = { bytes: Uint8Array.from(Buffer.concat(texts)), offsets: offsetsOf(texts) };
  const outputs = {
    values: Float32Array.from(rows.flatMap(({ output }) => output)),
    offsets: offsetsOf(rows.map(({ output }) => output)),
  };
  const errors = rowErrors(rows.flatMap(({ error }, row) => (error === null ? [] : [[row, error] as const])));
  return {
    ...(errors && { errors }),
    rowOffsets: offsetsOf(minutes),
    statuses: Uint8Array.from(rows, ({ status }) => status),
    scores: Float32Array.from(rows, ({ score }) => score),
    anomalies: Uint8Array.from(rows, ({ anomaly }) => anomaly),
    lines: wanted.lines ? lines : null,
    outputs: wanted.outputs ? outputs : null,
  };
}

function offsetsOf(lists: readonly { readonly length: number }[]): Uint32Array {
  const offsets = new Uint32Array(lists.length + 1);
  for (const [i, { length }] of lists.entries()) offsets[i + 1] = offsets[i]! + length;
  return offsets;
}

const rowAnswer = fc.record({
  status: fc.constantFrom(...Object.values(ROW_STATUS)),
  score: fc.oneof(fc.float({ noNaN: true }), fc.constant(NaN)),
  anomaly: fc.constantFrom(0, 1, NO_VERDICT),
  line: fc.string({ unit: 'grapheme', maxLength: 4 }),
  output: fc.array(fc.float({ noNaN: true }), { maxLength: 3 }),
  error: fc.option(fc.record({ errno: fc.constantFrom('a', 'b', 'c'), errmsg: fc.string({ maxLength: 3 }) })),
});

/** `[minutes][series]`; null: the target has no record. */
const answeredBlock = fc
  .record({ minutes: fc.integer({ min: 1, max: 8 }), series: fc.integer({ min: 1, max: 8 }) })
  .chain(({ minutes, series }) => {
    const row = fc.array(fc.option(rowAnswer, { freq: 4 }), { minLength: series, maxLength: series });
    return fc.array(row, { minLength: minutes, maxLength: minutes });
  });

test('answers cut along minutes, then series, and joined are the answers', () => {
  fc.assert(
    fc.property(
      answeredBlock,
      fc.record({ lines: fc.boolean(), outputs: fc.boolean() }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
      (rows, wanted, inMinutes, inSeries) => {
        const answered = (row: readonly (RowAnswer | null)[]): RowAnswer[] =>
          row.filter((one) => one !== null);
        const parts = partition(rows.length, inMinutes).flatMap((minutes, i): AnswersPart[] =>
          partition(rows[0]!.length, inSeries[i]!).map(({ start, end }) => {
            const cut = rows.slice(minutes.start, minutes.end).map((row) => answered(row.slice(start, end)));
            return { answers: answersOf(cut, wanted), firstMinute: minutes.start };
          }),
        );
        assert.deepEqual(joinAnswers(rows.length, parts), answersOf(rows.map(answered), wanted));
      },
    ),
  );
});

const ROW: RowAnswer = {
  status: ROW_STATUS.ok,
  score: 1,
  anomaly: 0,
  line: 'a',
  output: [2],
  error: null,
};
const EVERYTHING: Wanted = { lines: true, outputs: true };

test('a part that answers the whole block is passed on as it is; a block without series has no rows', () => {
  const answers = answersOf([[ROW], [ROW]], EVERYTHING);
  assert.equal(joinAnswers(2, [{ answers, firstMinute: 0 }]), answers);
  assert.deepEqual(joinAnswers(2, []), answersOf([[], []], { lines: false, outputs: false }));
});

test('parts of which only some have lines, or outputs, are refused', () => {
  for (const other of [
    { lines: false, outputs: true },
    { lines: true, outputs: false },
  ]) {
    const parts = [EVERYTHING, other].map((wanted) => ({
      answers: answersOf([[ROW]], wanted),
      firstMinute: 0,
    }));
    assert.throws(() => joinAnswers(1, parts), /1 of 2 parts have (lines|outputs)/);
  }
});

test('more or fewer answers than rows are refused, in any minute', () => {
  const block = blockOf(['a', 'b'], { minutes: 2 });
  block.present[1] = 0;
  const answered = (...rows: readonly number[]): Answers =>
    answersOf(
      rows.map((count) => Array.from({ length: count }, () => ROW)),
      EVERYTHING,
    );
  checkAnswered(block, answered(2, 1));
  for (const wrong of [answered(1, 2), answered(2), answered(2, 2), answered(2, 1, 0)]) {
    assert.throws(() => checkAnswered(block, wrong), RangeError);
  }
});

test('the rows of a minute are views of the answers', () => {
  const answers = answersOf([[ROW], [{ ...ROW, status: ROW_STATUS.lost, score: 5 }, ROW]], EVERYTHING);
  const rows = minuteRows(answers, 1);
  assert.deepEqual([...rows.statuses], [ROW_STATUS.lost, ROW_STATUS.ok]);
  assert.deepEqual([...rows.scores], [5, 1]);
  assert.equal(rows.scores.buffer, answers.scores.buffer);
});
