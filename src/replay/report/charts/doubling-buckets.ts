/**
 * Buckets of consecutive samples, for a run of unknown length in bounded memory: each holds one sample until
 * there are `capacity` of them; then neighbours are merged, and each holds two, four, eight … samples.
 */
export class DoublingBuckets<Bucket> {
  readonly #capacity: number;
  readonly #empty: () => Bucket;
  readonly #merge: (earlier: Bucket, later: Bucket) => void;
  #buckets: Bucket[] = [];
  #width = 1;
  #inLast = 0;

  /**
   * @param capacity even; there are at least half as many buckets once a run is long enough
   * @param merge adds the later bucket to the earlier one
   */
  constructor(capacity: number, empty: () => Bucket, merge: (earlier: Bucket, later: Bucket) => void) {
    if (capacity < 2 || capacity % 2 !== 0) throw new RangeError(`${capacity} buckets can't be paired`);
    this.#capacity = capacity;
    this.#empty = empty;
    this.#merge = merge;
  }

  /** The bucket for one more sample. */
  next(): Bucket {
    const last = this.#buckets[this.#buckets.length - 1];
    if (last !== undefined && this.#inLast < this.#width) {
      this.#inLast++;
      return last;
    }
    if (this.#buckets.length === this.#capacity) this.#pair();
    const bucket = this.#empty();
    this.#buckets.push(bucket);
    this.#inLast = 1;
    return bucket;
  }

  /** Samples of a full bucket; only the last one may have fewer. */
  get width(): number {
    return this.#width;
  }

  /** In the order of their samples. */
  get all(): readonly Bucket[] {
    return this.#buckets;
  }

  #pair(): void {
    this.#buckets = this.#buckets.filter((bucket, i, buckets) => {
      if (i % 2 === 0) this.#merge(bucket, buckets[i + 1]!);
      return i % 2 === 0;
    });
    this.#width *= 2;
  }
}
