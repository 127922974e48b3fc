import type { Readable, Writable } from 'node:stream';

import type { Notice } from '../core/errors.js';
import type { ActorLog, ReadyFacts } from '../core/types.js';
import type { Recording } from '../read/recording.js';
import type { RunSummary } from './report/run-summary.js';
import type { RunCounts } from '../core/counts.js';

/** What a run needs from its caller, and what it reports while it is at work. */
export interface ReplayContext {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Aborted: the minutes under way are finished, then the run ends. */
  readonly signal: AbortSignal;
  readonly onNotice: (notice: Notice) => void;
  readonly onReady: (ready: ReadyFacts) => void;
  /** Called after every step of reading. */
  readonly onMinute: (counts: RunCounts, recording: Recording) => void;
  /** Gets the lines that actors print. */
  readonly onActorLine: ActorLog;
}

export type ReplayOutcome =
  | { readonly kind: 'complete'; readonly summary: RunSummary }
  /** An earlier session had completed the run. */
  | { readonly kind: 'done-before'; readonly summary: RunSummary }
  /** Ended by the signal. */
  | { readonly kind: 'interrupted'; readonly minutes: number; readonly resumable: boolean }
  /** Standard output has no reader any more. */
  | { readonly kind: 'closed' };
