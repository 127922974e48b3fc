import type { Readable, Writable } from 'node:stream';

import type { Notice } from '../core/errors.js';
import type { ActorLog, ReadyFacts } from '../core/types.js';
import type { RunSummary } from './report/run-summary.js';
import type { RunCounts } from '../core/counts.js';

/** A journaled setting as one would type it after its flag; '': a flag without a value, null: not given. */
export type SettingText = (flag: string, value: unknown) => string | null;

/** What a run needs from its caller, and what it reports while it is at work. */
export interface ReplayContext {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Aborted: no further block is dispatched; those in flight are finished, then the run ends. */
  readonly signal: AbortSignal;
  /** Aborted after `signal`: the blocks in flight are dropped. */
  readonly graceOver: AbortSignal;
  readonly onNotice: (notice: Notice) => void;
  readonly onReady: (ready: ReadyFacts) => void;
  /** Called whenever minutes were written. */
  readonly onWritten: (written: Written) => void;
  /** Gets the lines that actors print. */
  readonly onActorLine: ActorLog;
  /** For messages. */
  readonly settingText: SettingText;
}

/** What a run has written so far. */
export interface Written {
  readonly counts: RunCounts;
  /** How much of the inputs lies behind it, bytes. */
  doneBytes(): number;
  /** Null if the size of an input cannot be known. */
  totalBytes(): number | null;
}

/** A session that a signal ended. */
export interface InterruptedReplay {
  readonly kind: 'interrupted';
  readonly minutes: number;
  /** Minutes in flight that did not end in time. */
  readonly dropped: number;
  readonly resumable: boolean;
}

export type ReplayOutcome =
  | { readonly kind: 'complete'; readonly summary: RunSummary }
  /** An earlier session had completed the run. */
  | { readonly kind: 'done-before'; readonly summary: RunSummary }
  | InterruptedReplay
  /** Standard output has no reader any more. */
  | { readonly kind: 'closed' };
