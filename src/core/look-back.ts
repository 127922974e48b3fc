/* What the parent does per record: remember it, and gather minutes into blocks. */
import type { Block } from './block.js';
import { intervalsBetween } from './grid.js';
import { OpenBlock, type SeriesSpec } from './open-block.js';
import { TargetHistory } from './target-history.js';
import type { InputSpec, MinuteBatch, MinuteRecord } from './types.js';

export interface WindowSpec extends InputSpec {
  readonly intervalMs: number;
  /** The recording's columns, in its order. */
  readonly recordingColumns: readonly string[];
}

/** The longest window, and the largest number of intervals in a setting. */
export const MOST_INTERVALS = 100_000;

/** How many intervals before a minute affect its windows and its warm-up; `planRows` has the rules. */
export function lookBackIntervals(window: number): number {
  return 2 * window - 2;
}

/**
 * Keeps the last `window − 1` intervals of every target, and gathers minutes into blocks: `push` adds a minute to the
 * open block, `take` closes it. Minutes must come in order, each once.
 *
 * A window depends on the last `window` intervals only, and its warm-up on the last `2 × window − 1`, because two
 * records less than `window` apart belong to the same life of a target; it is forgotten `window` intervals after its
 * last record. A record that brings its own window leaves no trace, and its minute is a block of its own.
 */
export class LookBack {
  readonly #series: SeriesSpec;
  /** Indexes of the recording's columns that windows hold. */
  readonly #kept: readonly number[];
  readonly #histories = new Map<string, TargetHistory>();
  #block: OpenBlock;
  /** The histories of the latest minute: the next one usually has the same. */
  #latest: readonly TargetHistory[] = [];
  /** Whether records of the open block bring their own windows. */
  #hasOwnWindows = false;
  /** The first minute ever, epoch ms; null: there was none. */
  #firstMs: number | null = null;
  #nextSweepTick = 0;

  /** @throws RangeError if the recording does not have a named column */
  constructor({ intervalMs, window, columns, recordingColumns }: WindowSpec) {
    const names = columns === 'each' ? recordingColumns : columns;
    const indexes = new Map(recordingColumns.map((name, index) => [name, index]));
    this.#kept = names.map((name) => {
      const index = indexes.get(name);
      if (index === undefined) throw new RangeError(`column ${name} is not in the recording`);
      return index;
    });
    this.#series =
      columns === 'each'
        ? { intervalMs, window, columns: recordingColumns, width: 1 }
        : { intervalMs, window, columns: [null], width: columns.length };
    this.#block = new OpenBlock(this.#series);
  }

  /** How many targets it remembers. */
  get targets(): number {
    return this.#histories.size;
  }

  /** Result rows per accepted record. */
  get rowsPerRecord(): number {
    return this.#series.columns.length;
  }

  /** How many minutes the open block has; 0: none is open. */
  get minutes(): number {
    return this.#block.minutes;
  }

  /** What the values of the open block will take, bytes. */
  get valueBytes(): number {
    return this.#block.valueBytes;
  }

  /**
   * Remembers a minute that is not to be answered.
   *
   * @throws RangeError while a block is open
   */
  skip(batch: MinuteBatch): void {
    if (this.minutes > 0) throw new RangeError('a minute cannot be skipped while a block is open');
    this.#add(batch);
    this.#close();
  }

  /** Whether the minute may join the open block: nothing may where records bring their own windows, or after a gap. */
  fits(batch: MinuteBatch): boolean {
    if (this.minutes === 0) return true;
    const gap = this.#tickOf(batch) - this.#block.lastTick - 1;
    return gap < this.#series.window && !this.#hasOwnWindows && !bringsWindows(batch);
  }

  /**
   * Adds a minute to the open block; returns whether any of its rows is past warm-up, so that it may be an item.
   *
   * @throws RangeError unless it fits
   */
  push(batch: MinuteBatch): boolean {
    if (!this.fits(batch)) throw new RangeError('the minute does not fit the open block');
    return this.#add(batch);
  }

  /**
   * Closes the open block. Its memory is its own.
   *
   * @throws RangeError if no block is open
   */
  take(): Block {
    if (this.minutes === 0) throw new RangeError('no block is open');
    const block = this.#block.toBlock();
    this.#close();
    return block;
  }

  /** Intervals since the first minute ever. */
  #tickOf({ minuteMs }: MinuteBatch): number {
    this.#firstMs ??= minuteMs;
    return intervalsBetween(this.#firstMs, minuteMs, this.#series.intervalMs);
  }

  #add(batch: MinuteBatch): boolean {
    const tick = this.#tickOf(batch);
    const minute = this.#block.begin(batch.minuteMs, tick);
    const neededFrom = this.#block.firstTick - this.#series.window + 1;
    const latest = this.#latest;
    let guess = 0;
    let isAnyWarm = false;
    for (const record of batch.records) {
      while (guess < latest.length && latest[guess]!.target < record.target) guess++;
      const history = record.bringsWindow
        ? this.#useOwnWindow(record, tick)
        : this.#remember(record, latest[guess], tick, neededFrom);
      minute.add(history, record.label);
      isAnyWarm ||= history.isWarm(tick);
    }
    this.#latest = this.#hasOwnWindows ? [] : minute.histories;
    return isAnyWarm;
  }

  #remember(
    { target, values }: MinuteRecord,
    guess: TargetHistory | undefined,
    tick: number,
    neededFrom: number,
  ): TargetHistory {
    const history = guess?.target === target ? guess : this.#historyOf(target);
    if (history.place < 0) this.#block.touch(history);
    history.add(values, this.#kept, tick, neededFrom);
    return history;
  }

  #historyOf(target: string): TargetHistory {
    let history = this.#histories.get(target);
    if (history === undefined) {
      history = new TargetHistory(target, this.#series.window, this.#kept.length);
      this.#histories.set(target, history);
    }
    return history;
  }

  #useOwnWindow({ target, values }: MinuteRecord, tick: number): TargetHistory {
    this.#hasOwnWindows = true;
    const history = TargetHistory.ofWindow(target, this.#series.window, values, this.#kept, tick);
    this.#block.touch(history);
    return history;
  }

  #close(): void {
    const tick = this.#block.lastTick;
    this.#block.close();
    this.#block = new OpenBlock(this.#series);
    this.#hasOwnWindows = false;
    this.#sweep(tick);
  }

  /** Drops forgotten targets; doing so once per window length bounds memory. */
  #sweep(tick: number): void {
    if (tick < this.#nextSweepTick) return;
    this.#nextSweepTick = tick + this.#series.window;
    for (const [target, history] of this.#histories) {
      if (history.isForgotten(tick)) this.#histories.delete(target);
    }
  }
}

function bringsWindows({ records }: MinuteBatch): boolean {
  for (const record of records) if (record.bringsWindow) return true;
  return false;
}
