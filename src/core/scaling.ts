/* What parallel serving gains, computed from measured times. */
import { median, medianEstimate, percentile, sortSamples, type Estimate } from './statistics.js';

/** A smaller ratio of two timings is not worth acting on. */
const WORTHWHILE = 1.05;

/**
 * Median over the rounds of `baseline / variant`, both in ms and paired by round, with its 95 % interval. Other load on
 * the machine affects both times of a round, so their ratio is steadier than either (Kalibera and Jones, "Rigorous
 * Benchmarking in Reasonable Time", 2013, on why ratios need their own intervals).
 *
 * @throws RangeError without rounds, or if one side has more of them
 */
export function speedup(baselineMs: ArrayLike<number>, variantMs: ArrayLike<number>): Estimate {
  if (baselineMs.length !== variantMs.length) {
    throw new RangeError(`${baselineMs.length} rounds cannot be paired with ${variantMs.length}`);
  }
  return medianEstimate(Float64Array.from(baselineMs, (ms, round) => ms / variantMs[round]!));
}

/** The inverse ratio, with its interval. */
export function inverse({ value, low, high }: Estimate): Estimate {
  return { value: 1 / value, low: 1 / high, high: 1 / low };
}

/** Whether a speed-up is real: its interval lies above 1, and it is large enough to matter. */
export function isRealSpeedup({ value, low }: Estimate): boolean {
  return low > 1 && value > WORTHWHILE;
}

/** The share of the ideal speed-up that was reached: `speedup / actors`. */
export function efficiency(gained: number, actors: number): number {
  return gained / actors;
}

/**
 * The serial fraction that a measured speed-up on `actors` implies (Karp and Flatt, "Measuring Parallel
 * Processor Performance", CACM 33(5), 1990): `(1/speedup − 1/actors) / (1 − 1/actors)`. Null for one actor.
 */
export function karpFlatt(gained: number, actors: number): number | null {
  return actors > 1 ? (1 / gained - 1 / actors) / (1 - 1 / actors) : null;
}

/** The time that a minute takes: `fixedMs + perItemMs · items`. */
export interface CostLine {
  readonly fixedMs: number;
  readonly perItemMs: number;
}

/**
 * A line fitted to measured minutes: its slope is the median of the slopes between all pairs of different sizes, its
 * intercept the median of the residuals (Theil, 1950; Sen, "Estimates of the Regression Coefficient Based on Kendall's
 * Tau", JASA 63, 1968), which is robust to a few slow minutes. Quadratic: meant for a few hundred points.
 *
 * @throws RangeError with fewer than two different sizes
 */
export function costLine(points: readonly { readonly items: number; readonly ms: number }[]): CostLine {
  const slopes = points.flatMap((a, i) =>
    points
      .slice(i + 1)
      .filter((b) => b.items !== a.items)
      .map((b) => (b.ms - a.ms) / (b.items - a.items)),
  );
  if (slopes.length === 0) throw new RangeError('a cost line needs minutes of at least two sizes');
  const perItemMs = median(slopes);
  const rests = points.map(({ items, ms }) => ms - perItemMs * items);
  return { fixedMs: median(rests), perItemMs };
}

/**
 * The number of items, at least 1, from which `parallel` is faster: just beyond where the two lines cross. Null if it
 * never is, because it takes at least as long per item.
 */
export function breakEvenItems(sequential: CostLine, parallel: CostLine): number | null {
  const savedPerItemMs = sequential.perItemMs - parallel.perItemMs;
  const overheadMs = parallel.fixedMs - sequential.fixedMs;
  if (savedPerItemMs < 0 || (savedPerItemMs === 0 && overheadMs >= 0)) return null;
  return savedPerItemMs === 0 ? 1 : Math.max(1, Math.floor(overheadMs / savedPerItemMs) + 1);
}

/**
 * The time per item in one process, ms, from which `actors` pay off at this many items per minute. Parallel serving
 * adds `overhead = parallelMs − sequentialMs / actors`; with items that take c it pays off as soon as
 * `items · c > items · c / actors + overhead`. 0 without overhead, null for one actor.
 *
 * @throws RangeError without items
 */
export function breakEvenItemMs(options: {
  readonly items: number;
  readonly sequentialMs: number;
  readonly parallelMs: number;
  readonly actors: number;
}): number | null {
  const { items, sequentialMs, parallelMs, actors } = options;
  if (!(items > 0)) throw new RangeError('a break-even needs items');
  if (actors <= 1) return null;
  const overheadMs = parallelMs - sequentialMs / actors;
  return Math.max(0, overheadMs / (items * (1 - 1 / actors)));
}

/**
 * Items per minute that fit the deadline at the 99th percentile of the time per item, ms.
 *
 * @throws RangeError without samples
 */
export function capacityItems(itemCostMs: ArrayLike<number>, deadlineMs: number): number {
  return Math.floor(deadlineMs / percentile(sortSamples(itemCostMs), 0.99));
}

/** A variant's time per round, ms; variants are paired by round. */
interface Rounds {
  readonly roundMs: readonly number[];
}

/**
 * The fewest actors that are not really slower than the variant with the lowest median: more would use memory without a
 * measurable gain. Does not depend on the order of the variants.
 *
 * @throws RangeError without variants, or where their rounds do not pair
 */
export function bestActors(variants: readonly (Rounds & { readonly actors: number })[]): number {
  const [fastest] = [...variants].sort((a, b) => medianMs(a) - medianMs(b) || a.actors - b.actors);
  if (fastest === undefined) throw new RangeError('no variants');
  const asFast = variants.filter((variant) => !isReallyFaster(fastest, variant));
  return Math.min(...asFast.map(({ actors }) => actors));
}

/**
 * Name of the first variant that no other is really faster than; variants come in order of simplicity. If there is
 * none, which pairing by round allows, the one with the lowest median.
 *
 * @throws RangeError without variants, or where their rounds do not pair
 */
export function winner(variants: readonly (Rounds & { readonly name: string })[]): string {
  const unbeaten = variants.find((variant) => !variants.some((other) => isReallyFaster(other, variant)));
  const [fastest] = [...variants].sort((a, b) => medianMs(a) - medianMs(b));
  const found = unbeaten ?? fastest;
  if (found === undefined) throw new RangeError('no variants');
  return found.name;
}

function isReallyFaster(fast: Rounds, slow: Rounds): boolean {
  return isRealSpeedup(speedup(slow.roundMs, fast.roundMs));
}

function medianMs({ roundMs }: Rounds): number {
  return median(roundMs);
}
