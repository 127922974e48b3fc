import type { FieldShape } from '../field-shape.js';
import { groupOf, type TimedRows } from '../row-groups.js';

/** So many of a target's rows may break the turn, as where values are missing. */
const MOST_BREAKS = 0.4;

/** Whether each target's rows go through all values of a field in turn, as rows with one metric each do. */
export function goesThrough(
  { timesMs }: TimedRows,
  targets: readonly FieldShape[],
  { keys, distinct }: FieldShape,
): boolean {
  const order = [...timesMs.keys()].sort((a, b) => timesMs[a]! - timesMs[b]!);
  const sequences = new Map<string, string[]>();
  for (const row of order) {
    const target = groupOf(targets, row);
    const sequence = sequences.get(target) ?? [];
    sequence.push(keys[row] ?? '');
    sequences.set(target, sequence);
  }
  let [windows, whole] = [0, 0];
  for (const sequence of sequences.values()) {
    for (let end = distinct; end <= sequence.length; end += distinct) {
      windows++;
      if (new Set(sequence.slice(end - distinct, end)).size === distinct) whole++;
    }
  }
  return windows >= 2 && 2 * windows >= sequences.size && whole >= (1 - MOST_BREAKS) * windows;
}

/** Typical sizes of metrics differ by at least this much, as a power of ten. */
const LEAST_SPREAD = 0.7;

/** Whether the size of a number depends on a field, and hardly on the target. */
export function sizeDependsOn(
  field: FieldShape,
  targets: readonly FieldShape[],
  numbers: readonly number[],
): boolean {
  const sizes = new Map<string, Map<string, number[]>>();
  for (const [row, number] of numbers.entries()) {
    if (!Number.isFinite(number)) continue;
    const key = field.keys[row] ?? '';
    const byTarget = sizes.get(key) ?? new Map<string, number[]>();
    sizes.set(key, byTarget);
    const target = groupOf(targets, row);
    const logs = byTarget.get(target) ?? [];
    logs.push(Math.log10(Math.abs(number) + 1e-3));
    byTarget.set(target, logs);
  }
  const typical = [...sizes.values()].map((byTarget) => [...byTarget.values()].map(median));
  const centers = typical.map(median);
  const spread = spreadOf(centers);
  return spread >= LEAST_SPREAD && typical.every((each) => spreadOf(each) <= spread / 2);
}

function spreadOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
