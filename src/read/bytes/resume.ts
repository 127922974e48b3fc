import type { FilePosition, InputPosition } from '../../core/input-position.js';

/** Where reading a recording goes on: what a run committed. */
export interface ResumePoint {
  /** Of a commit, in the order of the inputs; null: from the beginning. */
  readonly positions: readonly InputPosition[] | null;
  /** The minute of that commit, epoch ms: its records and those of earlier minutes do not count again. */
  readonly positionsMinuteMs: number | null;
  /** The last minute that was handed on for good, epoch ms: it and those before it only come for the windows. */
  readonly afterMinuteMs: number;
  /** Where the inputs went on after that minute: standard input is held against what it was up to there. */
  readonly afterPositions?: readonly InputPosition[];
}

/** Where one file goes on. */
export interface FileResume {
  readonly position: FilePosition;
  /** Minutes up to this one were handed on; -Infinity: none was. */
  readonly minuteMs: number;
}

/** Of a file of which nothing was read. */
export const FILE_START: FilePosition = { byteOffset: 0, line: 1, doneLine: 0, doneItem: null };
