/* What actors do with a block before they predict: which rows are items, and their windows. */
import {
  minuteOffset,
  minuteOffsets,
  ROW_STATUS,
  rowOffsetsOf,
  type Block,
  type UntriedRow,
} from './block.js';
import { isForgotten, isWarm } from './life.js';
import type { InputSpec, ItemError, MissingPolicy } from './types.js';
import { isComplete, UnknownCounts } from './unknown-counts.js';

/** What becomes of the rows of a block before the model sees any. */
export interface RowPlan {
  /** `[minutes + 1]`: minute m has the rows `[rowOffsets[m], rowOffsets[m + 1])`. */
  readonly rowOffsets: Uint32Array;
  /** `[rows]`: of `ROW_STATUS`; `ok` is an item, a row to be tried. */
  readonly statuses: Uint8Array;
  /** Why rows are not tried; warm-up needs no reason. */
  readonly errors: Map<number, ItemError>;
  readonly items: number;
  /** `[items]`, in order of series, then minute: index of the row, of its series and of its minute. */
  readonly itemRows: Uint32Array;
  readonly itemSeries: Uint32Array;
  readonly itemMinutes: Uint32Array;
  /** `[items]`: 1 if no value of the window is missing. */
  readonly isWhole: Uint8Array;
}

/**
 * Decides which rows are to be tried. Rules (all counted in intervals, gaps included):
 * - an interval without a record of the target counts as missing values;
 * - `hold` repeats the last known value inside the window, and before the first known value that one; it never looks
 *   further back, and a window without any value is an error row;
 * - a target warms up for `window` intervals, starting with its first record;
 * - a target is forgotten `window` intervals after its last record.
 *
 * @param untried each replaces a row that would be tried, and no other
 */
export function planRows(
  block: Block,
  input: Pick<InputSpec, 'columns' | 'missing'>,
  untried: readonly UntriedRow[],
): RowPlan {
  if (untried.length === 0 && isWholeMinute(block)) return planAll(block.targets.length);
  const planner = new RowPlanner(block, input, untried);
  for (let series = 0; series < block.targets.length; series++) planner.add(series);
  return planner.plan();
}

/** Whether the block is a single minute, all of whose rows are items with whole windows, as most minutes are. */
function isWholeMinute({ minutesMs, window, present, bornAt, seenAt, values }: Block): boolean {
  if (minutesMs.length > 1) return false;
  for (let series = 0; series < present.length; series++) {
    const isAlive = !isForgotten(0, seenAt[series]!, window);
    if (present[series] === 0 || !isAlive || !isWarm(0, bornAt[series]!, window)) return false;
  }
  return isComplete(values, 0, values.length);
}

/** The plan of such a minute; takes a fraction of the time. */
function planAll(rows: number): RowPlan {
  const index = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) index[row] = row;
  return {
    rowOffsets: Uint32Array.of(0, rows),
    statuses: new Uint8Array(rows), // ok
    errors: new Map(),
    items: rows,
    itemRows: index,
    itemSeries: index,
    itemMinutes: new Uint32Array(rows),
    isWhole: new Uint8Array(rows).fill(1),
  };
}

/**
 * Writes the window of a row, `[window, width]`, oldest interval first, with missing values replaced.
 *
 * @param at where in `out` it begins
 */
export function fillWindow(
  block: Block,
  series: number,
  minute: number,
  missing: MissingPolicy,
  out: Float64Array,
  at: number,
): void {
  const { window, width, intervals, values } = block;
  const from = (series * intervals + minuteOffset(block, minute)) * width;
  const size = window * width;
  let unknown = 0;
  for (let i = 0; i < size; i++) {
    const value = values[from + i]!;
    out[at + i] = value;
    if (Number.isNaN(value)) unknown++;
  }
  if (unknown === 0) return;
  for (let column = 0; column < width; column++) replaceMissing(out, at + column, width, at + size, missing);
}

/** Replaces the missing values among `start`, `start + step`, … below `end`. */
function replaceMissing(
  out: Float64Array,
  start: number,
  step: number,
  end: number,
  missing: MissingPolicy,
): void {
  const holds = missing === 'hold';
  let last = 0;
  if (holds) {
    let first = start;
    while (first < end && Number.isNaN(out[first])) first += step;
    if (first < end) last = out[first]!;
  }
  for (let i = start; i < end; i += step) {
    const value = out[i]!;
    if (Number.isNaN(value)) out[i] = last;
    else if (holds) last = value;
  }
}

