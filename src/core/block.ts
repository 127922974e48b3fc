/* The unit of dispatch: consecutive minutes, each series with the look-back that its windows need. */
import { intervalsBetween } from './grid.js';
import { isForgotten } from './life.js';
import type { MetricsForm } from './metric-files.js';
import type { ItemRange } from './partition.js';
import type { CallStyle, ItemError, Label } from './types.js';

/** The form of result lines. */
export interface LineForm {
  readonly format: 'jsonl' | 'csv';
  /** Only rows flagged as anomalies. */
  readonly anomaliesOnly: boolean;
  /** All output numbers instead of the first 8. */
  readonly fullOutput: boolean;
  /** The form of the metrics to return as well; undefined: none. */
  readonly metrics?: MetricsForm;
}

/** How a block is to be answered. */
export interface BlockRequest {
  readonly style: CallStyle;
  /** The form of the result lines to return; null: none. */
  readonly lines: LineForm | null;
  /** Whether to return the model's outputs as numbers as well. */
  readonly outputs: boolean;
}

/**
 * Consecutive minutes of some series. A series is one target, or one column of a target; its values are held once,
 * with the `window − 1` intervals before the first minute, however many windows overlap on them.
 *
 * A block is self-contained: its rows, their windows and their answers depend on nothing else. A row is a series in a
 * minute in which its target has a record; rows are in the order of the minutes, then of the series.
 */
export interface Block {
  /** Length of an interval, ms. */
  readonly intervalMs: number;
  /** Intervals of a window, ≥ 1. */
  readonly window: number;
  /** Columns of one series: 1 for univariate. */
  readonly width: number;
  /** `[minutes]`: where they start, epoch ms, ascending; at least one. */
  readonly minutesMs: readonly number[];
  /**
   * Intervals that `values` holds of each series, ≥ `window`. The first minute is interval `window − 1`; a later one
   * is as many intervals after it as it is later.
   */
  readonly intervals: number;
  /** `[series]`: in code-unit order; the columns of a target are adjacent, in the recording's order. */
  readonly targets: readonly string[];
  /** `[series]`; null for a multivariate series. */
  readonly columns: readonly (string | null)[];
  /** `[series, intervals, width]`, row-major, oldest interval first, raw units; NaN where missing. */
  readonly values: Float64Array;
  /** `[series, minutes]`: 1 where the target has a record, else 0. */
  readonly present: Uint8Array;
  /**
   * `[series]`: the target's life before the first minute. `bornAt` is its first record, `seenAt` its last one, in
   * intervals relative to the first minute: −1 is the interval before it. Both are `−window` where there is no life,
   * or where the exact number makes no difference: `bornAt` is never less.
   */
  readonly bornAt: Int32Array;
  readonly seenAt: Int32Array;
  /** Null: there are none. */
  readonly labels: BlockLabels | null;
}

export interface BlockLabels {
  /** The different labels; the first is null. */
  readonly values: readonly Label[];
  /** `[series, minutes]`: index into `values`. */
  readonly codes: Uint32Array;
}

/** A row that is not to be tried, and the error that it gets instead. */
export interface UntriedRow {
  /** Index of its series. */
  readonly series: number;
  /** Index of its minute. */
  readonly minute: number;
  /** How the row counts. */
  readonly status: 'error' | 'lost' | 'quarantined';
  readonly error: ItemError;
}

/**
 * What became of a row, as `Answers.statuses` holds it. `error`: it was tried and failed; `missing`: its window lacks
 * values, so it was not tried; `lost`: it crashes actors. Results call the last four of them `error`.
 */
export const ROW_STATUS = { ok: 0, warmup: 1, error: 2, missing: 3, lost: 4, quarantined: 5 } as const;
export type RowStatus = keyof typeof ROW_STATUS;

/** The answers to a block, row by row. */
export interface Answers {
  /** `[minutes + 1]`: minute m has the rows `[rowOffsets[m], rowOffsets[m + 1])`. */
  readonly rowOffsets: Uint32Array;
  /** `[rows]`: of `ROW_STATUS`. */
  readonly statuses: Uint8Array;
  /** `[rows]`; NaN: no score. */
  readonly scores: Float32Array;
  /** `[rows]`: 1 anomaly, 0 none, `NO_VERDICT` without a threshold or an answer. */
  readonly anomalies: Uint8Array;
  /** Null: not requested. */
  readonly lines: MinuteLines | null;
  /** The lines of each file of metrics, in their order; undefined: not requested. */
  readonly metrics?: readonly MinuteLines[];
  /** Null: not requested. */
  readonly outputs: RowOutputs | null;
  /** Undefined: no row has an error. */
  readonly errors?: RowErrors;
}

/** Which rows have an error, and which. */
export interface RowErrors {
  /** `[errors]`: the rows, ascending. */
  readonly rows: Uint32Array;
  /** `[errors]`: index into `kinds`. */
  readonly codes: Uint32Array;
  /** One per `errno`, with the `errmsg` of its first row. */
  readonly kinds: readonly ItemError[];
}

/** In `Answers.anomalies`: there is no verdict. */
export const NO_VERDICT = 2;

/** Lines in UTF-8. */
export interface MinuteLines {
  readonly bytes: Uint8Array;
  /** `[minutes + 1]`: minute m has the bytes `[offsets[m], offsets[m + 1])`. */
  readonly offsets: Uint32Array;
}

