/* The minutes that variants serve: synthetic, or recorded ones adapted to a number of items. */
import type { Block } from '../core/block.js';
import type { Notice } from '../core/errors.js';
import { LookBack } from '../core/look-back.js';
import { syntheticColumns, syntheticMinutes, type SyntheticMinute } from './synthetic.js';
import type { InputSpec, MinuteBatch, SourceLine } from '../core/types.js';
import { planRows } from '../core/windows.js';

/** Where the minutes come from. */
export interface MinuteSupply {
  /** Items per minute unless the settings say otherwise. */
  readonly items: number;
  readonly intervalMs: number;
  readonly notices: readonly Notice[];
  /** Some minutes of exactly this many items, each a block of one minute whose rows are all items. */
  of(items: number): Block[];
}

/** Different minutes per case: enough that none is still in a processor's cache when it is served again. */
export const MOST_MINUTES = 16;

/** The maximum memory for the minutes of a case. */
const MOST_BYTES = 64 * 2 ** 20;

const SYNTHETIC_ITEMS = 500;
const SYNTHETIC_INTERVAL_MS = 60_000;

export function syntheticSupply(input: InputSpec, seed: number): MinuteSupply {
  return {
    items: SYNTHETIC_ITEMS,
    intervalMs: SYNTHETIC_INTERVAL_MS,
    notices: [],
    of: (items) => generatedMinutes(input, { items, count: minutesThatFit(items, input), seed }),
  };
}

/** @param minutes at least one, each with as many items as the supply says or more */
export function recordedSupply(supply: Omit<MinuteSupply, 'of'>, minutes: readonly Block[]): MinuteSupply {
  const size = sizeOf(minutes[0]!);
  return {
    ...supply,
    of: (items) => minutes.slice(0, fitting(items * size)).map((minute) => repeatItems(minute, items)),
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

/** A minute without the series that have no item in it, such as those in warm-up; null if none has. */
export function itemsOnly(minute: Block, input: InputSpec): Block | null {
  const { itemSeries } = planRows(minute, input, []);
  return itemSeries.length === 0 ? null : takeSeries(minute, itemSeries);
}

/** The minute with exactly `items` items, ≥ 1: truncated, or repeated under new names. */
export function repeatItems(minute: Block, items: number): Block {
  const own = minute.targets.length;
  if (own === items) return minute;
  const copies = Array.from({ length: items }, (_, item) => {
    const [series, copy] = [item % own, Math.floor(item / own)];
    return { series, target: minute.targets[series]! + (copy === 0 ? '' : `#${copy + 1}`) };
  });
  // Stable, so the columns of a target keep their order.
  copies.sort((a, b) => (a.target < b.target ? -1 : Number(a.target > b.target)));
  const series = copies.map((copy) => copy.series);
  return { ...takeSeries(minute, series), targets: copies.map(({ target }) => target) };
}

/** The series of a minute with these indexes, in this order, without labels, which no answer depends on. */
function takeSeries(minute: Block, series: ArrayLike<number>): Block {
  const size = sizeOf(minute);
  const indexes = Array.from(series);
  const values = new Float64Array(indexes.length * size);
  indexes.forEach((index, i) =>
    values.set(minute.values.subarray(index * size, (index + 1) * size), i * size),
  );
  return {
    ...minute,
    targets: indexes.map((index) => minute.targets[index]!),
    columns: indexes.map((index) => minute.columns[index]!),
    values,
    present: Uint8Array.from(indexes, (index) => minute.present[index]!),
    bornAt: Int32Array.from(indexes, (index) => minute.bornAt[index]!),
    seenAt: Int32Array.from(indexes, (index) => minute.seenAt[index]!),
    labels: null,
  };
}

/** Numbers that a block holds of one series. */
function sizeOf({ intervals, width }: Block): number {
  return intervals * width;
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
 * Generates consecutive minutes for a model, whose windows overlap like those of a recording. Each is a block of one
 * minute with exactly `items` rows: one per target, none in warm-up. More items or minutes do not change the existing
 * values.
 *
 * @throws RangeError for options out of range
 */
export function generatedMinutes(input: InputSpec, options: GeneratedMinutesOptions): Block[] {
  const { items, count, seed } = options;
  const recordingColumns = input.columns === 'each' ? syntheticColumns(1) : input.columns;
  const lookBack = new LookBack({ ...input, recordingColumns, intervalMs: SYNTHETIC_INTERVAL_MS });
  const columns = recordingColumns.length;
  const warmup = input.window - 1;
  const blocks: Block[] = [];
  let minutes = 0;
  for (const minute of syntheticMinutes({ targets: items, columns, minutes: warmup + count, seed })) {
    const batch = minuteBatch(minute);
    if (minutes++ < warmup) {
      lookBack.skip(batch);
    } else {
      lookBack.push(batch);
      blocks.push({ ...lookBack.take(), labels: null });
    }
  }
  return blocks;
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
  file: 'synthetic',
  line: 0,
  byteOffset: 0,
  raw: () => ({ text: '', encoding: 'utf8' }),
};
