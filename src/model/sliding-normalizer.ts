import type { FixedSpec } from './manifest.js';
import {
  createRobustScaling,
  createWindowNormalizer,
  type ItemShape,
  type NormalizeWindow,
  type RobustScaling,
  type Spec,
} from './normalize.js';
import { SortedWindow } from './sorted-window.js';

/**
 * Normalizes windows of one series after another, each to the bits of `createNormalizer` on that window, but
 * consecutive ones cheaper.
 */
export interface SlidingNormalizer {
  /** Turns to a series: `values` is `[intervals, width]` in raw units, and must not change while it is in use. */
  begin(values: Float64Array): void;
  /**
   * Normalizes the window that starts at interval `from`, none of whose values is NaN, and writes it to `out`, starting
   * at `at`. Returns false where `createNormalizer` does.
   */
  normalize(from: number, out: Float32Array, at: number): boolean;
}

/** @throws RangeError if the parameters do not have one value per column */
export function createSlidingNormalizer(spec: FixedSpec, shape: ItemShape, basis: number): SlidingNormalizer {
  const normalize = createWindowNormalizer(spec, shape, basis);
  return spec.kind === 'window-robust'
    ? new SlidingRobust(spec, shape, basis, normalize)
    : new WindowByWindow(shape, normalize);
}

/** For kinds whose results depend on the order of all values in a window, or on no other value. */
export class WindowByWindow implements SlidingNormalizer {
  readonly #width: number;
  readonly #normalize: NormalizeWindow;
  #series: Float64Array = new Float64Array(0);

  constructor({ width }: ItemShape, normalize: NormalizeWindow) {
    this.#width = width;
    this.#normalize = normalize;
  }

  begin(values: Float64Array): void {
    this.#series = values;
  }

  normalize(from: number, out: Float32Array, at: number): boolean {
    return this.#normalize(this.#series, from * this.#width, out, at);
  }
}

/** Keeps each column of the window sorted, so that median and MAD need no selection. */
class SlidingRobust implements SlidingNormalizer {
  readonly #width: number;
  readonly #basis: number;
  readonly #normalizeAlone: NormalizeWindow;
  readonly #rescale: RobustScaling;
  /** `[columns]` */
  readonly #sorted: readonly SortedWindow[];
  #series: Float64Array = new Float64Array(0);
  /** First interval of the sorted window; NaN: none. */
  #from = NaN;

  constructor(spec: Spec<'window-robust'>, shape: ItemShape, basis: number, normalizeAlone: NormalizeWindow) {
    this.#width = shape.width;
    this.#basis = basis;
    this.#normalizeAlone = normalizeAlone;
    this.#rescale = createRobustScaling(spec, shape, basis);
    this.#sorted = Array.from({ length: shape.width }, () => new SortedWindow(basis));
  }

  begin(values: Float64Array): void {
    this.#series = values;
    this.#from = NaN;
  }

  normalize(from: number, out: Float32Array, at: number): boolean {
    const start = from * this.#width;
    this.#slideTo(from);
    for (let column = 0; column < this.#width; column++) {
      const sorted = this.#sorted[column]!;
      const median = sorted.median();
      // Which zero a median of both zeros is depends on how it is selected, and shows in the sign of results.
      if (median === 0 && sorted.negativeZeros > 0) return this.#normalizeAlone(this.#series, start, out, at);
      if (!this.#rescale(median, sorted.mad(median), this.#series, start + column, out, at + column))
        return false;
    }
    return true;
  }

  #slideTo(from: number): void {
    const series = this.#series;
    const width = this.#width;
    const isNext = from === this.#from + 1;
    const oldest = this.#from * width;
    for (let column = 0; column < width; column++) {
      const sorted = this.#sorted[column]!;
      if (isNext) sorted.replace(series[oldest + column]!, series[oldest + this.#basis * width + column]!);
      else sorted.fill(series, from * width + column, width);
    }
    this.#from = from;
  }
}
