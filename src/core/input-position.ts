/** Where reading one input can go on, once everything before it is accounted for. */
export interface FilePosition {
  /** Offset, in the uncompressed input, of the first line that may hold a record of a later minute. */
  readonly byteOffset: number;
  /** Its 1-based number. */
  readonly line: number;
  /** Last line of which rejects and counts were handed on; it may lie behind `line`. */
  readonly doneLine: number;
  /** In it, the last 0-based item of which they were; -1: none of its items, null: the whole line. */
  readonly doneItem: number | null;
  /** Behind a reject: the minute that the rejects after it count to if they have no readable time, epoch ms. */
  readonly lastMs?: number;
  /** Where the input cannot be looked up again: what its first bytes were, for the next time they come. */
  readonly prefix?: { readonly bytes: number; readonly sha256: string };
}

/** `end`: everything was read; more can only come if the input has grown. */
export type InputPosition = FilePosition | 'end';