/** The model's numbers, row after row; none for a row that is not `ok`. */
export interface RowOutputs {
  readonly values: Float32Array;
  /** `[rows + 1]`: row r has the values `[offsets[r], offsets[r + 1])`. */
  readonly offsets: Uint32Array;
}

/** The part of a minute's rows that counters, labels and charts need. */
export type MinuteRows = Pick<Answers, 'statuses' | 'scores' | 'anomalies'>;

/** The rows of one minute, as views. */
export function minuteRows({ rowOffsets, statuses, scores, anomalies }: Answers, minute: number): MinuteRows {
  const [start, end] = [rowOffsets[minute]!, rowOffsets[minute + 1]!];
  return {
    statuses: statuses.subarray(start, end),
    scores: scores.subarray(start, end),
    anomalies: anomalies.subarray(start, end),
  };
}

/** Some consecutive series of a block, as views. */
export function cutSeries(block: Block, { start, end }: ItemRange): Block {
  const minutes = block.minutesMs.length;
  const size = block.intervals * block.width;
  return {
    ...block,
    targets: block.targets.slice(start, end),
    columns: block.columns.slice(start, end),
    values: block.values.subarray(start * size, end * size),
    present: block.present.subarray(start * minutes, end * minutes),
    bornAt: block.bornAt.subarray(start, end),
    seenAt: block.seenAt.subarray(start, end),
    labels: block.labels && {
      ...block.labels,
      codes: block.labels.codes.subarray(start * minutes, end * minutes),
    },
  };
}

/**
 * Some consecutive minutes of a block, at least one: a block that stands alone, with copies of whatever it needs.
 *
 * @throws RangeError if the range is empty
 */
export function cutMinutes(block: Block, { start, end }: ItemRange): Block {
  if (end <= start) throw new RangeError('a block has at least one minute');
  const { window, width, targets, labels } = block;
  const minutes = block.minutesMs.length;
  const offsets = minuteOffsets(block);
  const from = offsets[start]!;
  const until = offsets[end - 1]! + window;
  const series = targets.length;
  return {
    ...block,
    minutesMs: block.minutesMs.slice(start, end),
    intervals: until - from,
    values: cutRows(block.values, series, block.intervals * width, from * width, until * width),
    present: cutRows(block.present, series, minutes, start, end),
    ...livesBefore(block, start, offsets),
    labels: labels && { ...labels, codes: cutRows(labels.codes, series, minutes, start, end) },
  };
}

/** Columns `[start, end)` of a matrix with rows of `size`, as a copy. */
function cutRows<T extends Float64Array | Uint8Array | Uint32Array>(
  values: T,
  rows: number,
  size: number,
  start: number,
  end: number,
): T {
  const cut = new (values.constructor as new (length: number) => T)(rows * (end - start));
  for (let row = 0; row < rows; row++) {
    cut.set(values.subarray(row * size + start, row * size + end), row * (end - start));
  }
  return cut;
}

/** `bornAt` and `seenAt` of a block that starts with this minute. */
function livesBefore(block: Block, minute: number, offsets: Int32Array): Pick<Block, 'bornAt' | 'seenAt'> {
  const { window, present } = block;
  const bornAt = block.bornAt.slice();
  const seenAt = block.seenAt.slice();
  const minutes = offsets.length;
  const first = offsets[minute]!;
  for (let series = 0; series < bornAt.length; series++) {
    let born = bornAt[series]!;
    let seen = seenAt[series]!;
    for (let m = 0; m < minute; m++) {
      if (present[series * minutes + m] === 0) continue;
      if (isForgotten(offsets[m]!, seen, window)) born = offsets[m]!;
      seen = offsets[m]!;
    }
    const isAlive = !isForgotten(first, seen, window);
    bornAt[series] = isAlive ? Math.max(born - first, -window) : -window;
    seenAt[series] = isAlive ? seen - first : -window;
  }
  return { bornAt, seenAt };
}

/** `[minutes]`: how many intervals each minute is after the first one; the windows of its rows start there. */
export function minuteOffsets(block: Pick<Block, 'minutesMs' | 'intervalMs'>): Int32Array {
  return Int32Array.from(block.minutesMs, (_, minute) => minuteOffset(block, minute));
}

/** How many intervals a minute is after the first one. */
export function minuteOffset(
  { minutesMs, intervalMs }: Pick<Block, 'minutesMs' | 'intervalMs'>,
  minute: number,
): number {
  return intervalsBetween(minutesMs[0]!, minutesMs[minute]!, intervalMs);
}

/** How many rows a block has. */
export function rowsIn({ present }: Block): number {
  let rows = 0;
  for (let i = 0; i < present.length; i++) rows += present[i]!;
  return rows;
}

/** `[minutes + 1]`: minute m has the rows `[offsets[m], offsets[m + 1])`. */
export function rowOffsetsOf({ present, targets, minutesMs }: Block): Uint32Array {
  const minutes = minutesMs.length;
  const offsets = new Uint32Array(minutes + 1);
  for (let series = 0, i = 0; series < targets.length; series++) {
    for (let minute = 1; minute <= minutes; minute++, i++) offsets[minute]! += present[i]!;
  }
  for (let minute = 1; minute <= minutes; minute++) offsets[minute]! += offsets[minute - 1]!;
  return offsets;
}
