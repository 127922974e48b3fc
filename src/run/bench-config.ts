import type { BackendName } from '../core/types.js';
import type { BaselineRun } from '../report/baseline.js';
import type { ActorCount, ReplayConfig } from './replay-config.js';

/** Numbers of actors to measure: 1, 2, 4 … up to one of them, or exactly these. */
export type ActorRange =
  | { readonly kind: 'up-to'; readonly most: ActorCount }
  | { readonly kind: 'exactly'; readonly counts: readonly ActorCount[] };

/** A benchmark's settings, validated. */
export interface BenchConfig extends Pick<
  ReplayConfig,
  | 'read'
  | 'maxRejects'
  | 'model'
  | 'params'
  | 'modelFormat'
  | 'threadsPerActor'
  | 'batchShape'
  | 'actorTimeoutMs'
  | 'gates'
> {
  /** Recordings whose minutes are served; none: made-up minutes. */
  readonly inputs: readonly string[];
  readonly backends: readonly (BackendName | 'auto')[];
  readonly batchSizes: readonly (number | 'auto')[];
  readonly actors: ActorRange;
  /** Items a minute; null: what the recording has, or 500. */
  readonly items: readonly number[] | null;
  /** Null: as many as suit the time. */
  readonly rounds: number | null;
  /** For each arm, ms. */
  readonly timeMs: number;
  /** Of made-up minutes. */
  readonly seed: number;
  /** A folder. */
  readonly out: string;
  /** Null: the recording's interval, or a minute. */
  readonly deadlineMs: number | null;
  /** An earlier run to compare with. */
  readonly baseline: BaselineRun | null;
}
