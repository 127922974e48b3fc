import { isBinary, isCalendar } from './field-shape.js';
import type { FieldShape } from './field-shape.js';
import { countGroups, recurringShare, repeats } from './row-groups.js';
import type { TimedRows } from './row-groups.js';

/** Whole numbers of which every time has the same ones. */
export function isCycling(rows: TimedRows, shape: FieldShape): boolean {
  if (shape.kind !== 'integer' || isCalendar(shape) || shape.distinct < 2) return false;
  const times = new Set(rows.timesMs).size;
  if (times < 3) return isRepeatedList(rows, shape);
  return !isBinary(shape) && recurTogether(rows, [shape]) && recurringShare(rows, shape) >= 0.9;
}

/** Whether whole numbers may name a target together with another field: each recurs. */
export function isPart(rows: TimedRows, shape: FieldShape): boolean {
  return shape.kind === 'integer' && !isCalendar(shape) && recurringShare(rows, shape) >= 0.9;
}

/** Fields of whole numbers, each of which distinguishes all rows that share a time, as numbers of targets do. */
export function distinguishingNumbers(rows: TimedRows, shapes: readonly FieldShape[]): FieldShape[] {
  if (repeats(rows, []) === 0) return [];
  const numbers = shapes.filter(
    (shape) => shape.kind === 'integer' && !isCalendar(shape) && !isBinary(shape),
  );
  return numbers.filter((shape) => shape.present === rows.timesMs.length && repeats(rows, [shape]) === 0);
}

/** Whether nearly every time has all combinations of the fields. */
export function recurTogether(rows: TimedRows, fields: readonly FieldShape[]): boolean {
  const times = new Set(rows.timesMs).size;
  return times >= 3 && countGroups(rows, fields) * times <= 1.5 * rows.timesMs.length;
}

const ID_NAME = /id$|(?:^|[^a-z])(?:no|nr|num|number)$/i;
const MIN_REPEATED = 10;

/** The sample of a large fleet has one or two times: the second repeats the numbers of the first in the same order. */
function isRepeatedList({ timesMs }: TimedRows, { name, keys, distinct }: FieldShape): boolean {
  const second = timesMs.findIndex((timeMs) => timeMs !== timesMs[0]);
  if (second < 0) return ID_NAME.test(name) && distinct === timesMs.length;
  const repeated = timesMs.length - second;
  if (repeated < MIN_REPEATED || distinct !== second) return false;
  return keys.slice(second).every((key, i) => key === keys[i]);
}
