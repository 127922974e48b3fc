import type { Notice } from '../core/errors.js';
import type { ReadStep } from '../core/types.js';
import type { PinnedRecording } from './pinned.js';
import type { Layout } from './plan.js';
import type { MinutesAround } from './select-steps.js';
import type { MetTargets } from './target-filter.js';

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
export interface Recording extends RecordingFacts {
  readonly hasLabels: boolean;
  /** Whether an input is a feed whose minutes the clock closes too: reading it again would not give them again. */
  readonly isLive: boolean;
  /**
   * The minutes in order, with accounts of what was rejected, merged and filtered. Call once. `onNotice` is told at
   * once of each field that the sample did not show, at the first record that has a value in it.
   *
   * @throws AiopsError `input_out_of_order`; `input_unusable` on damaged gzip; `input_missing` on an I/O
   *   error; `config` where standard input is not what the run read before. What was complete before is
   *   handed on first.
   */
  steps(onNotice?: (notice: Notice) => void): AsyncIterable<ReadStep>;
  /** The same with how many records had such a value; ask once the steps have ended. */
  lateNotices(): readonly Notice[];
  /** What there is around what was asked for; ask once the steps have ended. */
  extent(): ReadExtent;
  progress(): ReadProgress;
  /**
   * How the recording is read and what its files are, as plain JSON; `whole`: with a sum of all their bytes.
   *
   * @throws AiopsError `input_unusable` where a file was replaced or cut since it was opened; `input_missing`
   */
  pin(asked: { readonly whole: boolean }): Promise<PinnedRecording>;
  /** Ends reading. Safe to call twice. */
  close(): Promise<void>;
}
