import { inspect } from 'node:util';

import { oneLine } from '../core/one-line.js';
import { NO_VERDICT, type Answers, type ItemBatch, type ItemError } from '../core/types.js';
import type { Analyzer, AnalyzerAnswer, AnalyzerItem } from '../model/analyzer.js';
import type { Chunk, LoadRequest } from '../protocol/messages.js';
import type { WindowViews } from './window-views.js';

type Params = LoadRequest['params'];

/**
 * Has the analyzer answer a chunk: all items in one call, or item by item.
 *
 * @throws what the analyzer throws, and Error if its answers violate the contract
 */
export async function answerChunk(
  analyzer: Analyzer,
  chunk: Chunk,
  params: Params,
  views: WindowViews,
): Promise<Answers> {
  const items = itemsOf(chunk, params, views);
  const call = { style: chunk.style };
  if (chunk.style === 'batched')
    // A copy, because an analyzer that removes items from its list must not shift the answers.
    return collect(items, checkCount(items, await analyzer.predict(items.slice(), call)));
  const answers: AnalyzerAnswer[] = [];
  for (const item of items) answers.push(...checkCount([item], await analyzer.predict([item], call)));
  return collect(items, answers);
}

function itemsOf(
  { targets, columns, minuteMs, window, width, values }: Omit<ItemBatch, 'intervalMs'>,
  params: Params,
  views: WindowViews,
): AnalyzerItem[] {
  const shape = [window, width] as const;
  const windows = views.of(values, targets.length, window * width);
  return targets.map((target, i) => ({
    target,
    column: columns[i] ?? null,
    minute: minuteMs,
    values: windows[i]!,
    shape,
    params,
  }));
}

/** Analyzers are JavaScript, so what they return has to be checked. */
function checkCount(items: readonly AnalyzerItem[], answers: unknown): readonly AnalyzerAnswer[] {
  if (Array.isArray(answers) && answers.length === items.length) return answers as AnalyzerAnswer[];
  const count = Array.isArray(answers) ? `${answers.length} answers` : 'no list of answers';
  const where = items.length === 1 ? placeOf(items[0]) : '';
  throw new Error(`the analyzer gave ${count} to ${items.length} items${where}`);
}

/** Converts the analyzer's objects to columns; an item with numbers that are not finite as Float32 is an error. */
function collect(items: readonly AnalyzerItem[], given: readonly AnalyzerAnswer[]): Answers {
  const offsets = new Uint32Array(items.length + 1);
  let total = 0;
  for (let i = 0; i < given.length; i++) offsets[i + 1] = total += checkForm(given[i], items[i]);
  const answers = toColumns(given, offsets);
  const isFinite =
    areFinite(answers.outputs) && given.every((answer) => isError(answer) || hasFiniteScore(answer));
  return isFinite ? answers : collect(items, given.map(refuseNonFinite));
}

function toColumns(given: readonly AnalyzerAnswer[], outputOffsets: Uint32Array): Answers {
  const scores = new Float32Array(given.length).fill(NaN);
  const anomalies = new Uint8Array(given.length).fill(NO_VERDICT);
  const outputs = new Float32Array(outputOffsets[given.length] ?? 0);
  const errors = new Map<number, ItemError>();
  for (let i = 0; i < given.length; i++) {
    const answer = given[i]!;
    if (isError(answer)) {
      errors.set(i, { errno: answer.errno, errmsg: answer.errmsg });
      continue;
    }
    if (answer.score !== null) scores[i] = answer.score;
    if (answer.anomaly !== null) anomalies[i] = answer.anomaly ? 1 : 0;
    outputs.set(answer.output, outputOffsets[i]);
  }
  return { scores, anomalies, outputs, outputOffsets, errors };
}

/** A finite number times zero is zero; NaN and the infinities give NaN, which stays NaN in a sum. */
function areFinite(values: Float32Array): boolean {
  // Four independent sums, so that additions do not wait for each other.
  let [a, b, c, d] = [0, 0, 0, 0];
  const even = values.length - (values.length % 4);
  for (let i = 0; i < even; i += 4) {
    a += values[i]! * 0;
    b += values[i + 1]! * 0;
    c += values[i + 2]! * 0;
    d += values[i + 3]! * 0;
  }
  for (let i = even; i < values.length; i++) a += values[i]! * 0;
  return a + b + c + d === 0;
}

function hasFiniteScore({ score }: { readonly score: number | null }): boolean {
  return score === null || Number.isFinite(Math.fround(score));
}

function refuseNonFinite(answer: AnalyzerAnswer): AnalyzerAnswer {
  if (isError(answer)) return answer;
  if (!hasFiniteScore(answer)) return { errno: 'non_finite_output', errmsg: `the score is ${answer.score}` };
  const place = Array.from(answer.output, Math.fround).findIndex((value) => !Number.isFinite(value));
  if (place < 0) return answer;
  const { length, [place]: value } = answer.output;
  return { errno: 'non_finite_output', errmsg: `output ${place} of ${length} is ${value}` };
}

function isError(answer: AnalyzerAnswer): answer is ItemError {
  return 'errno' in answer;
}

/** Checks the form of an answer; returns its number of outputs. */
function checkForm(answer: unknown, item: AnalyzerItem | undefined): number {
  if (typeof answer === 'object' && answer !== null) {
    const { errno, errmsg, score, anomaly, output } = answer as Readonly<Record<string, unknown>>;
    if (errno !== undefined) {
      if (typeof errno === 'string' && errno !== '' && typeof errmsg === 'string') return 0;
    } else if (
      (score === null || typeof score === 'number') &&
      (anomaly === null || typeof anomaly === 'boolean') &&
      isArrayLike(output)
    ) {
      return output.length;
    }
  }
  throw new Error(`the analyzer's answer${placeOf(item)} ${formProblem(answer)}`);
}

/** What is wrong with an invalid answer; completes a sentence about it. */
function formProblem(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null)
    return `is ${shown(answer)}, neither { score, anomaly, output } nor { errno, errmsg }`;
  const { errno, errmsg, score, anomaly, output } = answer as Readonly<Record<string, unknown>>;
  const has = (name: string, value: unknown, expected: string): string =>
    `has ${shown(value)} as ${name}, expected ${expected}`;
  if (errno !== undefined)
    return typeof errno === 'string' && errno !== ''
      ? has('errmsg', errmsg, 'a text')
      : has('errno', errno, 'a text');
  if (score !== null && typeof score !== 'number') return has('score', score, 'a number or null');
  if (anomaly !== null && typeof anomaly !== 'boolean') return has('anomaly', anomaly, 'true, false or null');
  return has('output', output, 'a list of numbers');
}

function shown(value: unknown): string {
  return inspect(value, { breakLength: Infinity, depth: 0, maxStringLength: 40 });
}

function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return (
    typeof value === 'object' && value !== null && 'length' in value && Number.isSafeInteger(value.length)
  );
}

function placeOf(item: AnalyzerItem | undefined): string {
  if (item === undefined) return '';
  return oneLine(` for target ${item.target}${item.column === null ? '' : `, column ${item.column}`}`);
}
