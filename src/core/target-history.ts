import { isForgotten, isWarm } from './life.js';

/**
 * The latest intervals of one target, and how long it has been alive. Ticks count intervals and are small integers,
 * which engines store in the object itself: the first minute of a run is tick 0.
 */
export class TargetHistory {
  readonly target: string;
  /** Its place among the targets of the open block; −1: it has no record there. */
  place = -1;
  readonly #window: number;
  /** Values per interval. */
  readonly #columns: number;
  /** `[intervals, columns]`: those from `#from` until `#until`, then unused room. */
  #rows = new Float64Array(0);
  #from: number;
  #until: number;
  /** First and last record of the target's life; `−window` is as good as never. */
  #bornTick: number;
  #seenTick: number;
  /** The same before the open block. */
  #bornBefore: number;
  #seenBefore: number;

  constructor(target: string, window: number, columns: number) {
    this.target = target;
    this.#window = window;
    this.#columns = columns;
    this.#from = this.#until = -window;
    this.#bornTick = this.#seenTick = -window;
    this.#bornBefore = this.#seenBefore = -window;
  }

  /**
   * A target whose window ends with this tick, and that is past warm-up.
   *
   * @param values `[window, recording columns]`
   */
  static ofWindow(
    target: string,
    window: number,
    values: Float64Array,
    kept: readonly number[],
    tick: number,
  ): TargetHistory {
    const history = new TargetHistory(target, window, kept.length);
    const columns = values.length / window;
    for (let row = 0; row < window; row++) {
      const at = tick - window + 1 + row;
      history.add(values.subarray(row * columns, (row + 1) * columns), kept, at, at - row);
    }
    history.#seenTick = tick - 1;
    return history;
  }

  /** Gives the target a place in the open block, before its first record there is added. */
  touch(place: number): void {
    this.place = place;
    this.#bornBefore = this.#bornTick;
    this.#seenBefore = this.#seenTick;
  }

  /**
   * Adds a record.
   *
   * @param values `[recording columns]`
   * @param kept indexes of those to keep
   * @param neededFrom earlier intervals may be dropped
   */
  add(values: Float64Array, kept: readonly number[], tick: number, neededFrom: number): void {
    if (this.isForgotten(tick)) this.#bornTick = tick;
    this.#seenTick = tick;
    if (this.#until <= neededFrom) this.#from = this.#until = tick;
    const columns = this.#columns;
    if ((tick + 1 - this.#from) * columns > this.#rows.length) this.#makeRoom(tick + 1, neededFrom);
    const rows = this.#rows;
    const at = (tick - this.#from) * columns;
    if (tick > this.#until) rows.fill(NaN, (this.#until - this.#from) * columns, at);
    for (let i = 0; i < columns; i++) rows[at + i] = values[kept[i]!]!;
    this.#until = tick + 1;
  }

  /** Whether a record at this tick, its latest one, is past warm-up. */
  isWarm(tick: number): boolean {
    return isWarm(tick, this.#bornTick, this.#window);
  }

  /** Whether a record at this tick would begin another life. */
  isForgotten(tick: number): boolean {
    return isForgotten(tick, this.#seenTick, this.#window);
  }

  /** `Block.bornAt` for an open block that starts with this tick. */
  bornBefore(tick: number): number {
    const isAlive = !isForgotten(tick, this.#seenBefore, this.#window);
    return isAlive ? Math.max(this.#bornBefore - tick, -this.#window) : -this.#window;
  }

  /** `Block.seenAt` for an open block that starts with this tick. */
  seenBefore(tick: number): number {
    return Math.max(this.#seenBefore - tick, -this.#window);
  }

  /**
   * Writes all columns as one series, `[intervals, columns]`, NaN where there is no record.
   *
   * @param at where in `out` it begins
   * @param fromTick the first interval to write
   */
  copyRows(out: Float64Array, at: number, fromTick: number, intervals: number): void {
    const columns = this.#columns;
    const first = Math.max(this.#from, fromTick);
    const start = at + (first - fromTick) * columns;
    const end = at + (this.#until - fromTick) * columns;
    const rows = this.#rows;
    let cell = (first - this.#from) * columns;
    if (start > at) out.fill(NaN, at, start);
    // A view costs as much as copying a hundred numbers.
    if (end - start > 100) out.set(rows.subarray(cell, cell + end - start), start);
    else for (let i = start; i < end; i++) out[i] = rows[cell++]!;
    if (this.#until < fromTick + intervals) out.fill(NaN, end, at + intervals * columns);
  }

  /** Writes each column as a series, `[columns, intervals]`; otherwise like `copyRows`. */
  copyColumns(out: Float64Array, at: number, fromTick: number, intervals: number): void {
    const columns = this.#columns;
    const rows = this.#rows;
    const first = Math.max(this.#from, fromTick);
    for (let column = 0; column < columns; column++) {
      const series = at + column * intervals;
      out.fill(NaN, series, series + first - fromTick);
      let cell = (first - this.#from) * columns + column;
      for (let i = first - fromTick; i < this.#until - fromTick; i++, cell += columns) {
        out[series + i] = rows[cell]!;
      }
      out.fill(NaN, series + this.#until - fromTick, series + intervals);
    }
  }

  /** Moves what is needed to the front, or to a larger array if it fills more than half of this one. */
  #makeRoom(until: number, neededFrom: number): void {
    const columns = this.#columns;
    const from = Math.max(this.#from, neededFrom);
    const [start, end] = [(from - this.#from) * columns, (this.#until - this.#from) * columns];
    const needed = (until - from) * columns;
    if (2 * needed <= this.#rows.length) {
      this.#rows.copyWithin(0, start, end);
    } else {
      const rows = new Float64Array(2 * needed);
      rows.set(this.#rows.subarray(start, end));
      this.#rows = rows;
    }
    this.#from = from;
  }
}
