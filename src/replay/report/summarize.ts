import type { Notice } from '../../core/errors.js';
import { isoTime } from '../../core/time.js';
import type { BackendFacts, ReadyFacts } from '../../core/types.js';
import { program } from '../../program/files.js';
import type { Recording } from '../../read/recording.js';
import { adviceFor } from './advice.js';
import { checkGates } from '../../report/gates.js';
import { REPLAY_METRICS, type UngatedRun } from './replay-metrics.js';
import type { RunSummary } from './run-summary.js';
import type { RunProgress } from '../resume/run-facts.js';
import type { WholeRun } from '../resume/whole-run.js';
import type { Comparer } from '../comparer.js';
import { hostFacts } from '../../host/processors.js';
import type { Ledger } from '../ledger.js';
import type { Lineup } from '../lineup.js';
import type { ReplayConfig } from '../replay-config.js';
import { TOLERANCE } from '../../measure/tolerance.js';

/** Whether the ways to serve gave answers further apart than rounding explains. */
export function differs(comparer: Comparer | null, { name }: BackendFacts): boolean {
  return comparer?.comparison.differs(TOLERANCE[name]) ?? false;
}

export interface FinishedRun {
  readonly config: ReplayConfig;
  readonly recording: Recording;
  readonly ready: ReadyFacts;
  readonly executors: Pick<Lineup, 'actors'>;
  readonly ledger: Ledger;
  readonly whole: WholeRun;
  readonly deadlineMs: number;
  readonly comparer: Comparer | null;
  /** What earlier sessions of the run came to; null: this is the first. */
  readonly before: RunProgress | null;
  /** How often the run was gone on with. */
  readonly resumed: number;
  /** What only the whole run could tell. */
  readonly closing: readonly Notice[];
}

/** What a finished run comes to. */
export function summarize(run: FinishedRun): RunSummary {
  const summary = ungated(run);
  return { ...summary, gates: checkGates(run.config.gates, REPLAY_METRICS, summary) };
}

function ungated(run: FinishedRun): UngatedRun {
  const { config, recording, ready, ledger, deadlineMs } = run;
  const { actors } = run.executors;
  const minutes = run.whole.timings.summary();
  const comparison = run.comparer?.comparison.summary(actors, TOLERANCE[ready.backend.name]) ?? null;
  const { elapsedMs, comparingMs, parentMaxRssBytes, busyMs, availableMs } = ledger.usage;
  return {
    program,
    settings: { ...config, journaled: undefined },
    input: {
      files: config.inputs,
      layout: recording.layout,
      columns: recording.columns,
      intervalMs: recording.intervalMs,
      intervalSource: recording.intervalSource,
      firstMinute: minuteText(ledger.span.firstMs),
      lastMinute: minuteText(ledger.span.lastMs),
    },
    model: { ...ready.model, ...ready.input },
    backend: {
      ...ready.backend,
      reproducible: ready.backend.reproducible && !differs(run.comparer, ready.backend),
    },
    execution: {
      mode: config.mode,
      actors,
      inflight: config.inflight,
      pace: config.pace,
      startMs: ready.startMs,
    },
    host: hostFacts(),
    sessions: { resumed: run.resumed, earlierMinutes: run.before?.counts.minutes ?? 0 },
    incidents: { counts: ledger.incidents.counts, listed: ledger.incidents.listed },
    counts: ledger.tally.counts,
    elapsedMs,
    comparingMs,
    parentMaxRssBytes,
    deadlineMs,
    minutes,
    utilization: busyMs / Math.max(availableMs, 1),
    comparison,
    labels: run.whole.labels?.summary() ?? null,
    advice: adviceFor(minutes, comparison, deadlineMs, actors),
    notices: [...recording.notices, ...ready.notices, ...run.closing],
  };
}

function minuteText(minuteMs: number): string | null {
  return Number.isNaN(minuteMs) ? null : isoTime(minuteMs);
}
