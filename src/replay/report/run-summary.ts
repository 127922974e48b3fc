import type { Notice } from '../../core/errors.js';
import type { Incident } from '../../core/incidents.js';
import type { BackendFacts, InputSpec, ModelFacts } from '../../core/types.js';
import type { ComparisonSummary } from '../../core/comparison.js';
import type { GateResult } from '../../report/gates.js';
import type { AnomaliesSummary } from './anomaly-events.js';
import type { CallFullness } from './call-fullness.js';
import type { ReportedErrors } from './errors.js';
import type { ReportedReject } from './rejects.js';
import type { LabelsSummary } from './run-labels.js';
import type { TimingsSummary } from '../../measure/run-timings.js';
import type { HostFacts, ProgramFacts } from '../../core/machine-facts.js';
import type { RunCounts } from '../../core/counts.js';
import type { Threshold } from '../../model/model-choice.js';
import type { RunUsage } from '../resume/run-facts.js';

/** The content of `timing.json`; times in ms. */
export interface RunSummary extends TimingsSummary {
  readonly program: ProgramFacts;
  /** The run's settings, from the command line, the environment and the configuration file. */
  readonly settings: unknown;
  readonly input: {
    readonly files: readonly string[];
    readonly layout: 'rows' | 'batches';
    readonly columns: readonly string[];
    readonly intervalMs: number;
    readonly intervalSource: 'given' | 'detected' | 'default';
    readonly firstMinute: string | null;
    readonly lastMinute: string | null;
  };
  readonly model: ModelFacts & InputSpec;
  /** Null: there is none, or the analyzer decides. */
  readonly threshold: Threshold | null;
  readonly backend: BackendFacts;
  readonly execution: {
    readonly mode: 'parallel' | 'sequential';
    readonly actors: number;
    /** Blocks in flight at once. */
    readonly inflight: number;
    /** Recorded time over real time; null: as fast as possible. */
    readonly pace: number | null;
    /** From starting the first actor until the last one was warm. */
    readonly startMs: number;
  };
  readonly host: HostFacts;
  readonly sessions: {
    /** How often the run was resumed after it had ended early, or after its input had grown. */
    readonly resumed: number;
    /** Minutes of previous sessions; they are not in the comparison. */
    readonly earlierMinutes: number;
  };
  readonly incidents: {
    /** Since the run first started. */
    readonly counts: Readonly<Record<Incident['kind'], number>>;
    /** The first 100 of this session. */
    readonly listed: readonly Incident[];
  };
  readonly counts: RunCounts;
  /** By reason, the most frequent one first. */
  readonly rejects: readonly ReportedReject[];
  /** Items that failed; absent from an earlier version's. */
  readonly errors?: ReportedErrors;
  /**
   * From the first minute to the last result passed to the file, comparisons included, starting excluded. Summed over
   * all sessions; a killed one counts up to its last commit. The same holds for the next three.
   */
  readonly elapsedMs: number;
  /** Of that, time spent on comparing alone. */
  readonly comparingMs: number;
  readonly usage: Pick<RunUsage, 'parent' | 'actors'>;
  /** Of `elapsedMs − comparingMs`, so reading, writing and waiting are in it. */
  readonly throughput: { readonly itemsPerSecond: number; readonly minutesPerSecond: number };
  /** For a minute served alone. */
  readonly deadlineMs: number;
  /** Share of the time the actors had (`actors × (elapsedMs − comparingMs)`) that they spent on chunks. */
  readonly utilization: number;
  /** Null: calls were not padded. */
  readonly callFullness: CallFullness | null;
  readonly comparison: ComparisonSummary | null;
  /** Which rows were flagged. */
  readonly anomalies: AnomaliesSummary;
  /** How well labelled anomalies were detected; null where no record has a label. */
  readonly labels: LabelsSummary | null;
  /** Results of `--fail-if`. */
  readonly gates: readonly GateResult[];
  readonly advice: string;
  readonly notices: readonly Notice[];
}

/** The text of `timing.json`. */
export function summaryJson(summary: RunSummary): string {
  return `${JSON.stringify(summary, null, 2)}\n`;
}
