/** Where reading of an input can resume once everything before has been committed. */
export interface FilePosition {
  /** Offset in the uncompressed input of the first line that may hold a record of a later minute. */
  readonly byteOffset: number;
  /** 1-based number of that line. */
  readonly line: number;
  /** The last line whose rejects and counts have been emitted; it may come after `line`. */
  readonly doneLine: number;
  /** The last 0-based item of that line for which they were; -1: none, null: the whole line. */
  readonly doneItem: number | null;
  /** After a reject: the minute to which following rejects without a readable time belong, epoch ms. */
  readonly lastMs?: number;
  /** If the input cannot be read twice, such as a pipe: its first bytes, to recognize it next time. */
  readonly prefix?: Prefix;
}

/** The checksum of the first bytes of an input. */
export interface Prefix {
  readonly bytes: number;
  readonly sha256: string;
}

/** `end`: everything has been read; more can only come if the input grows. */
export type InputPosition = FilePosition | 'end';

/** The name of an input in messages; it was given as `-` or by its path. */
export function inputName(input: string): string {
  return input === '-' ? 'standard input' : input;
}

/** The position in a file of which nothing has been read. */
export const FILE_START: FilePosition = { byteOffset: 0, line: 1, doneLine: 0, doneItem: null };
