import { isNumberText } from '../../core/time/numbers.js';
import { decideNumberForm } from './number-form.js';
import { isTimeLike } from './time-format.js';

/**
 * Whether a column looks like times by what it holds: all are full dates, or numbers that are dates or regular epochs
 * of our years.
 */
export function looksLikeTime(values: readonly unknown[], nowMs: number): boolean {
  const held = values.filter((value) => value !== undefined && value !== null && value !== '');
  if (held.length === 0 || !held.every(isTimeLike)) return false;
  const numbers = held.filter((value) => typeof value === 'number' || isNumberText(value.trim()));
  if (numbers.length === 0) return true;
  return numbers.length === held.length && areTimes(numbers, nowMs);
}

/** Other numbers, such as sizes in bytes, may be as large as epochs, but do not follow one another as regularly. */
function areTimes(numbers: readonly (number | string)[], nowMs: number): boolean {
  const { form, decision } = decideNumberForm(numbers, '', nowMs);
  return decision.alternatives.length === 0 && (form === 'compact' || isRegular(numbers.map(Number)));
}

function isRegular(numbers: readonly number[]): boolean {
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  if (distinct.length < 3) return false;
  const steps = distinct.slice(1).map((number, i) => number - distinct[i]!);
  const shortest = Math.min(...steps);
  const inGrid = steps.filter((step) => Math.abs(step / shortest - Math.round(step / shortest)) < 0.01);
  return shortest > 1 && inGrid.length === steps.length;
}
