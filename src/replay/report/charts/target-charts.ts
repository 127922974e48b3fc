import type { MinuteRows } from '../../../core/block.js';
import type { Label, MinuteBatch, MinuteRecord } from '../../../core/types.js';
import { DoublingBuckets } from './doubling-buckets.js';

/** Columns of a record that can be drawn. */
const MAX_COLUMNS = 32;
/** Columns whose values are kept, over all targets. */
const MAX_SERIES = 384;
/** Targets shown, and the fewest that are kept to choose from. */
const SHOWN_TARGETS = 12;
const MAX_TARGETS = 48;

/** One target's series, and which of its columns is the one to draw. */
export interface ChosenTarget {
  readonly series: TargetSeries;
  /** Index into the recording's columns. */
  readonly column: number;
}

export interface TargetChartsOptions {
  /** The recording's. */
  readonly columns: readonly string[];
  /** The model's: each column an item, or the columns of its one item. */
  readonly modelColumns: 'each' | readonly string[];
}

/**
 * Series of a labelled recording's targets. Nothing is kept before the first label. Of many targets, the first ones
 * are kept, until one with a label or a flag replaces one without.
 */
export class TargetCharts {
  readonly #options: TargetChartsOptions;
  readonly #keptColumns: number;
  readonly #places: number;
  readonly #series = new Map<string, TargetSeries>();
  #hasLabels = false;
  #allSeen = 0;

