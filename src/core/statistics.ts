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
 * The value below which a share `p` (0..1) of the samples lies, interpolated linearly
 * (definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996).
 */
export function percentile(samples: SortedSamples, p: number): number {
  const place = (samples.length - 1) * Math.min(Math.max(p, 0), 1);
  const below = Math.floor(place);
  const low = samples[below] ?? NaN;
  const high = samples[Math.min(below + 1, samples.length - 1)] ?? NaN;
  return low + (high - low) * (place - below);
}

/** @throws RangeError without samples. */
export function median(samples: ArrayLike<number>): number {
  return percentile(sortSamples(samples), 0.5);
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

/** The share of a distribution beyond each bound of a 95 % interval. */
const TAIL = 0.025;

/**
 * Median of the samples with its 95 % percentile-bootstrap interval, in the samples' unit. No resamples are drawn: the
 * interval is the limit for infinitely many. A resample's k-th smallest value is at most the
 * j-th smallest sample when at least k of its n draws are, so `P(≤ x_j) = P(Binomial(n, j / n) ≥ k)` (Efron,
 * "Bootstrap Methods: Another Look at the Jackknife", 1979, §3; Maritz and Jarrett, "A Note on Estimating the
 * Variance of the Sample Median", 1978; Evans, Leemis and Drew, INFORMS J. on Computing 18(1), 2006).
 *
 * For an even n a resample's median lies between its two middle values: the low bound is that of the lower one, the
 * high bound that of the upper one, so that the interval contains the bootstrap's. With six samples or fewer it is
 * their range; with few samples it covers somewhat less than 95 %.
 *
 * @throws RangeError without samples.
 */
export function medianEstimate(samples: ArrayLike<number>): Estimate {
  const ordered = sortSamples(samples);
  const { length } = ordered;
  const lower = Math.ceil(length / 2);
  const upper = Math.floor(length / 2) + 1;
  return {
    value: percentile(ordered, 0.5),
    low: ordered[bootstrapRank(length, lower, TAIL) - 1]!,
    high: ordered[bootstrapRank(length, upper, 1 - TAIL) - 1]!,
  };
}

/** The least j of 1..n with `P(Binomial(n, j / n) ≥ k) ≥ p`; the probability grows with j. */
function bootstrapRank(n: number, k: number, p: number): number {
  const logWays = logBinomial(n, k);
  let low = 1;
  let high = n;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (binomialTail(n, k, middle / n, logWays) >= p) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** `ln (n over k)`, as a sum of n − k logarithms. */
function logBinomial(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= n - k; i++) sum += Math.log((k + i) / i);
  return sum;
}

/**
 * `P(Binomial(n, p) ≥ k)` for 0 < p < 1, 1 ≤ k ≤ n; `logWays` is `ln (n over k)`. Terms are summed from k towards the
 * side on which they shrink, each computed from the one before, the first with logarithms.
 */
function binomialTail(n: number, k: number, p: number, logWays: number): number {
  const odds = p / (1 - p);
  let term = Math.exp(logWays + k * Math.log(p) + (n - k) * Math.log1p(-p));
  if (k > n * p) {
    let above = 0;
    for (let i = k; i <= n && term > above * Number.EPSILON; i++) {
      above += term;
      term *= ((n - i) / (i + 1)) * odds;
    }
    return above;
  }
  let below = 0;
  for (let i = k - 1; i >= 0; i--) {
    term *= (i + 1) / ((n - i) * odds);
    if (term <= below * Number.EPSILON) break;
    below += term;
  }
  return 1 - below;
}

/** Resamples of a bootstrap: fifty of them lie outside each bound. */
const RESAMPLES = 2000;

/**
 * `median(a) / median(b)` of two independent runs with its 95 % percentile-bootstrap interval, resampling both runs
 * (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 8 and 13). The same stream gives the same
 * interval. Takes 2000 draws per sample.
 *
 * @throws RangeError if a run has no samples
 */
export function ratioOfMedians(a: ArrayLike<number>, b: ArrayLike<number>, random: RandomStream): Estimate {
  const above = sortSamples(a);
  const below = sortSamples(b);
  const ratios = Float64Array.from(
    { length: RESAMPLES },
    () => resampledMedian(above, random) / resampledMedian(below, random),
  );
  const ordered = sortSamples(ratios);
  return {
    value: percentile(above, 0.5) / percentile(below, 0.5),
    low: percentile(ordered, TAIL),
    high: percentile(ordered, 1 - TAIL),
  };
}

/** Median of as many draws with replacement as there are samples; counting draws by rank avoids sorting. */
function resampledMedian(samples: SortedSamples, random: RandomStream): number {
  const { length } = samples;
  const drawn = new Uint32Array(length);
  for (let i = 0; i < length; i++) drawn[random.nextInteger(0, length - 1)]!++;
  const upper = Math.floor(length / 2) + 1;
  let rank = 0;
  let seen = 0;
  while ((seen += drawn[rank]!) < Math.ceil(length / 2)) rank++;
  const lowerValue = samples[rank]!;
  while (seen < upper) seen += drawn[++rank]!;
  return (lowerValue + samples[rank]!) / 2;
}

/** Samples far from the others, with the figures that a warning about them shows. */
export interface Outliers {
  readonly count: number;
  /** Of all samples, 0..1. */
  readonly share: number;
  /** Of all samples. */
  readonly median: number;
  /** Of all samples. */
  readonly largest: number;
}

/** Above this modified z-score a sample is an outlier. */
const OUTLIER_SCORE = 3.5;

/**
 * Samples whose modified z-score `0.6745 · |x − median| / MAD` is above 3.5 (Iglewicz and Hoaglin, "How to Detect
 * and Handle Outliers", 1993), on either side; MAD is the median absolute deviation from the median. Where that is
 * 0, because most samples are equal, the mean absolute deviation replaces it: `|x − median| / (1.253314 · mean)`, as in
 * IBM SPSS. If all samples are equal there are no outliers.
 *
 * @throws RangeError without samples.
 */
export function outliers(samples: ArrayLike<number>): Outliers {
  const ordered = sortSamples(samples);
  const middle = percentile(ordered, 0.5);
  const deviations = ordered.map((value) => Math.abs(value - middle));
  const typical = median(deviations) / 0.6745;
  const mean = deviations.reduce((sum, value) => sum + value, 0) / deviations.length;
  const unit = typical > 0 ? typical : 1.253314 * mean;
  const count = deviations.reduce(
    (found, deviation) => found + (deviation > OUTLIER_SCORE * unit ? 1 : 0),
    0,
  );
  return { count, share: count / ordered.length, median: middle, largest: ordered[ordered.length - 1]! };
}
