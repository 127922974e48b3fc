import type { FieldShape } from './field-shape.js';

/** The rows of a sample that have a time, by which fields are judged as names of targets. */
export interface TimedRows {
  readonly timesMs: readonly number[];
}

/** How many rows have the time of an earlier row with the same values in these fields. */
export function repeats(rows: TimedRows, fields: readonly FieldShape[]): number {
  const seen = new Set<string>();
  for (const [row, timeMs] of rows.timesMs.entries()) seen.add(`${timeMs} ${groupOf(fields, row)}`);
  return rows.timesMs.length - seen.size;
}

/** How many different combinations of values the fields have. */
export function countGroups(rows: TimedRows, fields: readonly FieldShape[]): number {
  return new Set(rows.timesMs.map((_, row) => groupOf(fields, row))).size;
}

/** Whether two choices of fields distinguish the same rows. */
export function isSameGrouping(rows: TimedRows, a: readonly FieldShape[], b: readonly FieldShape[]): boolean {
  const count = countGroups(rows, a);
  return count === countGroups(rows, b) && count === countGroups(rows, [...a, ...b]);
}

export function groupOf(fields: readonly FieldShape[], row: number): string {
  let group = fields[0]?.keys[row] ?? '';
  for (let i = 1; i < fields.length; i++) group += `\u0000${fields[i]!.keys[row] ?? ''}`;
  return group;
}

/** Whether no value is ever seen at a second time, although there are at least three times. */
export function neverRecurs({ timesMs }: TimedRows, { keys }: FieldShape): boolean {
  const times = new Map<string, number>();
  for (const [row, timeMs] of timesMs.entries()) {
    const key = keys[row] ?? null;
    if (key === null) continue;
    if ((times.get(key) ?? timeMs) !== timeMs) return false;
    times.set(key, timeMs);
  }
  return new Set(times.values()).size >= 3;
}

/** The share of rows whose value is seen at several times. */
export function recurringShare({ timesMs }: TimedRows, { keys }: FieldShape): number {
  const times = new Map<string, Set<number>>();
  for (const [row, timeMs] of timesMs.entries()) {
    const key = keys[row] ?? null;
    if (key !== null) times.set(key, (times.get(key) ?? new Set()).add(timeMs));
  }
  const recurring = keys.filter((key) => key !== null && (times.get(key)?.size ?? 0) > 1);
  return recurring.length / Math.max(1, timesMs.length);
}

/** A value's own steps are regular if so many of them are within `NEAR` of their median. */
const REGULAR_SHARE = 0.75;
const NEAR = 0.25;
/** They must be so much longer than those of the rows together. */
const LONGER = 1.6;
const MIN_STEPS = 2;

/**
 * Whether the groups take turns: each comes in regular steps that are longer than those of all rows together, as when
 * each of three hosts is polled once a minute, one after the other. Within each value of `within`, if that is given.
 */
export function takeTurns(
  { timesMs }: TimedRows,
  fields: readonly FieldShape[],
  within: readonly FieldShape[] = [],
): boolean {
  const outer = stepsBy(timesMs, (row) => groupOf(within, row));
  const inner = stepsBy(timesMs, (row) => `${groupOf(within, row)}\u0000${groupOf(fields, row)}`);
  if (inner.size <= outer.size) return false;
  let regular = 0;
  let total = 0;
  for (const { row, steps } of inner.values()) {
    const outerMs = median(outer.get(groupOf(within, row))?.steps ?? []);
    const stepMs = median(steps);
    const near = steps.filter((step) => Math.abs(step - stepMs) <= NEAR * stepMs).length;
    const isRegular =
      outerMs > 0 &&
      steps.length >= MIN_STEPS &&
      near >= REGULAR_SHARE * steps.length &&
      stepMs >= LONGER * outerMs;
    total += steps.length + 1;
    if (isRegular) regular += steps.length + 1;
  }
  return regular >= 0.9 * total;
}

interface GroupSteps {
  /** One of its rows. */
  readonly row: number;
  readonly steps: number[];
}

function stepsBy(timesMs: readonly number[], groupOfRow: (row: number) => string): Map<string, GroupSteps> {
  const groups = new Map<string, GroupSteps & { lastMs: number }>();
  const order = [...timesMs.keys()].sort((a, b) => timesMs[a]! - timesMs[b]!);
  for (const row of order) {
    const timeMs = timesMs[row]!;
    const name = groupOfRow(row);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { row, steps: [], lastMs: timeMs });
    else {
      group.steps.push(timeMs - group.lastMs);
      group.lastMs = timeMs;
    }
  }
  return groups;
}

/** Between one row and the next, in order of time. */
export function medianStep({ timesMs }: TimedRows): number {
  return median(stepsBy(timesMs, () => '').get('')?.steps ?? []);
}

function median(steps: readonly number[]): number {
  const sorted = [...steps].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
