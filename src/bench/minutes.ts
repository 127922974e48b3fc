/* The minutes that variants serve: synthetic, or recorded ones adapted to a number of items. */
import type { Notice } from '../core/errors.js';
import { syntheticColumns, syntheticMinutes, type SyntheticMinute } from '../core/synthetic.js';
import type { InputSpec, ItemBatch, MinuteBatch, SourceLine } from '../core/types.js';
import { WindowStore } from '../core/window.js';

/** Where the minutes come from. */
export interface MinuteSupply {
  /** Items per minute unless the settings say otherwise. */
  readonly items: number;
  readonly intervalMs: number;
  readonly notices: readonly Notice[];
  /** Some minutes of exactly this many items. */
  of(items: number): ItemBatch[];
}

/** Different minutes per case: enough that none is still in a processor's cache when it is served again. */
export const MOST_MINUTES = 16;

/** The maximum memory for the minutes of a case. */
const MOST_BYTES = 64 * 2 ** 20;

const GENERATED_ITEMS = 500;
const GENERATED_INTERVAL_MS = 60_000;

export function generatedSupply(input: InputSpec, seed: number): MinuteSupply {
  return {
    items: GENERATED_ITEMS,
    intervalMs: GENERATED_INTERVAL_MS,
    notices: [],
    of: (items) => generatedMinutes(input, { items, count: minutesThatFit(items, input), seed }),
  };
}

/** Recorded minutes, at least one; each has `items` items or more. */
export function recordedSupply(
  recorded: Omit<MinuteSupply, 'of'> & { readonly batches: readonly ItemBatch[] },
): MinuteSupply {
  const { batches, ...supply } = recorded;
  const size = (batches[0]?.window ?? 0) * (batches[0]?.width ?? 0);
  return {
    ...supply,
    of: (items) => batches.slice(0, fitting(items * size)).map((batch) => repeatItems(batch, items)),
  };
}

/** How many different minutes of this many items fit in memory, at least one. */
export function minutesThatFit(items: number, { window, columns }: InputSpec): number {
  return fitting(items * window * (columns === 'each' ? 1 : columns.length));
}

function fitting(numbersPerMinute: number): number {
  const fit = Math.floor(MOST_BYTES / (numbersPerMinute * Float64Array.BYTES_PER_ELEMENT));
  return Math.min(MOST_MINUTES, Math.max(1, fit));
}

/** The minute with exactly `items` items, ≥ 1: truncated, or repeated under new names. */
export function repeatItems(batch: ItemBatch, items: number): ItemBatch {
  const own = batch.targets.length;
  if (own === items) return batch;
  const size = batch.window * batch.width;
  const values = new Float64Array(items * size);
  for (let start = 0; start < items; start += own) {
    const count = Math.min(own, items - start);
    values.set(batch.values.subarray(0, count * size), start * size);
  }
  const sourceOf = (item: number): number => item % own;
  const copyName = (item: number): string => (item < own ? '' : `#${Math.floor(item / own) + 1}`);
  return {
    ...batch,
    targets: Array.from({ length: items }, (_, item) => batch.targets[sourceOf(item)]! + copyName(item)),
    columns: Array.from({ length: items }, (_, item) => batch.columns[sourceOf(item)]!),
    values,
  };
}

export interface GeneratedMinutesOptions {
  /** Items of each minute, ≥ 1. */
  readonly items: number;
  /** Minutes, ≥ 1. */
  readonly count: number;
  /** Any 32-bit integer. */
  readonly seed: number;
}

/**
 * Generates consecutive minutes for a model, whose windows overlap like those of a recording. Every minute has exactly
 * `items` items: one per target, none in warm-up. More items or minutes do not change the existing values.
 *
 * @throws RangeError for options out of range
 */
export function generatedMinutes(input: InputSpec, options: GeneratedMinutesOptions): ItemBatch[] {
  const { items, count, seed } = options;
  const recordingColumns = input.columns === 'each' ? syntheticColumns(1) : input.columns;
  const windows = new WindowStore({ ...input, recordingColumns, intervalMs: GENERATED_INTERVAL_MS });
  const minutes = input.window - 1 + count;
  const batches: ItemBatch[] = [];
  for (const minute of syntheticMinutes({
    targets: items,
    columns: recordingColumns.length,
    minutes,
    seed,
  })) {
    const { batch } = windows.push(minuteBatch(minute));
    if (batch.targets.length > 0) batches.push(batch);
  }
  return batches;
}

function minuteBatch({ minuteMs, records }: SyntheticMinute): MinuteBatch {
  return {
    minuteMs,
    records: records.map(({ target, values, label }) => ({
      minuteMs,
      target,
      values: Float64Array.from(values, (value) => value ?? NaN),
      bringsWindow: false,
      label,
      source: NOWHERE,
    })),
  };
}

/** The source of synthetic records. */
const NOWHERE: SourceLine = {
  file: 'generated',
  line: 0,
  byteOffset: 0,
  raw: () => ({ text: '', encoding: 'utf8' }),
};
