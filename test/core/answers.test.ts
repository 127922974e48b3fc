import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import {
  cutAnswers,
  failedItem,
  joinAnswers,
  resultRows,
  withErrors,
  withUntried,
} from '#dist/core/answers.js';
import { partition } from '#dist/core/partition.js';
import { NO_VERDICT, type Answers, type ItemError } from '#dist/core/types.js';
import type { PlannedRow, WindowedMinute } from '#dist/core/window.js';

interface ItemAnswer {
  readonly score: number;
  readonly anomaly: number;
  readonly output: readonly number[];
  readonly error: ItemError | null;
}

function answers(items: readonly ItemAnswer[]): Answers {
  const outputOffsets = new Uint32Array(items.length + 1);
  items.forEach((item, i) => (outputOffsets[i + 1] = (outputOffsets[i] ?? 0) + item.output.length));
  return {
    scores: Float32Array.from(items, (item) => item.score),
    anomalies: Uint8Array.from(items, (item) => item.anomaly),
    outputs: Float32Array.from(items.flatMap((item) => item.output)),
    outputOffsets,
    errors: new Map(items.flatMap((item, i) => (item.error === null ? [] : [[i, item.error] as const]))),
  };
}

const itemAnswer = fc.record({
  score: fc.float({ noNaN: true }),
  anomaly: fc.constantFrom(0, 1, NO_VERDICT),
  output: fc.array(fc.float({ noNaN: true }), { maxLength: 4 }),
  error: fc.option(fc.record({ errno: fc.string(), errmsg: fc.string() }), { freq: 4 }),
});

test('answers cut anywhere and joined again are the answers, ragged outputs and errors included', () => {
  fc.assert(
    fc.property(fc.array(itemAnswer, { maxLength: 60 }), fc.integer({ min: 1, max: 16 }), (items, parts) => {
      const chunks = partition(items.length, parts).map(({ start, end }) => answers(items.slice(start, end)));
      assert.deepEqual(joinAnswers(chunks), answers(items));
    }),
  );
});

const planned = (target: string, state: PlannedRow['state']): PlannedRow => ({
  target,
  column: 'cpu',
  label: 1,
  state,
});

function minute(rows: readonly PlannedRow[]): WindowedMinute {
  const targets = rows.filter((row) => row.state === 'item').map((row) => row.target);
  const columns = targets.map(() => 'cpu');
  const values = new Float64Array(targets.length);
  return {
    minuteMs: 60_000,
    rows,
    batch: { minuteMs: 60_000, intervalMs: 60_000, targets, columns, window: 1, width: 1, values },
  };
}

test('rows keep their order whatever their state, and answers go to the rows that asked', () => {
  const missing = { errno: 'missing_value', errmsg: 'one is missing' };
  const failed = { errno: 'non_finite_output', errmsg: 'the model answered NaN' };
  const rows = resultRows(
    minute([planned('a', 'warmup'), planned('b', 'item'), planned('c', missing), planned('d', 'item')]),
    answers([
      { score: 0.5, anomaly: 1, output: [1, 2], error: null },
      { score: NaN, anomaly: NO_VERDICT, output: [], error: failed },
    ]),
  );
  assert.deepEqual(
    rows.map((row) => [row.target, row.status, row.score, row.anomaly, row.error]),
    [
      ['a', 'warmup', null, null, null],
      ['b', 'ok', 0.5, true, null],
      ['c', 'error', null, null, missing],
      ['d', 'error', null, null, failed],
    ],
  );
  assert.deepEqual(Array.from(rows[1]?.output ?? []), [1, 2]);
  assert.ok(rows.every((row) => row.label === 1 && row.column === 'cpu' && row.minuteMs === 60_000));
});

test('a model without scores or verdicts leaves both open', () => {
  const [row] = resultRows(
    minute([planned('a', 'item')]),
    answers([{ score: NaN, anomaly: NO_VERDICT, output: [3], error: null }]),
  );
  assert.ok(row !== undefined);
  assert.equal(row.status, 'ok');
  assert.equal(row.score, null);
  assert.equal(row.anomaly, null);
});

test('more or fewer answers than items is never glossed over', () => {
  const one = answers([{ score: 0, anomaly: 0, output: [], error: null }]);
  assert.throws(() => resultRows(minute([planned('a', 'warmup')]), one), RangeError);
  assert.throws(() => resultRows(minute([planned('a', 'item'), planned('b', 'item')]), one), RangeError);
});

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
