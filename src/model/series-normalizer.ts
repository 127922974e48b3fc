import type { ItemError } from '../core/types.js';
import { isPerTarget, type Manifest } from './manifest.js';
import { createNormalizer, scaled, type ItemShape, type NormalizeItem } from './normalize.js';
import { createSlidingNormalizer, WindowByWindow, type SlidingNormalizer } from './sliding-normalizer.js';
import type { TargetScalers } from './target-scalers.js';

/** Normalizes the items of one series after another. */
export interface SeriesNormalizer {
  /**
   * Turns to a series; `normalize` and `sliding` are about this one until the next turn.
   *
   * @param column null for a series of several columns
   * @returns whether its items can be normalized
   */
  turnTo(target: string, column: string | null): boolean;
  /** Why the items of a series cannot be normalized; null if they can. Does not turn to it. */
  problemOf(target: string, column: string | null): ItemError | null;
  /** For windows that are arrays of their own. */
  readonly normalize: NormalizeItem;
  /** For windows along a series. */
  readonly sliding: SlidingNormalizer;
}

/**
 * @param basis intervals of a window that its statistics are computed over, the oldest ones
 * @param scalers of the bundle; null if the manifest has its parameters
 */
export function createSeriesNormalizer(
  { columns, normalize: spec }: Pick<Manifest['input'], 'columns' | 'normalize'>,
  shape: ItemShape,
  basis: number,
  scalers: TargetScalers | null,
): SeriesNormalizer {
  if (!isPerTarget(spec)) {
    return {
      turnTo: () => true,
      problemOf: () => null,
      normalize: createNormalizer(spec, shape, basis),
      sliding: createSlidingNormalizer(spec, shape, basis),
    };
  }
  if (scalers === null) throw new RangeError(`${spec.file} has not been read`);
  return new PerTarget(columns, shape, scalers);
}

class PerTarget implements SeriesNormalizer {
  readonly normalize: NormalizeItem;
  readonly sliding: SlidingNormalizer;
  readonly #columns: Manifest['input']['columns'];
  readonly #scalers: TargetScalers;
  /** `[window, width]`, of the series that was turned to. */
  readonly #offsets: Float64Array;
  readonly #scales: Float64Array;

  constructor(columns: Manifest['input']['columns'], shape: ItemShape, scalers: TargetScalers) {
    const size = shape.intervals * shape.width;
    this.#columns = columns;
    this.#scalers = scalers;
    this.#offsets = new Float64Array(size);
    this.#scales = new Float64Array(size);
    const normalize = scaled(this.#offsets, this.#scales);
    this.normalize = (values, out, at) => normalize(values, 0, out, at);
    this.sliding = new WindowByWindow(shape, normalize);
  }

  turnTo(target: string, column: string | null): boolean {
    const names = this.#namesOf(column);
    for (const [i, name] of names.entries()) {
      const scaler = this.#scalers.get(target, name);
      if (scaler === undefined) return false;
      for (let k = i; k < this.#offsets.length; k += names.length) {
        this.#offsets[k] = scaler.offset;
        this.#scales[k] = scaler.scale;
      }
    }
    return true;
  }

  problemOf(target: string, column: string | null): ItemError | null {
    const name = this.#namesOf(column).find((one) => this.#scalers.get(target, one) === undefined);
    if (name === undefined) return null;
    return {
      errno: 'no_scaler',
      errmsg: `${this.#scalers.file} has no row for target ${target}, column ${name}`,
    };
  }

  #namesOf(column: string | null): readonly string[] {
    return this.#columns === 'each' ? [column ?? ''] : this.#columns;
  }
}
