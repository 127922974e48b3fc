/** The values of a window that slides along a series, in ascending order; none is NaN. */
export class SortedWindow {
  /** How many of them are −0. Sorted, they count as 0. */
  negativeZeros = 0;
  readonly #sorted: Float64Array;
  /** How many of the lesser half of all distances from the median belong to values below it. */
  #buildancesBelow: number;

  /** @param size values in a window, ≥ 1 */
  constructor(size: number) {
    this.#sorted = new Float64Array(size);
    this.#buildancesBelow = size >> 2;
  }

  /** Starts over with the values at `first`, `first + stride`, … */
  fill(values: Float64Array, first: number, stride: number): void {
    const sorted = this.#sorted;
    this.negativeZeros = 0;
    for (let k = 0, i = first; k < sorted.length; k++, i += stride) {
      const value = values[i]!;
      if (Object.is(value, -0)) this.negativeZeros++;
      sorted[k] = value + 0;
    }
    sorted.sort();
  }

  /** Replaces a value that the window holds. */
  replace(oldest: number, newest: number): void {
    const sorted = this.#sorted;
    if (Object.is(oldest, -0)) this.negativeZeros--;
    if (Object.is(newest, -0)) this.negativeZeros++;
    let i = this.#placeOf(oldest);
    while (i + 1 < sorted.length && sorted[i + 1]! < newest) {
      sorted[i] = sorted[i + 1]!;
      i++;
    }
    while (i > 0 && sorted[i - 1]! > newest) {
      sorted[i] = sorted[i - 1]!;
      i--;
    }
    sorted[i] = newest + 0;
  }

  /** The median; for an even count, the mean of the middle two. */
  median(): number {
    const sorted = this.#sorted;
    const middle = sorted.length >> 1;
    const upper = sorted[middle]!;
    return sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2;
  }

  /**
   * The median of the distances from the median. From the middle, distances ascend both ways, so they are two sorted
   * lists; the lesser half of all distances is looked for from where it was in the window before.
   */
  mad(median: number): number {
    const sorted = this.#sorted;
    const half = sorted.length >> 1;
    // `below` values before the middle, and `half − below` from it on, have the `half` least distances.
    let below = Math.min(this.#buildancesBelow, half);
    const distanceBelow = (rank: number): number => median - sorted[half - 1 - rank]!;
    const distanceAbove = (rank: number): number => sorted[half + rank]! - median;
    while (below < half && distanceBelow(below) < distanceAbove(half - below - 1)) below++;
    while (below > 0 && distanceBelow(below - 1) > distanceAbove(half - below)) below--;
    this.#buildancesBelow = below;
    const above = half - below;
    const nextBelow = below < half ? distanceBelow(below) : Infinity;
    const nextAbove = half + above < sorted.length ? distanceAbove(above) : Infinity;
    const upper = Math.min(nextBelow, nextAbove);
    if (sorted.length % 2 === 1) return upper;
    const lastBelow = below > 0 ? distanceBelow(below - 1) : 0;
    const lastAbove = above > 0 ? distanceAbove(above - 1) : 0;
    return (Math.max(lastBelow, lastAbove) + upper) / 2;
  }

  /** Index of the first value that is not less. */
  #placeOf(value: number): number {
    const sorted = this.#sorted;
    let start = 0;
    let end = sorted.length;
    while (start < end) {
      const middle = (start + end) >> 1;
      if (sorted[middle]! < value) start = middle + 1;
      else end = middle;
    }
    return start;
  }
}
