import type { Notice } from '../core/errors.js';
import type { InputSpec, ItemBatch } from '../core/types.js';
import { generatedMinutes } from './generated-minutes.js';
import { repeatItems } from './repeat-items.js';

/** Where a benchmark's minutes come from. */
export interface MinuteSupply {
  /** Items a minute where none were asked for. */
  readonly items: number;
  readonly intervalMs: number;
  readonly notices: readonly Notice[];
  /** Some minutes, one after another, of exactly so many items. */
  of(items: number): ItemBatch[];
}

/** Different minutes of a case: with more of them, none is in a processor's cache when its turn comes again. */
export const MOST_MINUTES = 16;

/** What the minutes of a case may hold in memory. */
const MOST_BYTES = 64 * 2 ** 20;

const GENERATED_ITEMS = 500;
const GENERATED_INTERVAL_MS = 60_000;

/** Made-up minutes; `columns` and window as the model wants them. */
export function generatedSupply(input: InputSpec, seed: number): MinuteSupply {
  return {
    items: GENERATED_ITEMS,
    intervalMs: GENERATED_INTERVAL_MS,
    notices: [],
    of: (items) => generatedMinutes(input, { items, count: minutesThatFit(items, input), seed }),
  };
}

/** Recorded minutes, at least one; they have `items` items or more. */
export function recordedSupply(recorded: {
  readonly batches: readonly ItemBatch[];
  readonly items: number;
  readonly intervalMs: number;
  readonly notices: readonly Notice[];
}): MinuteSupply {
  const { batches, items: own, intervalMs, notices } = recorded;
  const size = (batches[0]?.window ?? 0) * (batches[0]?.width ?? 0);
  return {
    items: own,
    intervalMs,
    notices,
    of: (items) => batches.slice(0, fitting(items * size)).map((batch) => repeatItems(batch, items)),
  };
}

/** Different minutes of so many items that memory is taken for, at least one. */
export function minutesThatFit(items: number, { window, columns }: InputSpec): number {
  return fitting(items * window * (columns === 'each' ? 1 : columns.length));
}

function fitting(numbersPerMinute: number): number {
  const fit = Math.floor(MOST_BYTES / (numbersPerMinute * Float64Array.BYTES_PER_ELEMENT));
  return Math.min(MOST_MINUTES, Math.max(1, fit));
}
