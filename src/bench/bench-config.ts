import type { BackendName } from '../core/types.js';
import type { BaselineRun } from './report/baseline.js';
import type { ModelChoice } from '../model/model-choice.js';
import type { LoadSettings } from '../core/model-source.js';
import type { ReadSettings } from '../read/options.js';
import type { RejectLimit } from '../core/counts.js';
import type { Gate } from '../report/gates.js';
import type { ActorCount } from '../core/actor-count.js';

/** Numbers of actors to measure: 1, 2, 4 … up to `most`, or exactly these. */
export type ActorRange =
  | { readonly kind: 'up-to'; readonly most: ActorCount }
  | { readonly kind: 'exactly'; readonly counts: readonly ActorCount[] };

/** The validated settings that benchmarks and scenarios share. */
export interface MeasuringConfig extends Omit<LoadSettings, 'backend' | 'batchSize'> {
  readonly model: ModelChoice;
  /** Inactivity timeout of an actor, ms. */
  readonly actorTimeoutMs: number;
  readonly backends: readonly (BackendName | 'auto')[];
  readonly batchSizes: readonly (number | 'auto')[];
  /** Time for each variant, ms. */
  readonly timeMs: number;
  /** Seed of the synthetic minutes. */
  readonly seed: number;
  /** The output folder. */
  readonly out: string;
}

/** The validated settings of a benchmark. */
export interface BenchConfig extends MeasuringConfig {
  readonly read: ReadSettings;
  /** Null: any number of rejects. */
  readonly maxRejects: RejectLimit | null;
  readonly gates: readonly Gate[];
  /** Recordings whose minutes to serve; empty: synthetic minutes. */
  readonly inputs: readonly string[];
  readonly actors: ActorRange;
  /** Items per minute; null: those of the recording, or 500. */
  readonly items: readonly number[] | null;
  /** Null: as many as suit the time. */
  readonly rounds: number | null;
  /** Whether to write a `trace.json`. */
  readonly trace: boolean;
  /** Null: the recording's interval, or a minute. */
  readonly deadlineMs: number | null;
  /** An earlier run to compare with. */
  readonly baseline: BaselineRun | null;
}
