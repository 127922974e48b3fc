import type { Block } from './block.js';

/** Counts the missing values of each column in a window that slides along a series. */
export class UnknownCounts {
  /** `[width]`. */
  readonly counts: Uint32Array;
  readonly #block: Block;
  /** Index of the series' first value. */
  #start = 0;
  /** First interval of the window. */
  #from = 0;
  /** Checked once for all series, which takes a third of the time. */
  readonly #isBlockComplete: boolean;
  #isComplete = true;
  #total = 0;

  constructor(block: Block) {
    this.counts = new Uint32Array(block.width);
    this.#block = block;
    this.#isBlockComplete = isComplete(block.values, 0, block.values.length);
  }

  /** Starts with the first window of a series. */
  begin(series: number): void {
    const { values, intervals, width, window } = this.#block;
    this.#start = series * intervals * width;
    this.#from = 0;
    this.#total = 0;
    this.#isComplete =
      this.#isBlockComplete || isComplete(values, this.#start, this.#start + intervals * width);
    if (this.#isComplete) return;
    this.counts.fill(0);
    this.#count(0, window, 1);
  }

  /** Moves the window forward to start at this interval; returns whether it lacks any value. */
  moveTo(from: number): boolean {
    if (this.#isComplete) return false;
    const { window } = this.#block;
    const overlapFrom = Math.max(from, this.#from + window);
    this.#count(this.#from, Math.min(from, this.#from + window), -1);
    this.#count(overlapFrom, from + window, 1);
    this.#from = from;
    return this.#total > 0;
  }

  /** Adds the missing values of the intervals `[from, until)` to the counts, or takes them away. */
  #count(from: number, until: number, sign: 1 | -1): void {
    const { values, width } = this.#block;
    for (let interval = from; interval < until; interval++) {
      const at = this.#start + interval * width;
      for (let column = 0; column < width; column++) {
        if (!Number.isNaN(values[at + column])) continue;
        this.counts[column]! += sign;
        this.#total += sign;
      }
    }
  }
}

/** NaN stays NaN in a sum. So might infinities; where it is not true, values may be missing. */
export function isComplete(values: Float64Array, start: number, end: number): boolean {
  // Independent sums, so that additions do not wait for each other.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = start;
  for (; i + 3 < end; i += 4) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
  }
  for (; i < end; i++) a += values[i]!;
  return !Number.isNaN(a + b + c + d);
}
