import type { ResultRow } from '../../../core/types.js';
import { DoublingBuckets } from './doubling-buckets.js';

/** Consecutive minutes of one target. */
export interface TargetBucket {
  /** First and last minute, epoch ms. */
  firstMs: number;
  lastMs: number;
  /** `[columns]`; Infinity and −Infinity where no value was there. */
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
  add(minuteMs: number, values: Float64Array, rows: readonly ResultRow[], isLabelled: boolean): void {
    const bucket = this.#buckets.next();
    if (Number.isNaN(bucket.firstMs)) bucket.firstMs = minuteMs;
    bucket.lastMs = minuteMs;
    addValues(bucket, values);
    let score = -Infinity;
    let isFlagged = false;
    for (const [i, row] of rows.entries()) {
      if (row.anomaly === true) isFlagged = true;
      if (row.score === null) continue;
      score = Math.max(score, row.score);
      if (i < this.columnScores.length) {
        this.columnScores[i] = Math.max(this.columnScores[i]!, row.score);
      }
    }
    bucket.score = Math.max(bucket.score, score);
    this.maxScore = Math.max(this.maxScore, score);
    if (isFlagged) {
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
