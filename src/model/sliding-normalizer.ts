/* Normalization of windows that overlap. */
import type { NormalizeSpec } from './manifest.js';
import { createNormalizer, type ItemShape } from './normalize.js';

/**
 * Normalizes windows of one series after another, each to the bits of `createNormalizer` on that window, which is
 * cheaper for consecutive windows.
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
export function createSlidingNormalizer(
  spec: NormalizeSpec,
  shape: ItemShape,
  basis: number,
): SlidingNormalizer {
  const normalizeItem = createNormalizer(spec, shape, basis);
  const size = shape.intervals * shape.width;
  let series: Float64Array = new Float64Array(0);
  return {
    begin: (values) => (series = values),
    normalize: (from, out, at) =>
      normalizeItem(series.subarray(from * shape.width, from * shape.width + size), out, at),
  };
}
