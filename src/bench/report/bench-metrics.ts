import type { Distribution } from '../../core/statistics.js';
import type { BaselineVariant, BenchVariant, BenchCase, BenchSummary } from './bench-summary.js';
import type { Metric, Metrics } from '../../report/gates.js';

/** A summary before its gates are checked. */
export type UngatedBench = Omit<BenchSummary, 'gates'>;
type BenchMetric = Metric<UngatedBench>;

/** The metrics of bench's `--fail-if`: each has a value for every full case, and any of them can fail a gate. */
export const BENCH_METRICS: Metrics<UngatedBench> = {
  p50: ofWinner('p50', 'median minute of the winning variant'),
  p90: ofWinner('p90', '90th percentile minute of the winning variant'),
  p95: ofWinner('p95', '95th percentile minute of the winning variant'),
  p99: ofWinner('p99', '99th percentile minute of the winning variant'),
  max: ofWinner('max', 'slowest minute of the winning variant'),
  mean: ofWinner('mean', 'mean minute of the winning variant'),
  late: perCase(
    'count',
    'minutes over the deadline, of the winning variant',
    (one) => winnerOf(one)?.late ?? null,
  ),
  headroom: {
    unit: 'ratio',
    is: 'deadline over p99 of the winning variant',
    of: ({ cases, deadlineMs }) =>
      full(cases).map((one) => {
        const p99 = winnerOf(one)?.wallMs.p99;
        return p99 === undefined ? null : deadlineMs / p99;
      }),
  },
  capacity: perCase(
    'count',
    'items per minute that fit the deadline, of the winning variant',
    (one) => winnerOf(one)?.capacityItems ?? null,
  ),
  speedup: perCase(
    'ratio',
    'of the best parallel variant with batches over one process with batches',
    (one) => bestParallel(one)?.speedup?.value ?? null,
  ),
  'speedup-per-item': perCase(
    'ratio',
    'of that variant over one process, item by item',
    (one) => bestParallel(one)?.speedupPerItem?.value ?? null,
  ),
  efficiency: perCase(
    'share',
    'speedup of that variant over its actors',
    (one) => bestParallel(one)?.efficiency ?? null,
  ),
  actors: perCase('count', 'best number of actors', ({ bestActors }) => bestActors),
  'break-even-cost': perCase(
    'duration',
    'cost of an item in one process from which actors pay',
    ({ breakEvenItemMs }) => breakEvenItemMs,
  ),
  'break-even-items': {
    unit: 'count',
    is: 'items from which actors pay',
    of: ({ breakEven }) => breakEven.map(({ items }) => items),
  },
  outliers: perCase('count', 'outlying minutes, all variants', ({ arms }) =>
    arms.reduce((sum, { outliers }) => sum + outliers, 0),
  ),
  regression: {
    unit: 'ratio',
    is: 'new median time over that of the baseline, worst variant',
    needs: 'baseline',
    of: ({ baseline }) => comparedArms(baseline)?.map(({ ratio }) => ratio.value) ?? null,
  },
  slower: {
    unit: 'count',
    is: 'variants that are measurably slower than in the baseline',
    needs: 'baseline',
    of: ({ baseline }) =>
      comparedArms(baseline)?.filter(({ verdict }) => verdict === 'slower').length ?? null,
  },
  elapsed: { unit: 'duration', is: 'time of the whole run', of: ({ elapsedMs }) => elapsedMs },
};

function perCase(unit: BenchMetric['unit'], is: string, of: (one: BenchCase) => number | null): BenchMetric {
  return { unit, is, of: ({ cases }) => full(cases).map(of) };
}

function ofWinner(figure: Exclude<keyof Distribution, 'samples'>, is: string): BenchMetric {
  return perCase('duration', is, (one) => winnerOf(one)?.wallMs[figure] ?? null);
}

function full(cases: readonly BenchCase[]): BenchCase[] {
  return cases.filter(({ kind }) => kind === 'full');
}

function winnerOf({ arms, winner }: BenchCase): BenchVariant | undefined {
  return arms.find(({ name }) => name === winner);
}

/** Null where there are none, or where a variant of a full case is missing, which may be the slower one. */
function comparedArms(baseline: BenchSummary['baseline']): readonly BaselineVariant[] | null {
  if (baseline === null || baseline.arms.length === 0 || baseline.unpairedArms > 0) return null;
  return baseline.arms;
}

/** The parallel variant with batches that gained most over one process with batches. */
function bestParallel({ arms }: BenchCase): BenchVariant | undefined {
  const parallel = arms.filter(({ mode, style }) => mode === 'parallel' && style === 'batched');
  return parallel.toSorted((a, b) => (b.speedup?.value ?? 0) - (a.speedup?.value ?? 0))[0];
}
