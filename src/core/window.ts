import type { InputSpec, ItemBatch, ItemError, Label, MinuteBatch, MinuteRecord } from './types.js';

export interface WindowSpec extends InputSpec {
  readonly intervalMs: number;
  /** The recording's columns, in its order. */
  readonly recordingColumns: readonly string[];
}

/** A future result row: an item for the model, or why there is none. */
export interface PlannedRow {
  readonly target: string;
  readonly column: string | null;
  readonly label: Label;
  readonly state: 'item' | 'warmup' | ItemError;
}

/** The longest window, and the largest number of intervals in a setting. */
export const MOST_INTERVALS = 100_000;

/** How many intervals before a minute affect its windows and its warm-up; see WindowStore. */
export function lookBackIntervals(window: number): number {
  return 2 * window - 2;
}

export interface WindowedMinute {
  readonly minuteMs: number;
  /** By target, then by column. */
  readonly rows: readonly PlannedRow[];
  /** The windows of the rows in state `item`, in order. */
  readonly batch: ItemBatch;
}

interface TargetState {
  firstTick: number;
  lastTick: number;
  /** `[window, columns]`; the interval `tick` is at slot `tick mod window`. */
  readonly ring: Float64Array;
}

/**
 * Keeps the last `window` intervals of every target and cuts each minute into items.
 *
 * Rules (all counted in intervals, gaps included):
 * - an interval without a record of the target counts as missing values;
 * - `hold` repeats the last known value inside the window, and before the first known value that one; it never looks
 *   further back, and a window without any value is an error row;
 * - a target warms up for `window` intervals, starting with its first record;
 * - a target is forgotten `window` intervals after its last record.
 *
 * So a window depends on the last `window` intervals only, and its warm-up on the last `2 × window − 1`, because two
 * records less than `window` apart belong to the same period of a target.
 */
export class WindowStore {
  readonly #spec: WindowSpec;
  /** Indexes of the recording's columns that windows hold. */
  readonly #kept: readonly number[];
  /** The positions in `#kept` that form each item, with the item's column name. */
  readonly #items: readonly { readonly column: string | null; readonly positions: readonly number[] }[];
  readonly #states = new Map<string, TargetState>();
  #nextSweepTick = -Infinity;