  constructor(options: TargetChartsOptions) {
    this.#options = options;
    this.#keptColumns = Math.min(options.columns.length, MAX_COLUMNS);
    const places = Math.floor(MAX_SERIES / Math.max(1, this.#keptColumns));
    this.#places = Math.min(MAX_TARGETS, Math.max(SHOWN_TARGETS, places));
  }

  /** @param rows the minute's, equally many for each record, in the records' order */
  add({ records }: MinuteBatch, rows: MinuteRows): void {
    this.#hasLabels ||= records.some(({ label }) => label !== null);
    if (!this.#hasLabels) return;
    this.#allSeen = Math.max(this.#allSeen, records.length);
    const perRecord = rows.scores.length / records.length;
    for (const [i, record] of records.entries()) {
      const [start, end] = [i * perRecord, (i + 1) * perRecord];
      const series = this.#series.get(record.target) ?? this.#open(record, rows, start, end);
      if (series === null) continue;
      const own = {
        scores: rows.scores.subarray(start, end),
        anomalies: rows.anomalies.subarray(start, end),
      };
      series.add(record.minuteMs, this.#minuteValues(record), own, saysAnomaly(record.label));
    }
  }

  /** The most interesting targets: labelled and flagged ones first, then by their largest score. */
  chosen(): ChosenTarget[] {
    const weight = ({ labelled, flagged }: TargetSeries): number =>
      (labelled > 0 ? 2 : 0) + (flagged > 0 ? 1 : 0);
    return [...this.#series.values()]
      .sort((a, b) => weight(b) - weight(a) || b.maxScore - a.maxScore || (a.target < b.target ? -1 : 1))
      .slice(0, SHOWN_TARGETS)
      .map((series) => ({ series, column: this.#columnOf(series) }));
  }

  /** The most targets that a minute had, from the first label on. */
  get targets(): number {
    return this.#allSeen;
  }

  /** @param start of the record's rows `[start, end)` */
  #open(record: MinuteRecord, { anomalies }: MinuteRows, start: number, end: number): TargetSeries | null {
    if (this.#series.size >= this.#places) {
      const isOfInterest = saysAnomaly(record.label) || anomalies.subarray(start, end).includes(1);
      const dull = isOfInterest
        ? [...this.#series.values()].find(({ labelled, flagged }) => labelled + flagged === 0)
        : undefined;
      if (dull === undefined) return null;
      this.#series.delete(dull.target);
    }
    const series = new TargetSeries(record.target, this.#keptColumns);
    this.#series.set(record.target, series);
    return series;
  }

  /** Of a record that brings its window, the newest row is the minute's. */
  #minuteValues({ values, bringsWindow }: MinuteRecord): Float64Array {
    return bringsWindow ? values.subarray(values.length - this.#options.columns.length) : values;
  }

  /** Under `each` the column with the largest score; otherwise the first that the model sees. */
  #columnOf({ columnScores }: TargetSeries): number {
    const { columns, modelColumns } = this.#options;
    if (modelColumns === 'each') return columnScores.indexOf(Math.max(...columnScores));
    const first = columns.indexOf(modelColumns[0] ?? '');
    return first >= 0 && first < this.#keptColumns ? first : 0;
  }
}

/** As precision and recall count it. */
function saysAnomaly(label: Label): boolean {
  return label === 1;
}

/** Consecutive minutes of one target. */
export interface TargetBucket {
  /** First and last minute, epoch ms. */
  firstMs: number;
  lastMs: number;
  /** `[columns]`; Infinity and −Infinity where there is no value. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Largest score of its records; −Infinity without one. */
  score: number;
  /** Records with a flagged item. */
  flagged: number;
  /** Records with a label that says anomaly. */
  labelled: number;
}

const CAPACITY = 400;

/** One target's values, scores, flags and labels over a run, in bounded memory. */
export class TargetSeries {
  readonly target: string;
  readonly #buckets: DoublingBuckets<TargetBucket>;
  /** `[columns]`: largest score of each column's items, −Infinity without one. */
  readonly columnScores: Float64Array;
  flagged = 0;
  labelled = 0;
  maxScore = -Infinity;

  /** @param columns how many of the record's columns to keep, the first ones */
  constructor(target: string, columns: number) {
    this.target = target;
    this.columnScores = new Float64Array(columns).fill(-Infinity);
    this.#buckets = new DoublingBuckets(CAPACITY, () => emptyBucket(columns), mergeBuckets);
  }

  get buckets(): readonly TargetBucket[] {
    return this.#buckets.all;
  }

  /** Minutes of a full bucket. */
  get minutesPerBucket(): number {
    return this.#buckets.width;
  }

  /**
   * @param values the minute's, by column
   * @param rows the record's, one for each item
   */
  add(
    minuteMs: number,
    values: Float64Array,
    { scores, anomalies }: Pick<MinuteRows, 'scores' | 'anomalies'>,
    isLabelled: boolean,
  ): void {
    const bucket = this.#buckets.next();
    if (Number.isNaN(bucket.firstMs)) bucket.firstMs = minuteMs;
    bucket.lastMs = minuteMs;
    addValues(bucket, values);
    let largest = -Infinity;
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i]!;
      if (Number.isNaN(score)) continue;
      largest = Math.max(largest, score);
      if (i < this.columnScores.length) this.columnScores[i] = Math.max(this.columnScores[i]!, score);
    }
    bucket.score = Math.max(bucket.score, largest);
    this.maxScore = Math.max(this.maxScore, largest);
    if (anomalies.includes(1)) {
      bucket.flagged++;
      this.flagged++;
    }
    if (isLabelled) {
      bucket.labelled++;
      this.labelled++;
    }
  }
}

/** A missing value is NaN, which is neither below nor above anything. */
function addValues(bucket: TargetBucket, values: Float64Array): void {
  for (let column = 0; column < bucket.low.length; column++) {
    const value = values[column] ?? NaN;
    if (value < bucket.low[column]!) bucket.low[column] = value;
    if (value > bucket.high[column]!) bucket.high[column] = value;
  }
}

function emptyBucket(columns: number): TargetBucket {
  return {
    firstMs: NaN,
    lastMs: NaN,
    low: new Float64Array(columns).fill(Infinity),
    high: new Float64Array(columns).fill(-Infinity),
    score: -Infinity,
    flagged: 0,
    labelled: 0,
  };
}

function mergeBuckets(earlier: TargetBucket, later: TargetBucket): void {
  earlier.lastMs = later.lastMs;
  for (let column = 0; column < earlier.low.length; column++) {
    earlier.low[column] = Math.min(earlier.low[column]!, later.low[column]!);
    earlier.high[column] = Math.max(earlier.high[column]!, later.high[column]!);
  }
  earlier.score = Math.max(earlier.score, later.score);
  earlier.flagged += later.flagged;
  earlier.labelled += later.labelled;
}
