import type { Block, BlockLabels } from './block.js';
import type { TargetHistory } from './target-history.js';
import type { Label } from './types.js';

/** How the targets of a recording become series. */
export interface SeriesSpec {
  readonly intervalMs: number;
  readonly window: number;
  /** `[series]`: the columns that are a series each, or only null: all of them are one. */
  readonly columns: readonly (string | null)[];
  /** Values per interval of one series. */
  readonly width: number;
}

/** Minutes on their way into a block. */
export class OpenBlock {
  readonly #spec: SeriesSpec;
  readonly #minutes: OpenMinute[] = [];
  /** Those with a record in it. */
  readonly #histories: TargetHistory[] = [];

  constructor(spec: SeriesSpec) {
    this.#spec = spec;
  }

  get minutes(): number {
    return this.#minutes.length;
  }

  /** NaN before the first minute. */
  get firstTick(): number {
    return this.#minutes[0]?.tick ?? NaN;
  }

  /** NaN before the first minute. */
  get lastTick(): number {
    return this.#minutes.at(-1)?.tick ?? NaN;
  }

  /** What the block's values will take, bytes. */
  get valueBytes(): number {
    const { columns, width } = this.#spec;
    const values = this.#histories.length * columns.length * width * this.#intervals;
    return values * Float64Array.BYTES_PER_ELEMENT;
  }

  begin(minuteMs: number, tick: number): OpenMinute {
    const minute = new OpenMinute(minuteMs, tick);
    this.#minutes.push(minute);
    return minute;
  }

  /** Gives a target its place, before its first record in the block is added. */
  touch(history: TargetHistory): void {
    history.touch(this.#histories.length);
    this.#histories.push(history);
  }

  /** Ends the block: its targets may be touched by the next one. */
  close(): void {
    for (const history of this.#histories) history.place = -1;
  }

  /** The block; the values are copies. */
  toBlock(): Block {
    if (!areSorted(this.#histories)) this.#sort();
    const { intervalMs, window, width } = this.#spec;
    return {
      intervalMs,
      window,
      width,
      minutesMs: this.#minutes.map(({ minuteMs }) => minuteMs),
      intervals: this.#intervals,
      ...this.#nameSeries(),
      values: this.#copyValues(),
      ...this.#copyLives(),
      ...this.#copyMinutes(),
    };
  }

  /** Look-back included. */
  get #intervals(): number {
    return this.minutes === 0 ? 0 : this.lastTick - this.firstTick + this.#spec.window;
  }

  #sort(): void {
    this.#histories.sort(byTarget);
    for (const [place, history] of this.#histories.entries()) history.place = place;
  }

  #nameSeries(): Pick<Block, 'targets' | 'columns'> {
    const targets: string[] = [];
    const columns: (string | null)[] = [];
    for (const { target } of this.#histories) {
      for (const column of this.#spec.columns) {
        targets.push(target);
        columns.push(column);
      }
    }
    return { targets, columns };
  }

  /** `[series, intervals, width]` */
  #copyValues(): Float64Array {
    const { window, columns, width } = this.#spec;
    const intervals = this.#intervals;
    const size = columns.length * intervals * width;
    const values = new Float64Array(this.#histories.length * size);
    const fromTick = this.firstTick - window + 1;
    let at = 0;
    for (const history of this.#histories) {
      if (columns.length === 1) history.copyRows(values, at, fromTick, intervals);
      else history.copyColumns(values, at, fromTick, intervals);
      at += size;
    }
    return values;
  }

  #copyLives(): Pick<Block, 'bornAt' | 'seenAt'> {
    const perTarget = this.#spec.columns.length;
    const { firstTick } = this;
    const bornAt = new Int32Array(this.#histories.length * perTarget);
    const seenAt = new Int32Array(this.#histories.length * perTarget);
    let series = 0;
    for (const history of this.#histories) {
      const born = history.bornBefore(firstTick);
      const seen = history.seenBefore(firstTick);
      for (const end = series + perTarget; series < end; series++) {
        bornAt[series] = born;
        seenAt[series] = seen;
      }
    }
    return { bornAt, seenAt };
  }

  #copyMinutes(): Pick<Block, 'present' | 'labels'> {
    const { minutes } = this;
    const perTarget = this.#spec.columns.length;
    const present = new Uint8Array(this.#histories.length * perTarget * minutes);
    let labels: LabelCodes | null = null;
    for (const [m, { histories, labels: given }] of this.#minutes.entries()) {
      if (given !== null) labels ??= new LabelCodes(present.length);
      for (let i = 0; i < histories.length; i++) {
        const first = histories[i]!.place * perTarget * minutes + m;
        const end = first + perTarget * minutes;
        for (let cell = first; cell < end; cell += minutes) present[cell] = 1;
        const label = given?.[i] ?? null;
        if (label !== null) labels?.set(label, first, end, minutes);
      }
    }
    return { present, labels };
  }
}

/** A minute of an open block. */
export class OpenMinute {
  readonly minuteMs: number;
  readonly tick: number;
  /** `[records]` */
  histories: TargetHistory[] = [];
  /** `[records]`; null: none of them has one. */
  labels: Label[] | null = null;

  constructor(minuteMs: number, tick: number) {
    this.minuteMs = minuteMs;
    this.tick = tick;
  }

  add(history: TargetHistory, label: Label): void {
    if (label !== null) this.labels ??= this.histories.map(() => null);
    this.labels?.push(label);
    // A list that begins with its first item takes less memory than one that grows to it.
    if (this.histories.length === 0) this.histories = [history];
    else this.histories.push(history);
  }
}

/** Numbers labels in the order in which they are first seen. */
class LabelCodes implements BlockLabels {
  readonly values: Label[] = [null];
  readonly codes: Uint32Array;
  readonly #known = new Map<Label, number>([[null, 0]]);

  constructor(cells: number) {
    this.codes = new Uint32Array(cells);
  }

  /** Sets the label of the cells `start`, `start + step`, … below `end`. */
  set(label: Label, start: number, end: number, step: number): void {
    const code = this.#codeOf(label);
    for (let cell = start; cell < end; cell += step) this.codes[cell] = code;
  }

  #codeOf(label: Label): number {
    let code = this.#known.get(label);
    if (code === undefined) {
      code = this.values.push(label) - 1;
      this.#known.set(label, code);
    }
    return code;
  }
}

function areSorted(histories: readonly TargetHistory[]): boolean {
  for (let i = 1; i < histories.length; i++) {
    if (!(histories[i - 1]!.target < histories[i]!.target)) return false;
  }
  return true;
}

function byTarget(a: TargetHistory, b: TargetHistory): number {
  return a.target < b.target ? -1 : a.target > b.target ? 1 : 0;
}
