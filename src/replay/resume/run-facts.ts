import type { Incident, Quarantine } from '../../core/incidents.js';
import type { InputPosition } from '../../core/input-position.js';
import type { BackendFacts, InputSpec, ModelFacts } from '../../core/types.js';
import type { InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { DigestUpdate } from '../../read/bytes/digests.js';
import type { ProgramFacts } from '../../core/machine-facts.js';
import type { RunCounts } from '../../core/counts.js';
import type { RunUsage } from '../run-usage.js';

/** What a run is: the first line of its journal. Whoever goes on with it must be the same, but for the program. */
export interface RunFacts {
  readonly program: ProgramFacts;
  /** ISO 8601, when the run first began. */
  readonly startedAt: string;
  /** Settings that can change a result, by their flags. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Settings that can change one only where answers depend on how a minute is cut. */
  readonly serving: Readonly<Record<string, unknown>>;
  readonly recording: InputSnapshot;
  readonly model: ModelFacts;
  readonly input: InputSpec;
  readonly backend: BackendFacts;
}

/** How far a run is: what each commit in the journal says besides the lengths of files. */
export interface RunProgress {
  /** ISO 8601, when it was committed. */
  readonly at: string;
  /** First minute written, and the last one, epoch ms; null: there was none, which only the end of a run commits. */
  readonly firstMinuteMs: number | null;
  readonly minuteMs: number | null;
  readonly counts: RunCounts;
  /** Rows that say whether they are an anomaly. */
  readonly verdicts: number;
  /** Records found by the reader. */
  readonly found: number;
  /** Where each input goes on. */
  readonly positions: readonly InputPosition[];
  /** What was read of each input since the commit before; null: nothing, or no file. */
  readonly digests: readonly (DigestUpdate | null)[];
  /** Series that are left out for a while. */
  readonly quarantines: readonly Quarantine[];
  /** Items in a row, up to the last one, that crashed every actor. */
  readonly lostInARow: number;
  readonly incidents: IncidentCounts;
  readonly usage: RunUsage;
  /** Everything was read: only the reports are left to be written. */
  readonly ended: boolean;
}

/** What happened to actors since the run first began. */
export type IncidentCounts = Readonly<Record<Incident['kind'], number>>;

/** How a run ended: the last line of its journal. */
export interface RunCompletion {
  readonly at: string;
  readonly counts: RunCounts;
  /** Of the text of `timing.json`, so that it can be told whether it is still the one written then. */
  readonly summarySha256: string;
}
