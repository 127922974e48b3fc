import { isCount, plainName, type FieldShape } from '../field-shape.js';
import { countGroups, groupOf, medianStep, neverRecurs, takeTurns, type TimedRows } from '../row-groups.js';
import { isRowName } from './target-names.js';

const MINUTE_MS = 60_000;
const MIN_ROWS = 10;

/**
 * Whether the values of a field that rows and targets have are of rows: numbers that start again now and then, and
 * texts of a few rows each. Hosts that take turns within a minute count up as well.
 */
export function namesRows(rows: TimedRows, shape: FieldShape): boolean {
  const { keys, distinct, kind, present } = shape;
  const count = rows.timesMs.length;
  if (present < count || count < MIN_ROWS) return false;
  if (medianStep(rows) < MINUTE_MS && takeTurns(rows, [shape])) return false;
  if (kind === 'integer') return isCounting(keys.map(Number));
  if (count >= 2 * MIN_ROWS && 2 * distinct > count) return true;
  const runs = keys.filter((key, row) => row === 0 || key !== keys[row - 1]).length;
  return runs === distinct && distinct >= 5 && count < 4 * distinct;
}

const COUNTER =
  /^(?:(?:row|record|line|event|msg|message)?(?:id|no|nr|num|number)|row|record|recnum|instant|idx|index|seq|sequence|line|lfdnr|pk|#|unnamed:?0)$/;

/**
 * The fields that number rows, or targets that have a name as well; of those that merely count, none if they are all
 * that could be metrics.
 */
export function numberingAmong(
  fields: readonly FieldShape[],
  rows: TimedRows,
  targets: readonly FieldShape[],
  targetNames: ReadonlyMap<string, unknown>,
): readonly FieldShape[] {
  const isAlias = (shape: FieldShape): boolean =>
    targetNames.has(shape.name) && numbersTargets(rows, shape, targets);
  const known = fields.filter((shape) => isRowNumber(rows, shape) || isAlias(shape));
  const rest = fields.filter((shape) => !known.includes(shape));
  const counters = rest.filter(
    (shape) => numbersRows(rows, shape, targets) || isStart(shape) || isTableNumber(rows, shape, targets),
  );
  const hasMetric = rest.some((shape) => shape.isNumeric && !counters.includes(shape));
  return hasMetric ? [...known, ...counters] : known;
}

function isRowNumber(rows: TimedRows, shape: FieldShape): boolean {
  const { kind, name, present } = shape;
  const isNew = kind === 'integer' && shape.distinct === present && neverRecurs(rows, shape);
  return isNew && isRowName(name, isCount(shape));
}

/** Since when OpenTelemetry counts, beside the time of a record. */
function isStart({ kind, name }: FieldShape): boolean {
  return kind === 'integer' && plainName(name) === 'starttimeunixnano';
}

/** InfluxDB numbers the tables of its answers, one per series. */
function isTableNumber(rows: TimedRows, shape: FieldShape, targets: readonly FieldShape[]): boolean {
  if (shape.kind !== 'integer' || plainName(shape.name) !== 'table') return false;
  return countGroups(rows, [...targets, shape]) === countGroups(rows, targets);
}

/** Whether each target has one number in it. */
function numbersTargets(rows: TimedRows, shape: FieldShape, targets: readonly FieldShape[]): boolean {
  if (shape.kind !== 'integer' || !/id$/i.test(shape.name)) return false;
  const [count, groups] = [rows.timesMs.length, countGroups(rows, targets)];
  const areKnown = targets.length > 0 && count >= 4 && count >= 2 * groups;
  return areKnown && countGroups(rows, [...targets, shape]) === groups;
}

/** Whether a field with the name of row numbers counts up or down among the rows of each target. */
function numbersRows(rows: TimedRows, shape: FieldShape, targets: readonly FieldShape[]): boolean {
  const { kind, present } = shape;
  if (kind !== 'integer' || present < rows.timesMs.length || !COUNTER.test(plainName(shape.name)))
    return false;
  const groups = new Map<string, number[]>();
  for (const [row, key] of shape.keys.entries()) {
    const name = groupOf(targets, row);
    const numbers = groups.get(name) ?? [];
    numbers.push(Number(key));
    groups.set(name, numbers);
  }
  return [...groups.values()].every((numbers) => numbers.length >= 3 && isCounting(numbers, 10));
}

/** Whether numbers go up, or down, by at most this much; a few times they may start again. */
function isCounting(numbers: readonly number[], most = 1): boolean {
  const steps = numbers.slice(1).map((number, i) => number - numbers[i]!);
  const ups = steps.filter((step) => step > 0 && step <= most).length;
  const downs = steps.filter((step) => step < 0 && step >= -most).length;
  return Math.max(ups, downs) >= 0.9 * steps.length;
}
