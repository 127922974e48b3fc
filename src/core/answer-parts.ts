import { joinAnswers } from './gather.js';
import { NO_VERDICT, type Answers, type ItemError } from './types.js';

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
