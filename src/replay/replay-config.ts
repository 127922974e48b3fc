import type { LoadSettings } from '../core/model-source.js';

import type { Gate } from '../report/gates.js';
import type { VerifyInput } from '../read/snapshot/compare-inputs.js';

import type { RunOutputOptions } from '../output/run-output.js';
import type { ModelChoice } from '../model/model-choice.js';
import { type ReadSettings } from '../read/options.js';
import { type RejectLimit } from '../core/counts.js';
import { type ActorCount } from '../core/actor-count.js';

/** How an earlier run's output is treated, and how often this one is committed. */
export interface BackfillSettings {
  /** Start over, replacing what the output holds. */
  readonly restart: boolean;
  /** Take the output even if another host may be writing to it. */
  readonly breakLock: boolean;
  /** How much of an input is compared with what an earlier session read. */
  readonly verifyInput: VerifyInput;
  /** The most work that a kill may lose, ms; 0: commit every minute. */
  readonly commitIntervalMs: number;
}

/** What the journal keeps of a run's settings, by their flags; null: not given. */
export interface JournaledSettings {
  /** Settings that can change a result. */
  readonly results: Readonly<Record<string, unknown>>;
  /** Settings that can change one only where answers depend on how a minute is cut. */
  readonly serving: Readonly<Record<string, unknown>>;
}

/** A replay's settings, validated. */
export interface ReplayConfig extends LoadSettings {
  /** Paths, or `-` for standard input. */
  readonly inputs: readonly string[];
  readonly read: ReadSettings;
  readonly model: ModelChoice;
  readonly actors: ActorCount;
  /** Time without a message after which an actor that owes one counts as stuck, ms. */
  readonly actorTimeoutMs: number;
  /** Minutes that are dispatched together; null: as many as make good chunks. */
  readonly block: number | null;
  /** Blocks under way at once, ≥ 1. */
  readonly inflight: number;
  /** Whether the pool or a single process, with batches, produces the results. */
  readonly mode: 'parallel' | 'sequential';
  readonly compare: 'sample' | 'all' | 'none';
  /** What comparing a sample may add to the run, ms. */
  readonly compareTimeMs: number;
  readonly output: RunOutputOptions;
  readonly backfill: BackfillSettings;
  /** Recorded time over real time; null: as fast as possible. */
  readonly pace: number | null;
  /** Resident memory above which an actor is replaced, bytes; null: however large. */
  readonly maxActorRssBytes: number | null;
  /** Null: any number of rejects, with exit status 3 if there were some. */
  readonly maxRejects: RejectLimit | null;
  /** Null: the recording's interval. */
  readonly deadlineMs: number | null;
  /** Conditions that fail the finished run. */
  readonly gates: readonly Gate[];
  readonly journaled: JournaledSettings;
}

/** The time in which a minute must be served, ms: as given, or the interval in real time. */
export function deadlineOf(
  { deadlineMs, pace }: Pick<ReplayConfig, 'deadlineMs' | 'pace'>,
  intervalMs: number,
): number {
  return deadlineMs ?? intervalMs / (pace ?? 1);
}
