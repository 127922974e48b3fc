/* Counters, which only grow until they begin again, as rates. */
import { intervalsBetween } from '../../core/grid.js';
import type { MinuteBatch, MinuteRecord } from '../../core/types.js';

/** How many more intervals a window of rates depends on than one of values. */
export const RATE_LOOK_BACK = 1;

/**
 * The rate per second between two values of a counter. One below its predecessor began again from 0, as for
 * Prometheus's `rate()` (https://prometheus.io/docs/prometheus/latest/querying/functions/#rate). NaN where a value is
 * missing.
 */
export function rateOf(before: number, value: number, seconds: number): number {
  const rate = (value < before ? value : value - before) / seconds;
  return Number.isFinite(rate) ? rate : NaN;
}

/**
 * Replaces counters by their rates, minute after minute: `(value - before) / seconds`, where `before` is the target's
 * value of the interval before and `seconds` is how long that lasted. Without that value, the rate is missing.
 */
export class Rates {
  /** Indexes of the recording's columns that are counters. */
  readonly #columns: readonly number[];
  readonly #intervalMs: number;
  /** The minute before, epoch ms, its records, sorted by target, and their counters, `[records, counters]`. */
  #beforeMs = NaN;
  #records: readonly MinuteRecord[] = [];
  #counters: Float64Array = new Float64Array(0);
  /** Room for the next minute's. */
  #spare: Float64Array = new Float64Array(0);

  constructor(columns: readonly number[], intervalMs: number) {
    this.#columns = columns;
    this.#intervalMs = intervalMs;
  }

  /** Changes the values of the records. Minutes must come in order, each once, with one record per target. */
  apply({ minuteMs, records }: MinuteBatch): void {
    const columns = this.#columns;
    const before = this.#counters;
    const counters = this.#roomFor(records.length * columns.length);
    const isNext = intervalsBetween(this.#beforeMs, minuteMs, this.#intervalMs) === 1;
    const known = isNext ? this.#records : [];
    const seconds = (minuteMs - this.#beforeMs) / 1000;
    let place = 0;
    let at = 0;
    for (const { target, values } of records) {
      while (place < known.length && known[place]!.target < target) place++;
      const from = known[place]?.target === target ? place * columns.length : -1;
      for (let i = 0; i < columns.length; i++) {
        const column = columns[i]!;
        const value = values[column]!;
        counters[at++] = value;
        values[column] = from < 0 ? NaN : rateOf(before[from + i]!, value, seconds);
      }
    }
    this.#beforeMs = minuteMs;
    this.#records = records;
    this.#counters = counters;
    this.#spare = before;
  }

  #roomFor(length: number): Float64Array {
    return this.#spare.length >= length ? this.#spare : new Float64Array(length);
  }
}
