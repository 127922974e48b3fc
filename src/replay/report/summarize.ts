import { agrees, VARIANTS } from '../../core/comparison.js';
import type { Notice } from '../../core/errors.js';
import { isoTime } from '../../core/time.js';
import type { ReadyFacts } from '../../core/types.js';
import { hostFacts } from '../../host/processors.js';
import type { Threshold } from '../../model/model-choice.js';
import { program } from '../../program/package-files.js';
import type { Recording } from '../../read/recording.js';
import { checkGates } from '../../report/gates.js';
import type { Compared } from '../comparer.js';
import type { ReplayConfig } from '../replay-config.js';
import type { RunFigures } from '../resume/run-figures.js';
import type { RunTotals } from '../totals.js';
import { adviceFor } from './advice.js';
import { callFullness } from './call-fullness.js';
import { reportedErrors } from './errors.js';
import { reportedRejects } from './rejects.js';
import { REPLAY_METRICS, type UngatedRun } from './replay-metrics.js';
import type { RunSummary } from './run-summary.js';

/** Whether the ways to serve gave answers further apart than rounding explains. */
export function answersDiffer(compared: Pick<Compared, 'summary'> | null): boolean {
  if (compared === null) return false;
  const { answers, tolerance } = compared.summary;
  return VARIANTS.some((variant) => !agrees(answers[variant], tolerance));
}

/** What the reports of a finished run are made of. */
export interface RunParts {
  readonly recording: Recording;
  readonly threshold: Threshold | null;
  readonly ready: ReadyFacts;
  readonly totals: RunTotals;
  /** Of all sessions. */
  readonly figures: RunFigures;
  /** In this session; null: nothing. */
  readonly compared: Compared | null;
  /** Of the pool, even if the run was sequential: the comparison is about them. */
  readonly actors: number;
}

/** The summary of a finished run; `notices` are those besides the ones of the recording and the actors. */
export function summarize(
  config: ReplayConfig,
  parts: RunParts,
  sessions: RunSummary['sessions'],
  notices: readonly Notice[],
): RunSummary {
  const summary = ungated(config, parts, sessions, notices);
  return { ...summary, gates: checkGates(config.gates, REPLAY_METRICS, summary) };
}

function ungated(
  config: ReplayConfig,
  { recording, threshold, ready, totals, figures, compared, actors }: RunParts,
  sessions: RunSummary['sessions'],
  notices: readonly Notice[],
): UngatedRun {
  const { deadlineMs } = totals;
  const timings = figures.timings.summary();
  const { elapsedMs, comparingMs, busyMs, availableMs, ...usage } = totals.usage;
  const { counts, rejects } = totals.counters;
  const summary = {
    program,
    settings: { ...config, journaled: undefined },
    input: inputOf(config, recording, totals.span),
    model: { ...ready.model, ...ready.input },
    threshold,
    backend: {
      ...ready.backend,
      reproducible: ready.backend.reproducible && !answersDiffer(compared),
    },
    execution: {
      mode: config.mode,
      actors,
      inflight: config.inflight,
      pace: config.pace,
      startMs: ready.startMs,
    },
    host: hostFacts(),
    sessions,
    incidents: { counts: totals.incidents.counts, listed: totals.incidents.listed },
    counts,
    rejects: reportedRejects(rejects),
    errors: reportedErrors(totals.errors.all, counts),
    elapsedMs,
    comparingMs,
    usage,
    throughput: throughput(timings.served?.items ?? 0, counts.minutes, elapsedMs - comparingMs),
    deadlineMs,
    ...timings,
    utilization: busyMs / Math.max(availableMs, 1),
    callFullness: callFullness(figures.timings, ready, config),
    comparison: compared?.summary ?? null,
    anomalies: figures.events.summary(),
    labels: figures.labels?.summary() ?? null,
    notices: [...recording.notices, ...ready.notices, ...notices],
  };
  return { ...summary, advice: adviceFor(summary) };
}

function inputOf(
  { inputs }: ReplayConfig,
  { layout, columns, intervalMs, intervalSource }: Recording,
  { firstMs, lastMs }: RunTotals['span'],
): RunSummary['input'] {
  const span = { firstMinute: minuteText(firstMs), lastMinute: minuteText(lastMs) };
  return { files: inputs, layout, columns, intervalMs, intervalSource, ...span };
}

function throughput(items: number, minutes: number, ms: number): RunSummary['throughput'] {
  return { itemsPerSecond: (1000 * items) / ms, minutesPerSecond: (1000 * minutes) / ms };
}

function minuteText(minuteMs: number): string | null {
  return Number.isNaN(minuteMs) ? null : isoTime(minuteMs);
}