/** Plans series after series. */
class RowPlanner {
  readonly #block: Block;
  readonly #input: Pick<InputSpec, 'columns' | 'missing'>;
  /** By series and minute. */
  readonly #untried: ReadonlyMap<number, UntriedRow>;
  /** `[minutes]`: intervals after the first one. */
  readonly #offsets: Int32Array;
  readonly #rowOffsets: Uint32Array;
  /** `[minutes]`: the row that the next series has in this minute. */
  readonly #nextRows: Uint32Array;
  readonly #statuses: Uint8Array;
  readonly #errors = new Map<number, ItemError>();
  readonly #itemRows: Uint32Array;
  readonly #itemSeries: Uint32Array;
  readonly #itemMinutes: Uint32Array;
  readonly #isWhole: Uint8Array;
  readonly #unknown: UnknownCounts;
  #items = 0;

  constructor(block: Block, input: Pick<InputSpec, 'columns' | 'missing'>, untried: readonly UntriedRow[]) {
    const minutes = block.minutesMs.length;
    this.#block = block;
    this.#input = input;
    this.#untried = new Map(untried.map((row) => [row.series * minutes + row.minute, row]));
    this.#offsets = minuteOffsets(block);
    this.#rowOffsets = rowOffsetsOf(block);
    this.#nextRows = this.#rowOffsets.slice(0, minutes);
    const rows = this.#rowOffsets[minutes]!;
    this.#statuses = new Uint8Array(rows);
    this.#itemRows = new Uint32Array(rows);
    this.#itemSeries = new Uint32Array(rows);
    this.#itemMinutes = new Uint32Array(rows);
    this.#isWhole = new Uint8Array(rows);
    this.#unknown = new UnknownCounts(block);
  }

  add(series: number): void {
    const { window, present, bornAt, seenAt } = this.#block;
    const minutes = this.#offsets.length;
    let born = bornAt[series]!;
    let seen = seenAt[series]!;
    this.#unknown.begin(series);
    for (let minute = 0; minute < minutes; minute++) {
      if (present[series * minutes + minute] === 0) continue;
      const at = this.#offsets[minute]!;
      if (isForgotten(at, seen, window)) born = at;
      seen = at;
      const row = this.#nextRows[minute]!++;
      if (isWarm(at, born, window)) this.#addWarm(series, minute, row);
      else this.#statuses[row] = ROW_STATUS.warmup;
    }
  }

  plan(): RowPlan {
    const items = this.#items;
    return {
      rowOffsets: this.#rowOffsets,
      statuses: this.#statuses,
      errors: this.#errors,
      items,
      itemRows: this.#itemRows.subarray(0, items),
      itemSeries: this.#itemSeries.subarray(0, items),
      itemMinutes: this.#itemMinutes.subarray(0, items),
      isWhole: this.#isWhole.subarray(0, items),
    };
  }

  #addWarm(series: number, minute: number, row: number): void {
    const isWhole = !this.#unknown.moveTo(this.#offsets[minute]!);
    const error = isWhole ? null : this.#problem(series);
    if (error !== null) {
      this.#setUntried(row, ROW_STATUS.missing, error);
      return;
    }
    if (this.#untried.size > 0) {
      const untried = this.#untried.get(series * this.#offsets.length + minute);
      if (untried !== undefined) {
        this.#setUntried(row, ROW_STATUS[untried.status], untried.error);
        return;
      }
    }
    const item = this.#items++;
    this.#itemRows[item] = row;
    this.#itemSeries[item] = series;
    this.#itemMinutes[item] = minute;
    this.#isWhole[item] = isWhole ? 1 : 0;
  }

  #setUntried(row: number, status: number, error: ItemError): void {
    this.#statuses[row] = status;
    this.#errors.set(row, error);
  }

  /** Why a window that lacks values is not tried; null: the missing ones are replaced. */
  #problem(series: number): ItemError | null {
    const { window } = this.#block;
    const { missing } = this.#input;
    if (missing === 'zero') return null;
    const { counts } = this.#unknown;
    const column = missing === 'reject' ? counts.findIndex((unknown) => unknown > 0) : counts.indexOf(window);
    if (column < 0) return null;
    const name = this.#nameOf(series, column);
    return missing === 'reject' ? missingValue(name, counts[column]!, window) : noValue(name, window);
  }

  #nameOf(series: number, column: number): string {
    const { columns } = this.#input;
    return this.#block.columns[series] ?? (columns === 'each' ? '' : (columns[column] ?? ''));
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
