import type { FixedSpec } from './manifest.js';

/** Shape of an item: `[intervals, width]`, row-major, oldest interval first. */
export interface ItemShape {
  readonly intervals: number;
  readonly width: number;
}

/**
 * Normalizes one item: reads `values` `[intervals, width]` in raw units, computes in double precision and writes the
 * same shape to `out`, starting at `at`, rounded to Float32 at the end.
 *
 * Allocates nothing. Returns false if a result is not finite as Float32, or a window's spread overflows a double: such
 * values must not reach a model, whose activations would turn them into a finite score.
 */
export type NormalizeItem = (values: Float64Array, out: Float32Array, at: number) => boolean;

/** The same for a window that starts at index `start` of `values`. */
export type NormalizeWindow = (values: Float64Array, start: number, out: Float32Array, at: number) => boolean;

/**
 * Creates the normalization of a bundle. Statistics of a window are computed per column over its `basis` oldest
 * intervals only: a forecast must not see the interval that it predicts.
 *
 * @throws RangeError if the parameters do not have one value per column
 */
export function createWindowNormalizer(spec: FixedSpec, shape: ItemShape, basis: number): NormalizeWindow {
  switch (spec.kind) {
    case 'none':
      return unchanged(shape);
    case 'window-zscore':
      return windowZscore(spec, shape, basis);
    case 'window-robust':
      return windowRobust(spec, shape, basis);
    case 'zscore':
      return affine(
        spec.mean,
        spec.std.map((std) => (std > 0 ? std : 1)),
        shape,
      );
    case 'minmax':
      return affine(
        spec.min,
        spec.max.map((max, column) => (max > (spec.min[column] ?? max) ? max - (spec.min[column] ?? 0) : 1)),
        shape,
      );
  }
}

/** The same for items that are arrays of their own. */
export function createNormalizer(spec: FixedSpec, shape: ItemShape, basis: number): NormalizeItem {
  const normalize = createWindowNormalizer(spec, shape, basis);
  return (values, out, at) => normalize(values, 0, out, at);
}

// In what follows, `check` adds `x - x` of each result: it is 0 as long as all are finite, and NaN afterwards.

function unchanged({ intervals, width }: ItemShape): NormalizeWindow {
  const size = intervals * width;
  return (values, start, out, at) => {
    let check = 0;
    for (let i = 0; i < size; i++) {
      const result = Math.fround(values[start + i]!);
      out[at + i] = result;
      check += result - result;
    }
    return check === 0;
  };
}

export type Spec<Kind extends FixedSpec['kind']> = Extract<FixedSpec, { kind: Kind }>;

/**
 * `(x − mean) / (σ + epsilon)`, σ the population standard deviation (n in the denominator).
 *
 * Values are taken relative to the window's first one, so that a constant window is exactly 0 and small noise on a
 * large base keeps its digits (the shifted two-pass algorithm: Chan, Golub and LeVeque,
 * "Algorithms for Computing the Sample Variance", The American Statistician 37, 1983).
 */
function windowZscore(
  spec: Spec<'window-zscore'>,
  { intervals, width }: ItemShape,
  basis: number,
): NormalizeWindow {
  const size = intervals * width;
  return (values, start, out, at) => {
    const basisEnd = start + basis * width;
    let check = 0;
    for (let column = 0; column < width; column++) {
      const first = start + column;
      const origin = values[first]!;
      let sum = 0;
      for (let i = first; i < basisEnd; i += width) sum += values[i]! - origin;
      const mean = sum / basis;
      let squares = 0;
      for (let i = first; i < basisEnd; i += width) {
        const distance = values[i]! - origin - mean;
        squares += distance * distance;
      }
      const scale = Math.sqrt(squares / basis) + spec.epsilon;
      if (!Number.isFinite(scale)) return false; // all results would be 0
      for (let i = column; i < size; i += width) {
        const result = Math.fround((values[start + i]! - origin - mean) / scale);
        out[at + i] = result;
        check += result - result;
      }
    }
    return check === 0;
  };
}

/**
 * `limit · z / (limit + |z|)` with `z = (x − median) / scale` and
 * `scale = madScale · MAD + spreadFloor · mean|x − median| + levelFloor · |median|`;
 * without a limit just z, and all 0 if the scale is 0 (a constant window of zeros).
 *
 * The order of operations must match scripts/model/windows.py, bit for bit: the mean absolute deviation is summed
 * oldest first. The MAD of Gaussian noise times 1.4826 is its standard deviation (Rousseeuw and Croux, "Alternatives to
 * the Median Absolute Deviation", JASA 88, 1993); the floors keep windows finite whose MAD is 0 because more than half
 * of their values are the same.
 */
