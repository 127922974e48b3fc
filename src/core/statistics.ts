import type { RandomStream } from './random.js';

declare const sorted: unique symbol;

/** Samples in ascending order, at least one. */
export type SortedSamples = Float64Array & { readonly [sorted]: true };

/** @throws RangeError without samples. */
export function sortSamples(samples: ArrayLike<number>): SortedSamples {
  if (samples.length === 0) throw new RangeError('no samples');
  return Float64Array.from(samples).sort() as SortedSamples;
}

/**
 * The value below which a share `p` (0..1) of the samples lies, linear between neighbours
 * (definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996).
 */
export function percentile(samples: SortedSamples, p: number): number {
  const place = (samples.length - 1) * Math.min(Math.max(p, 0), 1);
  const below = Math.floor(place);
  const low = samples[below] ?? NaN;
  const high = samples[Math.min(below + 1, samples.length - 1)] ?? NaN;
  return low + (high - low) * (place - below);
}

/** A distribution as reports show it, in the samples' unit. */
export interface Distribution {
  readonly samples: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export function describe(samples: SortedSamples): Distribution {
  return {
    samples: samples.length,
    mean: samples.reduce((sum, value) => sum + value, 0) / samples.length,
    p50: percentile(samples, 0.5),
    p90: percentile(samples, 0.9),
    p95: percentile(samples, 0.95),
    p99: percentile(samples, 0.99),
    max: samples[samples.length - 1] ?? NaN,
  };
}

/** An estimate with the bounds of its 95 % confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1000;

/**
 * Median of the samples with a percentile-bootstrap interval (Efron and Tibshirani,
 * "An Introduction to the Bootstrap", 1993, §13.3).
 *
 * @throws RangeError without samples.
 */
export function bootstrapMedian(samples: ArrayLike<number>, random: RandomStream): Estimate {
  const ordered = sortSamples(samples);
  const medians = new Float64Array(RESAMPLES);
  const draw = new Float64Array(ordered.length);
  for (let round = 0; round < RESAMPLES; round++) {
    for (let i = 0; i < draw.length; i++)
      draw[i] = ordered[Math.floor(random.next() * ordered.length)] ?? NaN;
    medians[round] = percentile(sortSamples(draw), 0.5);
  }
  const spread = sortSamples(medians);
  return {
    value: percentile(ordered, 0.5),
    low: percentile(spread, 0.025),
    high: percentile(spread, 0.975),
  };
}

/**
 * The serial fraction that a measured speed-up on `actors` implies (Karp and Flatt, "Measuring Parallel
 * Processor Performance", CACM 33(5), 1990): `(1/speedup − 1/actors) / (1 − 1/actors)`. Null for one actor.
 */
export function karpFlatt(speedup: number, actors: number): number | null {
  return actors > 1 ? (1 / speedup - 1 / actors) / (1 - 1 / actors) : null;
}
