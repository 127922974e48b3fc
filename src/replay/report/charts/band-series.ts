import { median } from '../../../core/statistics.js';
import { DoublingBuckets } from './doubling-buckets.js';

/** The samples of a bucket, summed up. */
export interface Band {
  /** Minute of the first sample and of the last one, epoch ms. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly count: number;
  readonly min: number;
  /** Exact up to 32 samples in a bucket, beyond that the median of 32 of them, evenly chosen. */
  readonly median: number;
  readonly max: number;
}

interface MutableBand {
  firstMs: number;
  lastMs: number;
  count: number;
  min: number;
  max: number;
  kept: number[];
}

const MAX_KEPT = 32;

/** A figure of every minute over a whole run, as a band of bounded length. */
export class BandSeries {
  readonly #buckets: DoublingBuckets<MutableBand>;
  #samples = 0;

  constructor(capacity: number) {
    this.#buckets = new DoublingBuckets(capacity, emptyBand, mergeBands);
  }

  add(minuteMs: number, value: number): void {
    this.#samples++;
    const bucket = this.#buckets.next();
    if (bucket.count === 0) bucket.firstMs = minuteMs;
    bucket.lastMs = minuteMs;
    const stride = Math.max(1, this.#buckets.width / MAX_KEPT);
    if (bucket.count % stride === 0) bucket.kept.push(value);
    bucket.count++;
    bucket.min = Math.min(bucket.min, value);
    bucket.max = Math.max(bucket.max, value);
  }

  /** Samples added. */
  get samples(): number {
    return this.#samples;
  }

  bands(): Band[] {
    return this.#buckets.all.map(({ kept, ...band }) => ({
      ...band,
      median: median(kept),
    }));
  }
}

function emptyBand(): MutableBand {
  return { firstMs: NaN, lastMs: NaN, count: 0, min: Infinity, max: -Infinity, kept: [] };
}

function mergeBands(earlier: MutableBand, later: MutableBand): void {
  earlier.lastMs = later.lastMs;
  earlier.count += later.count;
  earlier.min = Math.min(earlier.min, later.min);
  earlier.max = Math.max(earlier.max, later.max);
  const kept = [...earlier.kept, ...later.kept];
  earlier.kept = kept.length > MAX_KEPT ? kept.filter((_, i) => i % 2 === 0) : kept;
}
