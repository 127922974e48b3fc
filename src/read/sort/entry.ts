import { HEAD_OF_LONG_LINE } from '../lines/lines.js';

/** A line of the input, or a record that spans several, with where it came from. */
export interface Entry {
  /** Its time; of one without a readable time that of the last one before it, or -Infinity. Epoch ms. */
  timeMs: number;
  /** Offset in the uncompressed input. */
  byteOffset: number;
  /** 1-based number of its first line. */
  line: number;
  /** Its size in the input, with its newline. A line that is too long is larger than its text, which is cut. */
  sizeBytes: number;
  /** Its text is `[start, end)` of these, and ends with a newline. */
  bytes: Buffer;
  start: number;
  end: number;
}

export function emptyEntry(): Entry {
  return { timeMs: NaN, byteOffset: 0, line: 0, sizeBytes: 0, bytes: Buffer.alloc(0), start: 0, end: 0 };
}

/** Takes entries one after another. */
export interface EntrySink {
  /** Copies what it needs. */
  put(entry: Entry): void;
  /** Whether to call `flush`, so that memory stays bounded. */
  readonly isDue: boolean;
  flush(): Promise<void>;
}

/** The most bytes that an entry's text has: enough for a line that is too long to be seen as such, and for its head. */
export function mostTextBytes(maxLineBytes: number): number {
  return Math.max(HEAD_OF_LONG_LINE, maxLineBytes + 1) + 1;
}
