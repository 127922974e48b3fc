import type { NormalizeSpec } from './manifest.js';

/** Shape of an item: `[intervals, width]`, row-major, oldest interval first. */
export interface ItemShape {
  readonly intervals: number;
  readonly width: number;
}

/**
 * Normalizes one item: reads `values` `[intervals, width]` in raw units, computes in double precision and writes the
 * same shape to `out`, starting at `at`, rounded to Float32 at the end.
 *
 * Allocates nothing. Returns false if a result is not finite as Float32, or a window's spread overflows a double.
 */
export type NormalizeItem = (values: Float64Array, out: Float32Array, at: number) => boolean;

/**
 * Creates the normalization of a bundle. Statistics of a window are computed per column over its `basis` oldest
 * intervals only: a forecast must not see the interval that it predicts.
 *
 * @throws RangeError if the parameters do not have one value per column
 */
export function createNormalizer(spec: NormalizeSpec, shape: ItemShape, basis: number): NormalizeItem {
  switch (spec.kind) {
    case 'none':
      return (values, out, at) => {
        for (let i = 0; i < values.length; i++) out[at + i] = values[i]!;
        return allFinite(out, at, values.length);
      };
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

type Spec<Kind extends NormalizeSpec['kind']> = Extract<NormalizeSpec, { kind: Kind }>;

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
): NormalizeItem {
  const end = intervals * width;
  const basisEnd = basis * width;
  return (values, out, at) => {
    for (let column = 0; column < width; column++) {
      const origin = values[column]!;
      let sum = 0;
      for (let i = column; i < basisEnd; i += width) sum += values[i]! - origin;
      const mean = sum / basis;
      let squares = 0;
      for (let i = column; i < basisEnd; i += width) {
        const distance = values[i]! - origin - mean;
        squares += distance * distance;
      }
      const scale = Math.sqrt(squares / basis) + spec.epsilon;
      if (!Number.isFinite(scale)) return false; // all results would be 0
      for (let i = column; i < end; i += width) out[at + i] = (values[i]! - origin - mean) / scale;
    }
    return allFinite(out, at, end);
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
): NormalizeItem {
  const { madScale, spreadFloor, levelFloor, limit } = spec;
  const scratch = new Float64Array(basis);
  const end = intervals * width;
  return (values, out, at) => {
    for (let column = 0; column < width; column++) {
      for (let row = 0, i = column; row < basis; row++, i += width) scratch[row] = values[i]!;
      const median = medianInPlace(scratch);
      let total = 0;
      for (let row = 0, i = column; row < basis; row++, i += width) {
        const distance = Math.abs(values[i]! - median);
        scratch[row] = distance;
        total += distance;
      }
      const mad = medianInPlace(scratch);
      const scale = madScale * mad + spreadFloor * (total / basis) + levelFloor * Math.abs(median);
      if (!Number.isFinite(scale)) return false;
      for (let i = column; i < end; i += width) {
        const z = scale > 0 ? (values[i]! - median) / scale : 0;
        out[at + i] = limit === undefined ? z : (limit * z) / (limit + Math.abs(z));
      }
    }
    return allFinite(out, at, end);
  };
}

/** `(x − offset) / scale`, with one offset and scale per column. */
function affine(
  offset: readonly number[],
  scale: readonly number[],
  { intervals, width }: ItemShape,
): NormalizeItem {
  if (offset.length !== width || scale.length !== width) {
    throw new RangeError(
      `expected parameters of ${width} columns, found ${offset.length} and ${scale.length}`,
    );
  }
  const offsets = Float64Array.from(offset);
  const scales = Float64Array.from(scale);
  return (values, out, at) => {
    let i = 0;
    for (let row = 0; row < intervals; row++) {
      for (let column = 0; column < width; column++, i++) {
        out[at + i] = (values[i]! - offsets[column]!) / scales[column]!;
      }
    }
    return allFinite(out, at, i);
  };
}

/** Values that overflow Float32 must not reach a model: its activations would turn them into a finite score. */
function allFinite(out: Float32Array, at: number, length: number): boolean {
  let bad = 0;
  for (let i = at; i < at + length; i++) if (out[i]! - out[i]! !== 0) bad++;
  return bad === 0;
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
