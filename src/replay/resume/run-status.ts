import type { Incident, Quarantine } from '../../core/incidents.js';
import type { BackendFacts, InputSpec, ModelFacts } from '../../core/types.js';
import type { ProgramFacts } from '../../core/machine-facts.js';
import type { RunCounts } from '../../core/counts.js';

/** What a run's output says about it: what `aiops-serve status` tells. */
export interface RunStatus {
  readonly folder: string;
  /**
   * `running`: a process is at work on it; `stopped`: it is there but does not run (SIGSTOP, Ctrl-Z);
   * `held`: another host or container says so, which cannot be seen from here; `ended`: by a signal or an error;
   * `killed`: it ended without tidying up; `complete`: everything is done. All but the last can be gone on with,
   * unless the input was a live feed.
   */
  readonly state: 'running' | 'stopped' | 'held' | 'ended' | 'killed' | 'complete';
  /** Who holds the folder, or held it when it was killed. */
  readonly holder: { readonly pid: number; readonly host: string; readonly since: string } | null;
  readonly program: ProgramFacts;
  /** ISO 8601, when the run first began. */
  readonly startedAt: string;
  /** How often it was gone on with since. */
  readonly resumed: number;
  /** Settings that can change a result, by their flags. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  /** Whether one of them was a live feed: such a run cannot be resumed. */
  readonly isLive: boolean;
  readonly layout: 'rows' | 'batches';
  readonly columns: readonly string[];
  readonly intervalMs: number;
  readonly model: ModelFacts & InputSpec;
  readonly backend: BackendFacts;
  /** Null: nothing was committed yet. */
  readonly progress: StatusProgress | null;
  /** ISO 8601; null: not complete. */
  readonly completedAt: string | null;
  /** File of the results in the folder. */
  readonly results: string;
  /** Files that are not as the run left them: it cannot continue with them. */
  readonly damaged: readonly DamagedFile[];
}

/** A file of a run that does not match its journal. */
export interface DamagedFile {
  readonly path: string;
  /** `long`: longer than when the run was complete; `changed`: the committed part is another one. */
  readonly problem: 'missing' | 'short' | 'long' | 'changed';
  readonly committedBytes: number;
  /** Null: it does not exist. */
  readonly sizeBytes: number | null;
}

/** What the last commit says. */
export interface StatusProgress {
  /** ISO 8601, when it was committed. */
  readonly committedAt: string;
  /** Null: the run is complete without a minute. */
  readonly firstMinute: string | null;
  readonly lastMinute: string | null;
  readonly counts: RunCounts;
  /** Share of the bytes of the input that are done, 0 to 1; null where its size or the place in it is not known. */
  readonly inputShare: number | null;
  readonly incidents: Readonly<Record<Incident['kind'], number>>;
  /** Series that are left out for a while. */
  readonly quarantines: readonly Quarantine[];
}

/** The text of `status --json`. */
export function statusJson(status: RunStatus): string {
  return `${JSON.stringify(status, null, 2)}\n`;
}
