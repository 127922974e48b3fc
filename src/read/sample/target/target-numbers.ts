import { isBinary, isCalendar, type FieldShape } from '../field-shape.js';
import { metricWordsOf } from '../metrics/metric-words.js';
import { countGroups, recurringShare, repeats, type TimedRows } from '../row-groups.js';

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
function distinguishingNumbers(rows: TimedRows, shapes: readonly FieldShape[]): FieldShape[] {
  if (repeats(rows, []) === 0) return [];
  const numbers = shapes.filter(
    (shape) => shape.kind === 'integer' && !isCalendar(shape) && !isBinary(shape),
  );
  return numbers.filter((shape) => shape.present === rows.timesMs.length && repeats(rows, [shape]) === 0);
}

/** Most fields of which pairs are tried. */
const MOST_PAIRED = 8;

/**
 * Fields, alone or in pairs, that distinguish all rows of one time though nothing says that they name targets: numbers
 * that recur at other times, such as quantiles and coordinates, before whole numbers of any kind.
 */
export function possibleTargets(rows: TimedRows, shapes: readonly FieldShape[]): FieldShape[][] {
  const recurring = shapes.filter(
    (shape) =>
      shape.present === rows.timesMs.length &&
      shape.distinct > 1 &&
      !isCalendar(shape) &&
      !isBinary(shape) &&
      recurringShare(rows, shape) >= 0.9,
  );
  const distinguish = (fields: readonly FieldShape[]): boolean => repeats(rows, fields) === 0;
  const single = recurring.filter((shape) => distinguish([shape])).map((shape) => [shape]);
  const numbers = single.filter(([shape]) => shape?.kind === 'integer' && !isMetric(shape));
  if (single.length > 0) return numbers.length > 0 ? numbers : single;
  const few = recurring.slice(0, MOST_PAIRED);
  const pairs = few.flatMap((a, i) => few.slice(i + 1).map((b) => [a, b])).filter(distinguish);
  return pairs.length > 0 ? pairs : distinguishingNumbers(rows, shapes).map((shape) => [shape]);
}

function isMetric({ name }: FieldShape): boolean {
  return metricWordsOf(name).length > 0;
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
