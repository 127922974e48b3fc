import type { Incident, Quarantine } from '../../core/incidents.js';
import type { InputPosition, Prefix } from '../../core/input-position.js';
import type { BackendFacts, InputSpec, ModelFacts, ReadyFacts } from '../../core/types.js';
import { program } from '../../program/package-files.js';
import type { AwaitedTally } from '../../read/lines/awaited-columns.js';
import type { Recording } from '../../read/recording.js';
import type { InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { DigestUpdate } from '../../read/bytes/digests.js';
import type { ProcessUse } from '../../core/process-use.js';
import type { ProgramFacts } from '../../core/machine-facts.js';
import type { ErrorCount, RejectCount, RunCounts } from '../../core/counts.js';
import type { ReplayConfig } from '../replay-config.js';

/** What a run is: the first line of its journal. A session that resumes it must agree, but for the program. */
export interface RunFacts {
  readonly program: ProgramFacts;
  /** ISO 8601, when the run first began. */
  readonly startedAt: string;
  /** Settings that can change a result, by their flags. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Settings that can change a result only where answers depend on how a minute is cut. */
  readonly serving: Readonly<Record<string, unknown>>;
  readonly recording: InputSnapshot;
  readonly model: ModelFacts;
  readonly input: InputSpec;
  readonly backend: BackendFacts;
}

/** How far a run is: what each commit in the journal holds besides the lengths of files. */
export interface RunProgress {
  /** ISO 8601, when it was committed. */
  readonly at: string;
  /** First and last minute written, epoch ms; null: none, which only the end of a run commits. */
  readonly firstMinuteMs: number | null;
  readonly minuteMs: number | null;
  readonly counts: RunCounts;
  /** Rows that say whether they are an anomaly. */
  readonly verdicts: number;
  /** Records found by the reader. */
  readonly found: number;
  /** By reason. */
  readonly rejects: readonly RejectCount[];
  /** By `errno`, up to a number of them. */
  readonly errors?: readonly ErrorCount[];
  /** Where to continue reading each input. */
  readonly positions: readonly InputPosition[];
  /** Checksums of inputs that can be read only once and were read to their end; null: another input. */
  readonly wholeInputs?: readonly (Prefix | null)[];
  /** What records so far show of columns of `--columns` that the sample lacks; absent: no such column is left. */
  readonly awaited?: AwaitedTally;
  /** What was read of each input since the commit before; null: nothing, or no file. */
  readonly digests: readonly (DigestUpdate | null)[];
  /** Series that are not tried for a while. */
  readonly quarantines: readonly Quarantine[];
  /** Items in a row, up to the last one, that crashed every actor. */
  readonly lostInARow: number;
  readonly incidents: IncidentCounts;
  readonly usage: RunUsage;
  /** Everything is read and written, except for the reports. */
  readonly ended: boolean;
}

/** Over all sessions of the run. */
export type IncidentCounts = Readonly<Record<Incident['kind'], number>>;

/** What a run has used so far, over all its sessions. A session that was killed counts up to its last commit. */
export interface RunUsage {
  /** Serving minutes, comparisons included, starts not. */
  readonly elapsedMs: number;
  /** Of that, comparing only. */
  readonly comparingMs: number;
  /** Time that actors spent on items, summed over actors. */
  readonly busyMs: number;
  /** Time that actors had for items: for each session, its actors × (elapsed − comparing). */
  readonly availableMs: number;
  /** The parent of every session, starts and comparisons included. */
  readonly parent: ProcessUse;
  /** All actors, also those that were lost or compared with; each counts up to its last answer. */
  readonly actors: ProcessUse;
}

/** How a run ended: the last line of its journal. */
export interface RunCompletion {
  readonly at: string;
  readonly counts: RunCounts;
  /** Of the text of `timing.json`, to recognize it by. */
  readonly summarySha256: string;
}

export function runFacts(
  config: Pick<ReplayConfig, 'journaled'>,
  recording: Pick<Recording, 'snapshot'>,
  { model, input, backend }: Pick<ReadyFacts, 'model' | 'input' | 'backend'>,
  startedAt: string,
): RunFacts {
  return {
    program,
    startedAt,
    settings: config.journaled.results,
    serving: config.journaled.serving,
    recording: recording.snapshot(),
    model,
    input,
    backend,
  };
}
