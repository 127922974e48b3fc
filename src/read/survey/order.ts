import { intervalsBetween } from '../../core/grid.js';
import { timeOf } from '../shared/record-time.js';
import type { MinuteRecord } from '../../core/types.js';

/** A record that goes back in time. */
export interface StepBack {
  readonly file: string;
  /** 0: not known. */
  readonly line: number;
  readonly timeMs: number;
  /** The latest time before it. */
  readonly newestMs: number;
  /** How many intervals it goes back; as `--grace`, this lets it in. */
  readonly intervals: number;
}

/** How far the records of one input are out of order. */
export interface FileOrder {
  /** Records that are earlier than one before them. */
  readonly earlier: number;
  /** The first of them that goes back so far that it is refused, and the latest before it; null: none does. */
  readonly refused: { readonly record: MinuteRecord; readonly newest: MinuteRecord } | null;
  readonly largest: StepBack | null;
}

/** Watches the order of one input's records. */
export class OrderWatch implements FileOrder {
  earlier = 0;
  refused: FileOrder['refused'] = null;
  largest: StepBack | null = null;
  readonly #intervalMs: number;
  readonly #grace: number;
  #newest: MinuteRecord | null = null;

  /** @param grace intervals that a record may go back */
  constructor(intervalMs: number, grace: number) {
    this.#intervalMs = intervalMs;
    this.#grace = grace;
  }

  see(record: MinuteRecord): void {
    const newest = this.#newest;
    if (newest === null || record.minuteMs >= newest.minuteMs) {
      this.#newest = record;
      return;
    }
    this.earlier++;
    const intervals = Math.max(1, intervalsBetween(record.minuteMs, newest.minuteMs, this.#intervalMs));
    if (intervals <= (this.largest?.intervals ?? 0)) return;
    const { file, line } = record.source;
    this.largest = { file, line, timeMs: timeOf(record), newestMs: timeOf(newest), intervals };
    if (intervals > this.#grace) this.refused ??= { record, newest };
  }
}
