import type { LoadSettings } from '../core/model-source.js';

import type { Gate } from '../report/gates.js';
import type { VerifyInput } from '../read/snapshot/compare-inputs.js';

import type { RunOutputOptions } from '../output/run-output.js';
import type { ModelChoice } from '../model/model-choice.js';
import { type ReadSettings } from '../read/options.js';
import { type RejectLimit } from '../core/counts.js';
import { type ActorCount } from '../core/actor-count.js';

/** How an output that an earlier run wrote is treated, and how often this one is made safe. */
export interface BackfillSettings {
  /** Begin anew, whatever is there. */
  readonly restart: boolean;
  /** Take the output although another host may be at work on it. */
  readonly breakLock: boolean;
  /** How much of an input is compared with what an earlier session read. */
  readonly verifyInput: VerifyInput;
  /** Work that a kill may cost at most, ms; 0: commit every minute. */
  readonly commitIntervalMs: number;
}

/** A journaled setting as one would type it after its flag; '': a flag without a value, null: not given. */
export type SettingText = (flag: string, value: unknown) => string | null;

/** What the journal keeps of a run's settings, by their flags; null: not given. */
export interface JournaledSettings {
  /** Settings that can change a result. */
  readonly results: Readonly<Record<string, unknown>>;
  /** Settings that can change one only where answers depend on how a minute is cut. */
  readonly serving: Readonly<Record<string, unknown>>;
  readonly text: SettingText;
}

/** A replay's settings, validated. */
export interface ReplayConfig extends LoadSettings {
  /** Paths, or `-` for standard input. */
  readonly inputs: readonly string[];
  readonly read: ReadSettings;
  readonly model: ModelChoice;
  readonly actors: ActorCount;
  /** Time without an answer after which an actor counts as stuck, ms. */
  readonly actorTimeoutMs: number;
  /** Minutes under way at once, ≥ 1. */
  readonly inflight: number;
  /** Who answers what is written: the pool, or one process with batches. */
  readonly mode: 'parallel' | 'sequential';
  readonly compare: 'sample' | 'all' | 'none';
  /** What comparing a sample may cost, ms. */
  readonly compareTimeMs: number;
  readonly output: RunOutputOptions;
  readonly backfill: BackfillSettings;
  /** Recorded time that passes in a second, in seconds; null: as fast as it goes. */
  readonly pace: number | null;
  /** Resident memory above which an actor is replaced, bytes; null: however large. */
  readonly maxActorRssBytes: number | null;
  /** Null: any number of rejects, and exit status 3 if there were some. */
  readonly maxRejects: RejectLimit | null;
  /** Null: the recording's interval. */
  readonly deadlineMs: number | null;
  /** Conditions that fail the finished run. */
  readonly gates: readonly Gate[];
  readonly journaled: JournaledSettings;
}

/** What a minute must be served within, ms: as asked, or the interval in real time. */
export function deadlineOf(
  { deadlineMs, pace }: Pick<ReplayConfig, 'deadlineMs' | 'pace'>,
  intervalMs: number,
): number {
  return deadlineMs ?? intervalMs / (pace ?? 1);
}