function windowRobust(
  spec: Spec<'window-robust'>,
  { intervals, width }: ItemShape,
  basis: number,
): NormalizeWindow {
  const scratch = new Float64Array(basis);
  const rescale = createRobustScaling(spec, { intervals, width }, basis);
  return (values, start, out, at) => {
    let isFinite = true;
    for (let column = 0; column < width && isFinite; column++) {
      const first = start + column;
      for (let row = 0, i = first; row < basis; row++, i += width) scratch[row] = values[i]!;
      const median = medianInPlace(scratch);
      for (let row = 0, i = first; row < basis; row++, i += width)
        scratch[row] = Math.abs(values[i]! - median);
      isFinite = rescale(median, medianInPlace(scratch), values, first, out, at + column);
    }
    return isFinite;
  };
}

/**
 * Writes one column of a window, from `first` in `values` and `at` in `out`, scaled by its median and MAD.
 * Returns false if a result is not finite as Float32, or the scale not finite.
 */
export type RobustScaling = (
  median: number,
  mad: number,
  values: Float64Array,
  first: number,
  out: Float32Array,
  at: number,
) => boolean;

export function createRobustScaling(
  { madScale, spreadFloor, levelFloor, limit }: Spec<'window-robust'>,
  { intervals, width }: ItemShape,
  basis: number,
): RobustScaling {
  return (median, mad, values, first, out, at) => {
    let total = 0;
    for (let i = first, end = first + basis * width; i < end; i += width)
      total += Math.abs(values[i]! - median);
    const scale = madScale * mad + spreadFloor * (total / basis) + levelFloor * Math.abs(median);
    if (!Number.isFinite(scale)) return false;
    let check = 0;
    for (let row = 0, i = 0; row < intervals; row++, i += width) {
      const z = scale > 0 ? (values[first + i]! - median) / scale : 0;
      const result = Math.fround(limit === undefined ? z : (limit * z) / (limit + Math.abs(z)));
      out[at + i] = result;
      check += result - result;
    }
    return check === 0;
  };
}

/** `(x − offset) / scale`, with one offset and scale per column. */
function affine(
  offset: readonly number[],
  scale: readonly number[],
  { intervals, width }: ItemShape,
): NormalizeWindow {
  if (offset.length !== width || scale.length !== width) {
    throw new RangeError(
      `expected parameters of ${width} columns, found ${offset.length} and ${scale.length}`,
    );
  }
  const size = intervals * width;
  // Repeated for each interval, so that one loop serves any shape.
  const offsets = Float64Array.from({ length: size }, (_, i) => offset[i % width]!);
  const scales = Float64Array.from({ length: size }, (_, i) => scale[i % width]!);
  return scaled(offsets, scales);
}

/** `(x − offset) / scale`, with an offset and a scale for each number of a window; both may change between calls. */
export function scaled(offsets: Float64Array, scales: Float64Array): NormalizeWindow {
  const size = offsets.length;
  return (values, start, out, at) => {
    let check = 0;
    for (let i = 0; i < size; i++) {
      const result = Math.fround((values[start + i]! - offsets[i]!) / scales[i]!);
      out[at + i] = result;
      check += result - result;
    }
    return check === 0;
  };
}

/** The median (for an even count, the mean of the middle two); reorders the values. */
export function medianInPlace(values: Float64Array): number {
  const middle = values.length >> 1;
  const upper = selectInPlace(values, middle);
  if (values.length % 2 === 1) return upper;
  let lower = -Infinity;
  for (let i = 0; i < middle; i++) if (values[i]! > lower) lower = values[i]!;
  return (lower + upper) / 2;
}

/**
 * The value that would be at `k` if sorted; afterwards, no value before `k` is greater. Hoare's FIND
 * (Communications of the ACM 4, 1961): a full sort of 60 values takes twice as long. Values must not be NaN.
 */
function selectInPlace(values: Float64Array, k: number): number {
  let left = 0;
  let right = values.length - 1;
  while (left < right) {
    const pivot = values[k]!;
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (pivot < values[j]!) j--;
      if (i > j) break;
      const held = values[i]!;
      values[i] = values[j]!;
      values[j] = held;
      i++;
      j--;
    }
    if (j < k) left = i;
    if (k < i) right = j;
  }
  return values[k]!;
}
