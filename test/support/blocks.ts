import type { Block } from '#build/core/block.js';

export interface BlockParts extends Partial<Omit<Block, 'minutesMs'>> {
  /** How many consecutive minutes; default: 1. */
  readonly minutes?: number;
  /** Start of the first one, epoch ms. */
  readonly firstMs?: number;
  /** The first series' value; default: 0. */
  readonly from?: number;
}

/**
 * A block in which every target is one series that has long been warm and has a record in every minute. Series i's
 * values are all `from + i`, unless `values` is given.
 *
 * @param targets in code-unit order
 */
export function blockOf(targets: readonly string[], parts: BlockParts = {}): Block {
  const { minutes = 1, firstMs = Date.UTC(2024, 0, 1, 12), from = 0, ...given } = parts;
  const { intervalMs = 60_000, window = 1, width = 1, intervals = window + minutes - 1 } = given;
  const size = intervals * width;
  return {
    intervalMs,
    window,
    width,
    minutesMs: Array.from({ length: minutes }, (_, minute) => firstMs + minute * intervalMs),
    intervals,
    targets,
    columns: targets.map(() => null),
    values: Float64Array.from({ length: targets.length * size }, (_, i) => from + Math.floor(i / size)),
    present: new Uint8Array(targets.length * minutes).fill(1),
    bornAt: new Int32Array(targets.length).fill(-window),
    seenAt: new Int32Array(targets.length).fill(-1),
    labels: null,
    ...given,
  };
}

/**
 * A block of as many minutes as the numbers allow: each series has `window − 1` numbers of look-back, then one for
 * each minute.
 */
export function blockOfSeries(
  series: Readonly<Record<string, readonly number[]>>,
  parts: Omit<BlockParts, 'minutes' | 'values' | 'width'> = {},
): Block {
  const targets = Object.keys(series).sort();
  const lists = targets.map((target) => series[target] ?? []);
  const minutes = (lists[0]?.length ?? 0) - (parts.window ?? 1) + 1;
  if (lists.some(({ length }) => length !== lists[0]?.length))
    throw new RangeError('series differ in length');
  return blockOf(targets, { ...parts, minutes, values: Float64Array.from(lists.flat()) });
}

/** So many names, in code-unit order. */
export function targetsOf(count: number): string[] {
  const digits = String(count - 1).length;
  return Array.from({ length: count }, (_, i) => `target-${String(i).padStart(digits, '0')}`);
}
