import { NO_VERDICT, type Answers, type ItemError, type ResultRow } from './types.js';
import type { PlannedRow, WindowedMinute } from './window.js';

/** Joins the answers to consecutive ranges of items, in order. */
export function joinAnswers(parts: readonly Answers[]): Answers {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const items = parts.reduce((sum, part) => sum + part.scores.length, 0);
  const scores = new Float32Array(items);
  const anomalies = new Uint8Array(items);
  const outputs = new Float32Array(parts.reduce((sum, part) => sum + part.outputs.length, 0));
  const outputOffsets = new Uint32Array(items + 1);
  const errors = new Map<number, ItemError>();
  let item = 0;
  let output = 0;
  for (const part of parts) {
    scores.set(part.scores, item);
    anomalies.set(part.anomalies, item);
    outputs.set(part.outputs, output);
    for (let i = 1; i < part.outputOffsets.length; i++) {
      outputOffsets[item + i] = output + (part.outputOffsets[i] ?? 0);
    }
    for (const [index, error] of part.errors) errors.set(item + index, error);
    item += part.scores.length;
    output += part.outputs.length;
  }
  return { scores, anomalies, outputs, outputOffsets, errors };
}

/** @throws RangeError unless there are as many answers as items */
export function checkAnswered(items: number, { scores }: Answers): void {
  if (scores.length !== items) throw new RangeError(`${items} items asked, ${scores.length} answered`);
}

/**
 * Combines the planned rows of a minute with the answers to its items, in the order of the rows.
 *
 * @throws RangeError unless there is exactly one answer for each row that needs one
 */
export function resultRows({ minuteMs, rows, batch }: WindowedMinute, answers: Answers): ResultRow[] {
  checkAnswered(batch.targets.length, answers);
  let item = 0;
  return rows.map((row) => {
    if (row.state === 'item') return answeredRow(minuteMs, row, answers, item++);
    if (row.state === 'warmup') return unansweredRow(minuteMs, row, 'warmup', null);
    return unansweredRow(minuteMs, row, 'error', row.state);
  });
}

function answeredRow(minuteMs: number, row: PlannedRow, answers: Answers, item: number): ResultRow {
  const error = answers.errors.get(item);
  if (error !== undefined) return unansweredRow(minuteMs, row, 'error', error);
  const score = answers.scores[item] ?? NaN;
  const verdict = answers.anomalies[item];
  return {
    minuteMs,
    target: row.target,
    column: row.column,
    status: 'ok',
    score: Number.isNaN(score) ? null : score,
    anomaly: verdict === NO_VERDICT ? null : verdict === 1,
    label: row.label,
    output: answers.outputs.subarray(answers.outputOffsets[item], answers.outputOffsets[item + 1]),
    error: null,
  };
}

function unansweredRow(
  minuteMs: number,
  { target, column, label }: PlannedRow,
  status: 'warmup' | 'error',
  error: ItemError | null,
): ResultRow {
  return { minuteMs, target, column, status, score: null, anomaly: null, label, output: null, error };
}
