import type { ItemBatch } from '#dist/core/types.js';

/** Windows of `window` values, one item for each target; item i's values are all `from + i`. */
export function batchOf(targets: readonly string[], window = 1, from = 0): ItemBatch {
  const values = new Float64Array(targets.length * window);
  targets.forEach((_, i) => values.fill(from + i, i * window, (i + 1) * window));
  return {
    minuteMs: Date.UTC(2024, 0, 1, 12),
    intervalMs: 60_000,
    targets,
    columns: targets.map(() => null),
    window,
    width: 1,
    values,
  };
}

export function targetsOf(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `target-${i}`);
}
