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

/** Quantile of the standard normal distribution that leaves 2.5 % above it. */
const Z_975 = 1.959964;

/**
 * Median of the samples with a distribution-free interval between two order statistics, by the normal
 * approximation of the binomial ranks (Conover, "Practical Nonparametric Statistics", 1999, §3.2).
 * With fewer than six samples no pair of them reaches 95 %, and the interval is their range.
 *
 * @throws RangeError without samples.
 */
export function medianEstimate(samples: ArrayLike<number>): Estimate {
  const ordered = sortSamples(samples);
  const { length } = ordered;
  const spread = (Z_975 * Math.sqrt(length)) / 2;
  const lowRank = Math.max(1, Math.floor(length / 2 - spread));
  const highRank = Math.min(length, Math.ceil(length / 2 + spread) + 1);
  return {
    value: percentile(ordered, 0.5),
    low: ordered[lowRank - 1]!,
    high: ordered[highRank - 1]!,
  };
}

/**
 * The serial fraction that a measured speed-up on `actors` implies (Karp and Flatt, "Measuring Parallel
 * Processor Performance", CACM 33(5), 1990): `(1/speedup − 1/actors) / (1 − 1/actors)`. Null for one actor.
 */
export function karpFlatt(speedup: number, actors: number): number | null {
  return actors > 1 ? (1 / speedup - 1 / actors) / (1 - 1 / actors) : null;
}
