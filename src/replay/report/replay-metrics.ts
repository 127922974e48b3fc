import type { Distribution } from '../../core/statistics.js';
import type { Metric, Metrics } from '../../report/gates.js';
import type { RunSummary } from './run-summary.js';
import type { ReadCounts, RunCounts } from '../../core/counts.js';
import type { ComparisonSummary } from '../../core/comparison.js';
import type { DetectionFigures } from './label-account.js';
import type { MinutesSummary, ScheduleSummary } from '../../measure/run-timings.js';

/** A summary before its gates are checked. */
export type UngatedRun = Omit<RunSummary, 'gates'>;
type ReplayMetric = Metric<UngatedRun>;

/** What is clear once everything is read. */
export interface CountedByReading {
  readonly counts: ReadCounts & Pick<RunCounts, 'warmup'>;
}

/** The metrics of that. */
export const COUNTED_BY_READING = {
  minutes: counted('minutes', 'minutes replayed'),
  records: counted('records', 'records read'),
  rejected: counted('rejected', 'records rejected'),
  merged: counted('merged', 'records merged into another one'),
  warmup: counted('warmup', 'rows without an answer because their window was not full'),
} satisfies Metrics<CountedByReading>;

/** The metrics of replay's `--fail-if`; times of a minute are of those served alone. */
export const REPLAY_METRICS: Metrics<UngatedRun> = {
  p50: wall('p50', 'median service time of a minute'),
  p90: wall('p90', '90th percentile of a minute’s service time'),
  p95: wall('p95', '95th percentile of a minute’s service time'),
  p99: wall('p99', '99th percentile of a minute’s service time'),
  max: wall('max', 'slowest minute’s service time'),
  mean: wall('mean', 'mean service time of a minute'),
  items: ofMinutes('count', 'items of the largest minute', ({ items }) => items.max),
  late: ofMinutes('count', 'minutes that took longer than the deadline', ({ late }) => late),
  'response-p99': scheduled(
    '99th percentile from a minute’s scheduled start to its answers',
    'responseMs',
    'p99',
  ),
  'response-max': scheduled('longest time from a scheduled start to the answers', 'responseMs', 'max'),
  'lateness-p99': scheduled('99th percentile of how late a minute started', 'latenessMs', 'p99'),
  'lateness-max': scheduled('latest start of a minute', 'latenessMs', 'max'),
  headroom: ofMinutes('ratio', 'deadline over p99', ({ headroom }) => headroom),
  capacity: ofMinutes(
    'count',
    'items per minute that fit the deadline',
    ({ capacityItems }) => capacityItems,
  ),
  imbalance: {
    unit: 'ratio',
    is: 'slowest chunk over mean chunk, median block',
    of: ({ served }) => served?.imbalance.p50 ?? null,
  },
  speedup: ofComparison(
    'ratio',
    'of the pool over one process with batches; last session',
    ({ speedup }) => speedup['sequential-batched'].value,
  ),
  'speedup-per-item': ofComparison(
    'ratio',
    'of the pool over one process, item by item; last session',
    ({ speedup }) => speedup['sequential-per-item'].value,
  ),
  efficiency: ofComparison('share', 'speedup over actors; last session', ({ efficiency }) => efficiency),
  utilization: {
    unit: 'share',
    is: 'share of the actors’ time spent on chunks',
    of: (run) => run.utilization,
  },
  ...COUNTED_BY_READING,
  errors: counted('error', 'rows without an answer because of an error'),
  anomalies: counted('anomalies', 'rows flagged'),
  precision: ofLabels('precision', 'share of the flagged records that are labelled'),
  recall: ofLabels('recall', 'share of the labelled records that are flagged'),
  f1: ofLabels('f1', 'harmonic mean of precision and recall'),
  'average-precision': ofLabels('averagePrecision', 'of the scores, over all thresholds'),
  elapsed: {
    unit: 'duration',
    is: 'time of all sessions of the run, without their start-up',
    of: (run) => run.elapsedMs,
  },
  start: {
    unit: 'duration',
    is: 'time until the last actor was warmed up; last session',
    of: (run) => run.execution.startMs,
  },
  memory: {
    unit: 'bytes',
    is: 'peak memory of the parent in any session, without its actors',
    of: (run) => run.usage.parent.maxRssBytes,
  },
};

function wall(figure: Exclude<keyof Distribution, 'samples'>, is: string): ReplayMetric {
  return ofMinutes('duration', is, ({ wallMs }) => wallMs[figure]);
}

function scheduled(is: string, what: keyof ScheduleSummary, figure: 'p99' | 'max'): ReplayMetric {
  const of = ({ minutes }: UngatedRun): number | null => minutes?.scheduled?.[what][figure] ?? null;
  return { unit: 'duration', is, needs: 'schedule', of };
}

function ofMinutes(
  unit: ReplayMetric['unit'],
  is: string,
  of: (minutes: MinutesSummary) => number,
): ReplayMetric {
  return { unit, is, needs: 'minutes', of: ({ minutes }) => (minutes === null ? null : of(minutes)) };
}

function ofComparison(
  unit: ReplayMetric['unit'],
  is: string,
  of: (comparison: ComparisonSummary) => number,
): ReplayMetric {
  return {
    unit,
    is,
    needs: 'comparison',
    of: ({ comparison }) => (comparison === null ? null : of(comparison)),
  };
}

function counted<Count extends keyof RunCounts>(
  count: Count,
  is: string,
): Metric<{ readonly counts: Pick<RunCounts, Count> }> {
  return { unit: 'count', is, of: ({ counts }) => counts[count] };
}

function ofLabels(figure: 'precision' | 'recall' | 'f1' | 'averagePrecision', is: string): ReplayMetric {
  const of = (overall: DetectionFigures): number | null => overall[figure];
  return {
    unit: 'share',
    is,
    needs: 'labels',
    of: ({ labels }) => (labels === null ? null : of(labels.overall)),
  };
}
