import type { Distribution } from '../../core/statistics.js';
import type { Metric, Metrics } from '../../report/gates.js';
import type { RunSummary } from './run-summary.js';
import type { RunCounts } from '../../core/counts.js';
import type { ComparisonSummary } from '../../core/comparison.js';
import type { DetectionFigures } from './run-labels.js';
import type { MinutesSummary, ScheduleSummary } from '../../measure/run-timings.js';

/** What there is to see before the gates are looked at. */
export type UngatedRun = Omit<RunSummary, 'gates'>;
type ReplayMetric = Metric<UngatedRun>;

/** What replay's `--fail-if` can speak of. */
export const REPLAY_METRICS: Metrics<UngatedRun> = {
  p50: wall('p50', 'median service time of a minute'),
  p90: wall('p90', '90th percentile of a minute’s service time'),
  p95: wall('p95', '95th percentile of a minute’s service time'),
  p99: wall('p99', '99th percentile of a minute’s service time'),
  max: wall('max', 'the slowest minute’s service time'),
  mean: wall('mean', 'mean service time of a minute'),
  items: ofMinutes('count', 'items of the largest minute', ({ items }) => items.max),
  late: ofMinutes('count', 'minutes that took longer than the deadline', ({ late }) => late),
  'response-p99': scheduled(
    '99th percentile from a minute’s scheduled start to its answers',
    'responseMs',
    'p99',
  ),
  'response-max': scheduled('the longest time from a scheduled start to the answers', 'responseMs', 'max'),
  'lateness-p99': scheduled('99th percentile of how late a minute began', 'latenessMs', 'p99'),
  'lateness-max': scheduled('the latest beginning of a minute', 'latenessMs', 'max'),
  headroom: ofMinutes('ratio', 'deadline over p99', ({ headroom }) => headroom),
  capacity: ofMinutes('count', 'items a minute that fit the deadline', ({ capacityItems }) => capacityItems),
  imbalance: ofMinutes(
    'ratio',
    'slowest chunk over mean chunk, median minute',
    ({ imbalance }) => imbalance.p50,
  ),
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
    is: 'of the actors’ time, what they spent on chunks',
    of: (run) => run.utilization,
  },
  minutes: counted('minutes', 'minutes replayed'),
  records: counted('records', 'records read'),
  rejected: counted('rejected', 'records rejected'),
  merged: counted('merged', 'records merged with another one'),
  errors: counted('error', 'rows without an answer, since it failed'),
  warmup: counted('warmup', 'rows without an answer, since their window was not full'),
  anomalies: counted('anomalies', 'rows flagged'),
  precision: ofLabels('precision', 'of the records flagged, those labelled'),
  recall: ofLabels('recall', 'of the records labelled, those flagged'),
  f1: ofLabels('f1', 'harmonic mean of precision and recall'),
  'average-precision': ofLabels('averagePrecision', 'of the scores, over all thresholds'),
  elapsed: {
    unit: 'duration',
    is: 'time of all sessions of the run, their starts excepted',
    of: (run) => run.elapsedMs,
  },
  start: {
    unit: 'duration',
    is: 'time until the last actor was warm; last session',
    of: (run) => run.execution.startMs,
  },
  memory: {
    unit: 'bytes',
    is: 'most memory of the parent in any session, without its actors',
    of: (run) => run.parentMaxRssBytes,
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
  return { unit, is, of: ({ minutes }) => (minutes === null ? null : of(minutes)) };
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

function counted(count: keyof RunCounts, is: string): ReplayMetric {
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
