import { USUAL_MS } from '../grid/interval.js';

/** Numbers that are times, as texts or as JSON has them. */
export type Numbers = readonly (number | string)[];

/** A form must fit this share of the numbers: a few may be broken. */
export const ALMOST_ALL = 0.95;

/** Times that numbers are expected to be, epoch ms. */
export interface Years {
  readonly fromMs: number;
  readonly untilMs: number;
}

export function yearsText({ fromMs, untilMs }: Years): string {
  return `${new Date(fromMs).getUTCFullYear()} to ${new Date(untilMs - 1).getUTCFullYear()}`;
}

export function isIn(ms: number, { fromMs, untilMs }: Years): boolean {
  return ms >= fromMs && ms < untilMs;
}

/** Its digits before a decimal point. */
export function wholeDigits(number: number | string): string {
  return String(number).trim().replace(/\..*$/, '');
}

export function haveOneLength(numbers: Numbers): boolean {
  const counts = new Map<number, number>();
  for (const { length } of numbers.map(wholeDigits)) counts.set(length, (counts.get(length) ?? 0) + 1);
  return Math.max(...counts.values()) >= ALMOST_ALL * numbers.length;
}

/**
 * Between distinct numbers in order, the shortest of the commonest steps, and its share of all; NaN: there is but one
 * number.
 */
export function commonestStep(numbers: readonly number[]): { readonly step: number; readonly share: number } {
  const sorted = [...new Set(numbers.filter((number) => !Number.isNaN(number)))].sort((a, b) => a - b);
  const counts = new Map<number, number>();
  for (const [i, number] of sorted.entries()) {
    const step = number - (sorted[i - 1] ?? NaN);
    if (!Number.isNaN(step)) counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  if (counts.size === 0) return { step: NaN, share: 0 };
  const most = Math.max(...counts.values());
  const common = [...counts].filter(([, count]) => count === most).map(([step]) => step);
  return { step: Math.min(...common), share: most / (sorted.length - 1) };
}

/** Whether records often come that far apart. */
export function isUsual(stepMs: number): boolean {
  return USUAL_MS.includes(Math.round(stepMs * 1e6) / 1e6);
}
