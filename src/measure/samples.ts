import { type Distribution, sortSamples, describe } from '../core/statistics.js';

/**
 * Samples of a run of unknown length in bounded memory: up to `capacity` all of them, beyond that every second, fourth,
 * eighth … one, evenly over the run. The maximum is always exact.
 */
export class SampleStore {
  readonly #capacity: number;
  #kept: Float64Array = new Float64Array(256);
  #length = 0;
  #stride = 1;
  #seen = 0;
  #max = -Infinity;

  constructor(capacity = 65_536) {
    this.#capacity = capacity;
  }

  add(value: number): void {
    if (value > this.#max) this.#max = value;
    if (this.#seen++ % this.#stride !== 0) return;
    if (this.#length === this.#capacity) {
      this.#thin();
      if ((this.#seen - 1) % this.#stride !== 0) return;
    }
    if (this.#length === this.#kept.length) {
      const grown = new Float64Array(Math.min(this.#length * 2, this.#capacity));
      grown.set(this.#kept);
      this.#kept = grown;
    }
    this.#kept[this.#length++] = value;
  }

  /** How many samples were added. */
  get seen(): number {
    return this.#seen;
  }

  /** The largest sample ever added; `-Infinity` before the first. */
  get max(): number {
    return this.#max;
  }

  /** The kept samples, in order. */
  values(): Float64Array {
    return this.#kept.slice(0, this.#length);
  }

  #thin(): void {
    for (let i = 0; 2 * i < this.#length; i++) this.#kept[i] = this.#kept[2 * i] ?? NaN;
    this.#length = Math.ceil(this.#length / 2);
    this.#stride *= 2;
  }
}

/** The distribution of the samples; its maximum is exact even if samples were dropped. */
export function distribution(store: SampleStore): Distribution {
  return { ...describe(sortSamples(store.values())), max: store.max };
}
