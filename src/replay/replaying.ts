import type { Readable, Writable } from 'node:stream';

import type { Notice } from '../core/errors.js';
import type { ActorLog, ReadyFacts } from '../core/types.js';
import type { Recording } from '../read/recording.js';
import type { RunSummary } from './report/run-summary.js';
import type { RunCounts } from '../core/counts.js';
import type { PriorRun } from './resume/prior-run.js';
import type { Executors } from '../pool/executors.js';
import type { ChosenModel } from '../model/model-choice.js';
import type { ReplayConfig } from './replay-config.js';

/** What a run needs from outside and tells while it goes. */
export interface ReplayContext {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Aborted: finish the minutes under way, then end. */
  readonly signal: AbortSignal;
  readonly onNotice: (notice: Notice) => void;
  readonly onReady: (ready: ReadyFacts) => void;
  /** After every minute. */
  readonly onMinute: (counts: RunCounts, recording: Recording) => void;
  /** What an actor printed. */
  readonly onActorLine: ActorLog;
}

export type ReplayOutcome =
  | { readonly kind: 'complete'; readonly summary: RunSummary }
  /** An earlier run did all there was to do. */
  | { readonly kind: 'done-before'; readonly summary: RunSummary }
  /** Ended by the signal. */
  | { readonly kind: 'interrupted'; readonly minutes: number; readonly resumable: boolean }
  /** Nobody reads our standard output any more. */
  | { readonly kind: 'closed' };

/** What a run is made of before its input is open. */
export interface Replaying {
  readonly config: ReplayConfig;
  readonly context: ReplayContext;
  readonly executors: Executors;
  readonly model: ChosenModel;
  readonly prior: PriorRun | null;
}
