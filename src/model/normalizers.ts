import { createNormalizer as createFixed } from './normalize.js';
import { ROBUST_DEFAULTS, ZSCORE_DEFAULTS } from './normalize-defaults.js';

/** `input.normalize` of a bundle (docs/bundle.md has the formulas); lists have one number per column, in raw units. */
export type Normalization =
  | { readonly kind: 'none' }
  | { readonly kind: 'window-zscore'; readonly epsilon?: number }
  | {
      readonly kind: 'window-robust';
      readonly madScale?: number;
      readonly spreadFloor?: number;
      readonly levelFloor?: number;
      readonly limit?: number;
    }
  | { readonly kind: 'zscore'; readonly mean: readonly number[]; readonly std: readonly number[] }
  | { readonly kind: 'minmax'; readonly min: readonly number[]; readonly max: readonly number[] };

/**
 * Normalizes one item: reads `values` `[window, width]` in raw units, computes in double precision and writes the same
 * shape to `out` from index `at`, rounded to Float32. Returns false if a result is not finite as Float32: do not send
 * such an item to a model, answer `{ errno, errmsg }`.
 */
export type Normalizer = (values: Float64Array, out: Float32Array, at: number) => boolean;

/**
 * Creates a normalization that gives the bits of a bundle's.
 *
 * @param shape of an item, `[window, width]`
 * @param basis how many intervals, the oldest ones, the statistics of a window cover; by default all. For a forecast
 *   exclude the interval that it predicts: `window - 1`
 * @throws RangeError if a parameter is not a finite number, or a list does not have one number per column
 */
export function createNormalizer(
  spec: Normalization,
  [intervals, width]: readonly [window: number, width: number],
  basis: number = intervals,
): Normalizer {
  for (const [name, value] of Object.entries(spec)) {
    if (name !== 'kind' && ![value].flat().every(Number.isFinite))
      throw new RangeError(`${name} of ${spec.kind} is ${String(value)}, expected finite numbers`);
  }
  if (!Number.isInteger(basis) || basis < 1 || basis > intervals)
    throw new RangeError(`the basis is ${basis}, expected a whole number from 1 to ${intervals}`);
  const shape = { intervals, width };
  switch (spec.kind) {
    case 'none':
      return createFixed(spec, shape, basis);
    case 'window-zscore':
      return createFixed({ ...ZSCORE_DEFAULTS, ...spec }, shape, basis);
    case 'window-robust':
      return createFixed({ ...ROBUST_DEFAULTS, ...spec }, shape, basis);
    case 'zscore':
      return createFixed({ kind: 'zscore', mean: [...spec.mean], std: [...spec.std] }, shape, basis);
    case 'minmax':
      return createFixed({ kind: 'minmax', min: [...spec.min], max: [...spec.max] }, shape, basis);
    default:
      throw new RangeError(`there is no normalization ${String((spec as { kind?: unknown }).kind)}`);
  }
}
