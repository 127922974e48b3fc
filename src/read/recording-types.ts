import type { AiopsError, Notice } from '../core/errors.js';
import type { ReadStep } from '../core/types.js';
import type { PinnedRecording } from './snapshot/pinned.js';
import type { Layout } from './lines/plan.js';
import type { DigestUpdate } from './bytes/segments.js';
import type { MinutesAround } from './minutes/select-steps.js';
import type { MetTargets } from './lines/target-filter.js';

export interface ReadProgress {
  /** Bytes of the inputs that were taken so far, packed ones of a packed input. */
  readonly readBytes: number;
  /** Null where an input's size cannot be known. */
  readonly totalBytes: number | null;
}

/** What was found out about a recording before its first minute. */
export interface RecordingFacts {
  readonly columns: readonly string[];
  readonly intervalMs: number;
  readonly intervalSource: 'given' | 'detected' | 'default';
  readonly layout: Layout;
  /** What was found or assumed, and what was left out. */
  readonly notices: readonly Notice[];
}

/** What was read of a recording, to explain why none of it was asked for. */
export interface ReadExtent extends Readonly<MinutesAround> {
  readonly targets: MetTargets;
}

/** Recorded minutes, one after another, from one or more inputs. */
export interface Recording extends RecordingFacts, AsyncDisposable {
  readonly hasLabels: boolean;
  /** Whether an input is a feed whose minutes the clock closes too: reading it again would not give them again. */
  readonly isLive: boolean;
  /**
   * The minutes in order, with accounts of what was rejected, merged and filtered. Call once. `onNotice` is told at
   * once of each field that the sample did not show, at the first record that has a value in it.
   *
   * @throws AiopsError `input_out_of_order`; `input_unusable` on damaged gzip and where a file was changed or truncated
   *   while it was read; `input_missing` on an I/O error; `config` where standard input is not what the run read before. What was complete before is
   *   handed on first.
   */
  steps(onNotice?: (notice: Notice) => void): AsyncIterable<ReadStep>;
  /**
   * The same with how many records had such a value, and what files grew by after their end was read; ask once the
   * steps have ended and the inputs are checked.
   */
  lateNotices(): readonly Notice[];
  /** What there is around what was asked for; ask once the steps have ended. */
  extent(): ReadExtent;
  progress(): ReadProgress;
  /** How the recording is read, what its files are and what was read of them so far, as plain JSON. */
  pin(): PinnedRecording;
  /** For each input what was read since the last call, or since `pin`; null: nothing, or no file. */
  digestUpdates(): (DigestUpdate | null)[];
  /**
   * Looks at the files again, at the end of a run: some may have been read to their end long ago.
   *
   * @returns an error to end with once everything is served and committed, as a path leads to another file now, or to
   *   none; null: no such
   * @throws AiopsError `input_unusable` where bytes that were read are others now, or gone; `input_missing`
   */
  checkInputs(): Promise<AiopsError | null>;
  /** Ends reading. Safe to call twice. */
  close(): Promise<void>;
}
