import type { Distribution } from '../../core/statistics.js';
import type { BaselineVariant, BenchVariant, BenchCase, BenchSummary } from './bench-summary.js';
import type { Metric, Metrics } from '../../report/gates.js';

/** What there is to see before the gates are looked at. */
export type UngatedBench = Omit<BenchSummary, 'gates'>;
type BenchMetric = Metric<UngatedBench>;

/** What bench's `--fail-if` can speak of: each has a value for every full case, and any of them may meet a gate. */
export const BENCH_METRICS: Metrics<UngatedBench> = {
  p50: ofWinner('p50', 'median minute of the arm that wins'),
  p90: ofWinner('p90', '90th percentile minute of the arm that wins'),
  p95: ofWinner('p95', '95th percentile minute of the arm that wins'),
  p99: ofWinner('p99', '99th percentile minute of the arm that wins'),
  max: ofWinner('max', 'slowest minute of the arm that wins'),
  mean: ofWinner('mean', 'mean minute of the arm that wins'),
  late: perCase(
    'count',
    'minutes over the deadline, of the arm that wins',
    (one) => winnerOf(one)?.late ?? null,
  ),
  headroom: {
    unit: 'ratio',
    is: 'deadline over p99 of the arm that wins',
    of: ({ cases, deadlineMs }) =>
      full(cases).map((one) => {
        const p99 = winnerOf(one)?.wallMs.p99;
        return p99 === undefined ? null : deadlineMs / p99;
      }),
  },
  capacity: perCase(
    'count',
    'items a minute that fit the deadline, of the arm that wins',
    (one) => winnerOf(one)?.capacityItems ?? null,
  ),
  speedup: perCase(
    'ratio',
    'of the best parallel arm with batches over one process with batches',
    (one) => bestParallel(one)?.speedup?.value ?? null,
  ),
  'speedup-per-item': perCase(
    'ratio',
    'of that arm over one process, item by item',
    (one) => bestParallel(one)?.speedupPerItem?.value ?? null,
  ),
  efficiency: perCase(
    'share',
    'speedup of that arm over its actors',
    (one) => bestParallel(one)?.efficiency ?? null,
  ),
  actors: perCase('count', 'best number of actors', ({ bestActors }) => bestActors),
  'break-even-cost': perCase(
    'duration',
    'cost of an item in one process from which on actors pay',
    ({ breakEvenItemMs }) => breakEvenItemMs,
  ),
  'break-even-items': {
    unit: 'count',
    is: 'items from which on actors pay',
    of: ({ breakEven }) => breakEven.map(({ items }) => items),
  },
  outliers: perCase('count', 'minutes far outside the others, all arms', ({ arms }) =>
    arms.reduce((sum, arm) => sum + arm.outliers, 0),
  ),
  regression: {
    unit: 'ratio',
    is: 'new median time over that of the baseline, the worst arm',
    needs: 'baseline',
    of: ({ baseline }) => comparedArms(baseline)?.map(({ ratio }) => ratio.value) ?? null,
  },
  slower: {
    unit: 'count',
    is: 'arms that are really slower than in the baseline',
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

/** Null where there are none, or where an arm of a full case is not among them and may be the slower one. */
function comparedArms(baseline: BenchSummary['baseline']): readonly BaselineVariant[] | null {
  if (baseline === null || baseline.arms.length === 0 || baseline.unpairedArms > 0) return null;
  return baseline.arms;
}

/** The parallel arm with batches that gained most over one process with batches. */
function bestParallel({ arms }: BenchCase): BenchVariant | undefined {
  const parallel = arms.filter(({ mode, style }) => mode === 'parallel' && style === 'batched');
  return parallel.toSorted((a, b) => (b.speedup?.value ?? 0) - (a.speedup?.value ?? 0))[0];
}
