import { timeKind } from '../../../core/time/format.js';
import { EPOCH_UNITS, isNumberText } from '../../../core/time/numbers.js';
import { decideNumberForm } from './numeric-times.js';
import { isTimeLike } from './time-format.js';

/** Of what a column of times holds, this share are times, or all but one: the rest is rejected. */
const MOST = 0.9;

/**
 * Whether a column of this name can be the time: what it holds are dates, or numbers whose form is clear, but for a few
 * values such as a footer.
 */
export function canBeTime(field: string, values: readonly unknown[], nowMs: number): boolean {
  const held = heldIn(values);
  const times = held.filter(isTimeLike);
  const numbers = times.filter(isNumber);
  if (areMost(times.length - numbers.length, held.length)) return true;
  return areMost(numbers.length, held.length) && decideNumberForm(numbers, field, nowMs).isClear;
}

/** Whether a column that can be the time has nothing but times. */
export function hasOnlyTimes(values: readonly unknown[]): boolean {
  return heldIn(values).every(isTimeLike);
}

/** Whether the times of a column are months, quarters or weeks. */
export function hasOnlyPeriods(values: readonly unknown[]): boolean {
  return values.filter(isTimeLike).every((time) => timeKind(time) === 'period');
}

/** Whether most of what a column holds are times. */
export function hasMostlyTimes(values: readonly unknown[]): boolean {
  const held = heldIn(values);
  return areMost(held.filter(isTimeLike).length, held.length);
}

/** Whether the times of a column are dates, or numbers that can only be times of our years. */
export function hasOurTimes(values: readonly unknown[], nowMs: number): boolean {
  const times = values.filter(isTimeLike);
  const numbers = times.filter(isNumber);
  if (numbers.length * 2 <= times.length) return times.length > 0;
  const { isClear, isLikely } = decideNumberForm(numbers, '', nowMs);
  return isClear && isLikely;
}

const EPOCH_FORMS: ReadonlySet<string> = new Set(['auto', ...EPOCH_UNITS]);

/**
 * Whether a column looks like the time by what it holds alone. Numbers must be dates, or epochs of our years that
 * follow one another in regular steps: sizes in bytes may be as large.
 */
export function looksLikeTime(values: readonly unknown[], nowMs: number): boolean {
  if (!canBeTime('', values, nowMs)) return false;
  const times = heldIn(values).filter(isTimeLike);
  const numbers = times.filter(isNumber);
  if (numbers.length * 2 < times.length) return true;
  const { form, pattern } = decideNumberForm(numbers, '', nowMs);
  const isEpoch = pattern === null && EPOCH_FORMS.has(form);
  return form === 'compact' || (isEpoch && isRegular(numbers.map(Number)));
}

/** What a column holds, without empty fields. */
function heldIn(values: readonly unknown[]): unknown[] {
  return values.filter((value) => value !== undefined && value !== null && value !== '');
}

/** With a single value that is none, there must be more of the others. */
export function areMost(count: number, all: number): boolean {
  return count > 0 && all - count <= Math.max(count > 1 ? 1 : 0, (1 - MOST) * all);
}

function isNumber(time: number | string): boolean {
  return typeof time === 'number' || isNumberText(time.trim());
}

function isRegular(numbers: readonly number[]): boolean {
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  if (distinct.length < 3) return false;
  const steps = distinct.slice(1).map((number, i) => number - distinct[i]!);
  const shortest = Math.min(...steps);
  return (
    shortest > 1 && steps.every((step) => Math.abs(step / shortest - Math.round(step / shortest)) < 0.01)
  );
}