  /** @throws RangeError if the recording does not have a named column */
  constructor(spec: WindowSpec) {
    this.#spec = spec;
    const names = spec.columns === 'each' ? spec.recordingColumns : spec.columns;
    const indexes = new Map(spec.recordingColumns.map((name, index) => [name, index]));
    this.#kept = names.map((name) => {
      const index = indexes.get(name);
      if (index === undefined) throw new RangeError(`column ${name} is not in the recording`);
      return index;
    });
    this.#items =
      spec.columns === 'each'
        ? names.map((column, position) => ({ column, positions: [position] }))
        : [{ column: null, positions: names.map((_, position) => position) }];
  }

  /** How many targets have windows. */
  get targets(): number {
    return this.#states.size;
  }

  /** Result rows per accepted record. */
  get rowsPerRecord(): number {
    return this.#items.length;
  }

  /** Adds a minute; minutes must come in order, each once. */
  push(minute: MinuteBatch): WindowedMinute {
    const { window, intervalMs } = this.#spec;
    const tick = Math.floor(minute.minuteMs / intervalMs);
    const width = this.#items[0]?.positions.length ?? 0;
    const size = window * width;
    const values = new Float64Array(minute.records.length * this.#items.length * size);
    const rows: PlannedRow[] = [];
    const targets: string[] = [];
    const columns: (string | null)[] = [];
    for (const record of minute.records) {
      const cells = record.bringsWindow ? this.#ownWindow(record) : this.#remember(record, tick);
      for (const item of this.#items) {
        const offset = targets.length * size;
        const state =
          cells === null
            ? 'warmup'
            : this.#fill(values.subarray(offset, offset + size), cells, item.positions, item.column);
        rows.push({ target: record.target, column: item.column, label: record.label, state });
        if (state !== 'item') continue;
        targets.push(record.target);
        columns.push(item.column);
      }
    }
    this.#sweep(tick);
    const used = values.subarray(0, targets.length * size);
    const batch = { minuteMs: minute.minuteMs, intervalMs, targets, columns, window, width, values: used };
    return { minuteMs: minute.minuteMs, rows, batch };
  }

  /** Writes the record to its target's ring; null while the target is in warm-up. */
  #remember(record: MinuteRecord, tick: number): Cells | null {
    const { window } = this.#spec;
    const columns = this.#kept.length;
    let state = this.#states.get(record.target);
    if (state === undefined || tick - state.lastTick >= window) {
      state = { firstTick: tick, lastTick: tick, ring: new Float64Array(window * columns).fill(NaN) };
      this.#states.set(record.target, state);
    }
    for (let missed = state.lastTick + 1; missed < tick; missed++) {
      const start = modulo(missed, window) * columns;
      state.ring.fill(NaN, start, start + columns);
    }
    const slot = modulo(tick, window) * columns;
    for (let position = 0; position < columns; position++) {
      state.ring[slot + position] = record.values[this.#kept[position] ?? -1] ?? NaN;
    }
    state.lastTick = tick;
    if (tick - state.firstTick + 1 < window) return null;
    return { values: state.ring, columns, oldest: modulo(tick + 1, window), indexes: null };
  }

  #ownWindow(record: MinuteRecord): Cells {
    const columns = this.#spec.recordingColumns.length;
    return { values: record.values, columns, oldest: 0, indexes: this.#kept };
  }

  /** Writes one item's window, `[window, positions]`, oldest first, with missing values replaced. */
  #fill(
    out: Float64Array,
    cells: Cells,
    positions: readonly number[],
    column: string | null,
  ): 'item' | ItemError {
    const { window, missing } = this.#spec;
    const width = positions.length;
    for (let p = 0; p < width; p++) {
      const position = positions[p] ?? 0;
      const index = cells.indexes === null ? position : (cells.indexes[position] ?? 0);
      let unknown = 0;
      for (let k = 0; k < window; k++) {
        const slot = cells.oldest + k < window ? cells.oldest + k : cells.oldest + k - window;
        const value = cells.values[slot * cells.columns + index] ?? NaN;
        out[k * width + p] = value;
        if (Number.isNaN(value)) unknown++;
      }
      if (unknown === 0) continue;
      const name = column ?? this.#spec.recordingColumns[this.#kept[position] ?? 0] ?? '';
      if (missing === 'reject') return missingValue(name, unknown, window);
      if (missing === 'hold' && unknown === window) return noValue(name, window);
      resolveMissing(out, p, width, missing);
    }
    return 'item';
  }

  /** Drops forgotten targets; doing so once per window length bounds memory. */
  #sweep(tick: number): void {
    if (tick < this.#nextSweepTick) return;
    const { window } = this.#spec;
    this.#nextSweepTick = tick + window;
    for (const [target, state] of this.#states) {
      if (tick - state.lastTick >= window) this.#states.delete(target);
    }
  }
}

/** A window's values in memory: a ring, or the matrix of a record. */
interface Cells {
  readonly values: Float64Array;
  /** Values per interval in `values`. */
  readonly columns: number;
  /** Slot of the oldest interval. */
  readonly oldest: number;
  /** Positions of the kept columns within an interval; null if `values` holds only those. */
  readonly indexes: readonly number[] | null;
}

function resolveMissing(out: Float64Array, start: number, width: number, missing: 'hold' | 'zero'): void {
  let last = 0;
  if (missing === 'hold') {
    for (let i = start; i < out.length; i += width) {
      const value = out[i] ?? NaN;
      if (!Number.isNaN(value)) {
        last = value;
        break;
      }
    }
  }
  for (let i = start; i < out.length; i += width) {
    const value = out[i] ?? NaN;
    if (Number.isNaN(value)) out[i] = last;
    else if (missing === 'hold') last = value;
  }
}

function missingValue(column: string, unknown: number, window: number): ItemError {
  return {
    errno: 'missing_value',
    errmsg: `${unknown} of the last ${window} intervals have no value of ${column}`,
  };
}

function noValue(column: string, window: number): ItemError {
  return { errno: 'no_value', errmsg: `none of the last ${window} intervals has a value of ${column}` };
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
