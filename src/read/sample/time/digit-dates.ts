import { AUTO_TIME, parserOf } from '../../../core/time/format.js';
import { isoTime } from '../../../core/time.js';
import {
  ALMOST_ALL,
  commonestStep,
  haveOneLength,
  isIn,
  wholeDigits,
  type Numbers,
  type Years,
} from './number-steps.js';

/** How dates are written in so many digits, the usual way first; `YYYYMMDD…` is a form of its own. */
const PATTERNS: Readonly<Record<number, readonly string[]>> = {
  4: ['%Y'],
  5: ['%y%j'],
  6: ['%y%m%d', '%Y%m', '%d%m%y', '%m%d%y'],
  7: ['%Y%j'],
  8: ['%y%m%d%H', '%d%m%Y', '%m%d%Y'],
  10: ['%y%m%d%H%M'],
  11: ['%Y%j%H%M'],
  12: ['%y%m%d%H%M%S', '%d%m%Y%H%M', '%m%d%Y%H%M'],
};

/** Numbers whose digits are dates, as with epochs that hardly happens by chance. */
export interface DigitDates {
  readonly pattern: string;
  /** Patterns that fit as well. */
  readonly others: readonly string[];
  /** Whether they follow one another in steps only as dates: 59 minutes are followed by a full hour. */
  readonly isSure: boolean;
  /** What shows it, as a phrase. */
  readonly evidence: string;
  readonly firstMs: number;
}

const HALF = 0.5;

interface Fit {
  readonly pattern: string;
  readonly times: readonly number[];
  readonly longestMs: number;
}

/** The dates that the digits of almost all numbers are, within these years; null: they are none. */
export function digitDates(numbers: Numbers, years: Years): DigitDates | null {
  if (numbers.length === 0 || !haveOneLength(numbers)) return null;
  const digits = wholeDigits(numbers[0]!);
  const after = new Set(numbers.map((number) => String(number).trim().slice(digits.length)));
  const [zeros = ''] = after;
  // Some programs write .0 after the digits.
  if (after.size > 1 || /[^.0]/.test(zeros)) return null;
  const fits = (PATTERNS[digits.length] ?? []).flatMap((each) => fitOf(`${each}${zeros}`, numbers, years));
  const shortest = Math.min(...fits.map(({ longestMs }) => longestMs));
  // Digits that are mixed up make days months or years apart.
  const [best, ...others] = fits.filter(({ longestMs }) => longestMs === shortest);
  if (best === undefined) return null;
  const { pattern, times } = best;
  const asDates = commonestStep(times).share;
  const asNumbers = commonestStep(numbers.map(Number)).share;
  const firstMs = times.find((timeMs) => isIn(timeMs, years)) ?? NaN;
  return {
    pattern,
    others: others.map((other) => other.pattern),
    isSure: others.length === 0 && asDates >= HALF && asDates > asNumbers,
    evidence: `their ${digits.length} digits are dates, the first one ${isoTime(firstMs)}`,
    firstMs,
  };
}

function fitOf(pattern: string, numbers: Numbers, years: Years): Fit[] {
  const times = numbers.map(parserOf({ ...AUTO_TIME, pattern }, 'UTC'));
  const fitting = times.filter((timeMs) => isIn(timeMs, years));
  if (fitting.length < ALMOST_ALL * numbers.length) return [];
  const sorted = [...new Set(fitting)].sort((a, b) => a - b);
  const longestMs = sorted.reduce((most, timeMs, i) => Math.max(most, timeMs - (sorted[i - 1] ?? timeMs)), 0);
  return [{ pattern, times, longestMs }];
}
