import { EPOCH_UNITS, isNumberText } from '../../core/time/numbers.js';
import { decideNumberForm } from './number-form.js';
import { isTimeLike } from './time-format.js';

/** Whether a column of this name can be the time: all it holds are dates, or numbers whose form is clear. */
export function canBeTime(field: string, values: readonly unknown[], nowMs: number): boolean {
  const times = timesOf(values);
  if (times === null) return false;
  const numbers = times.filter(isNumber);
  if (numbers.length === 0) return true;
  return numbers.length === times.length && decideNumberForm(numbers, field, nowMs).isClear;
}

const EPOCH_FORMS: ReadonlySet<string> = new Set(['auto', ...EPOCH_UNITS]);

/**
 * Whether a column looks like the time by what it holds alone. Numbers must be dates, or epochs of our years that follow
 * one another in regular steps: sizes in bytes may be as large.
 */
export function looksLikeTime(values: readonly unknown[], nowMs: number): boolean {
  if (!canBeTime('', values, nowMs)) return false;
  const numbers = (timesOf(values) ?? []).filter(isNumber);
  if (numbers.length === 0) return true;
  const { form, pattern } = decideNumberForm(numbers, '', nowMs);
  const isEpoch = pattern === null && EPOCH_FORMS.has(form);
  return form === 'compact' || (isEpoch && isRegular(numbers.map(Number)));
}

/** What a column holds, without empty fields; null if anything is no time, or there is nothing. */
function timesOf(values: readonly unknown[]): (number | string)[] | null {
  const held = values.filter((value) => value !== undefined && value !== null && value !== '');
  const times = held.filter(isTimeLike);
  return held.length > 0 && times.length === held.length ? times : null;
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
