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

/** The answers for all items: an error for each item that was not tried, `answers` for the others, in order. */
export function withUntried(
  items: number,
  answers: Answers,
  errors: ReadonlyMap<number, ItemError>,
): Answers {
  return assemble(items, errors, (start, end, skipped) =>
    cutAnswers(answers, start - skipped, end - skipped),
  );
}

/** The answers, some of them replaced by errors. */
export function withErrors(answers: Answers, errors: ReadonlyMap<number, ItemError>): Answers {
  return assemble(answers.scores.length, errors, (start, end) => cutAnswers(answers, start, end));
}

/** The answer for a single item that failed. */
export function failedItem(error: ItemError): Answers {
  return {
    scores: Float32Array.of(NaN),
    anomalies: Uint8Array.of(NO_VERDICT),
    outputs: new Float32Array(0),
    outputOffsets: new Uint32Array(2),
    errors: new Map([[0, error]]),
  };
}

/** The answers to items `[start, end)`, as views of the same memory. */
export function cutAnswers(answers: Answers, start: number, end: number): Answers {
  const from = answers.outputOffsets[start] ?? 0;
  const offsets = answers.outputOffsets.slice(start, end + 1).map((offset) => offset - from);
  const errors = [...answers.errors].filter(([item]) => item >= start && item < end);
  return {
    scores: answers.scores.subarray(start, end),
    anomalies: answers.anomalies.subarray(start, end),
    outputs: answers.outputs.subarray(from, answers.outputOffsets[end]),
    outputOffsets: offsets,
    errors: new Map(errors.map(([item, error]) => [item - start, error])),
  };
}

function assemble(
  items: number,
  errors: ReadonlyMap<number, ItemError>,
  between: (start: number, end: number, failedBefore: number) => Answers,
): Answers {
  const parts: Answers[] = [];
  let next = 0;
  let failed = 0;
  for (const [item, error] of [...errors].sort(([a], [b]) => a - b)) {
    if (item > next) parts.push(between(next, item, failed));
    parts.push(failedItem(error));
    next = item + 1;
    failed++;
  }
  if (next < items) parts.push(between(next, items, failed));
  return joinAnswers(parts);
}
