import type { Distribution, Estimate } from './statistics.js';

/** The ways of serving a minute that a replay compares. */
export const VARIANTS = ['sequential-per-item', 'sequential-batched', 'parallel'] as const;
export type Variant = (typeof VARIANTS)[number];

/** How far two variants' answers to the same items differ. */
export interface Agreement {
  /** Every number and verdict has the same bits. */
  readonly identical: boolean;
  /** Largest difference between two scores or outputs, as a share of the larger one where that is above 1. */
  readonly maxDifference: number;
  /** Items whose verdict or error differs, summed over comparisons: an item counts once in each. */
  readonly differingVerdicts: number;
}

export interface ComparisonSummary {
  /** Minutes that every variant served, one after another while nothing else ran. */
  readonly minutes: number;
  readonly wallMs: Readonly<Record<Variant, Distribution>>;
  /** Of service time. */
  readonly itemsPerSecond: Readonly<Record<Variant, number>>;
  /** Median over the minutes of `variant's time / parallel time`, paired by minute. */
  readonly speedup: Readonly<Record<Exclude<Variant, 'parallel'>, Estimate>>;
  /** Speed-up over sequential batched divided by actors. */
  readonly efficiency: number;
  /** Karp-Flatt serial fraction of that speed-up; null for one actor. */
  readonly serialFraction: number | null;
  readonly answers: Readonly<Record<Variant, Agreement>>;
  /** The largest difference that still counts as agreement on this backend. */
  readonly tolerance: number;
}

/** Whether verdicts are equal and no numbers differ by more than `tolerance`. */
export function agrees({ differingVerdicts, maxDifference }: Agreement, tolerance: number): boolean {
  return differingVerdicts === 0 && maxDifference <= tolerance;
}
