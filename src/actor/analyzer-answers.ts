/** Checks of what a user's analyzer returns: analyzers are JavaScript. */
import { inspect } from 'node:util';

import { plural } from '../core/count-text.js';
import { oneLine } from '../core/one-line.js';
import type { ItemError } from '../core/types.js';
import type { AnalyzerAnswer, AnalyzerItem, Prediction } from '../model/analyzer.js';

/** @throws Error unless `answers` is a list with one entry for each item */
export function checkCount(items: readonly AnalyzerItem[], answers: unknown): readonly unknown[] {
  if (Array.isArray(answers) && answers.length === items.length) return answers;
  const count = Array.isArray(answers) ? plural(answers.length, 'answer') : 'no list of answers';
  const where = items.length === 1 ? placeOf(items[0]) : '';
  throw new Error(`the analyzer gave ${count} to ${plural(items.length, 'item')}${where}`);
}

/** @throws Error that says what is wrong with the form of an item's answer */
export function checkForm(answer: unknown, item: AnalyzerItem | undefined): AnalyzerAnswer {
  if (typeof answer === 'object' && answer !== null) {
    const { errno, errmsg, score, anomaly, output } = answer as Readonly<Record<string, unknown>>;
    if (errno !== undefined) {
      if (typeof errno === 'string' && errno !== '' && typeof errmsg === 'string') return answer as ItemError;
    } else if (
      (score === null || typeof score === 'number') &&
      (anomaly === null || typeof anomaly === 'boolean') &&
      isArrayLike(output)
    ) {
      return answer as Prediction;
    }
  }
  throw new Error(`the analyzer's answer${placeOf(item)} ${formProblem(answer)}`);
}

export function isError(answer: AnalyzerAnswer): answer is ItemError {
  return 'errno' in answer;
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
  if (typeof value !== 'object' || value === null || !('length' in value)) return false;
  return Number.isSafeInteger(value.length) && Number(value.length) >= 0;
}

function placeOf(item: AnalyzerItem | undefined): string {
  if (item === undefined) return '';
  return oneLine(` for target ${item.target}${item.column === null ? '' : `, column ${item.column}`}`);
}
