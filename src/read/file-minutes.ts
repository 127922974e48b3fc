import { AiopsError } from '../core/errors.js';
import { foldRecords } from '../core/minute.js';
import type { DuplicatePolicy } from '../core/minute.js';
import type { InputPosition } from '../core/input-position.js';
import type { MinuteRecord, Reject } from '../core/types.js';
import type { BlockAssembler, Piece } from './assembler.js';
import type { BlockReader, RecordSink } from './records.js';

/** Rejects that are handed on without waiting for a minute to close. */
const MAX_WAITING_REJECTS = 4096;
/** Records of one interval that are kept before duplicates among them are folded. */
const FOLD_RECORDS = 16_384;

/** One closed interval of one file, with what was rejected while it was read. */
export interface FileMinute {
  /** -Infinity: rejects only, that need not wait; Infinity: what is left at the file's end. */
  readonly minuteMs: number;
  /** In reading order, unless folded. */
  readonly records: readonly MinuteRecord[];
  readonly rejects: readonly Reject[];
  readonly merged: number;
  readonly filtered: number;
  /** Records found since the minute before, whatever became of them. */
  readonly found: number;
  /** Where the file goes on; null: reading cannot start between this minute and the next. */
  readonly after: InputPosition | null;
  /** The end of the file closed it, or its last, unfinished line did. */
  readonly isTail: boolean;
}

export interface OrderRules {
  readonly intervalMs: number;
  /** Intervals that a record may go back. */
  readonly grace: number;
  readonly duplicates: DuplicatePolicy;
  /** What to do about a file that goes back further. */
  readonly sortHint: string;
}

interface OpenMinute {
  readonly minuteMs: number;
  records: MinuteRecord[];
  foldAt: number;
}

/**
 * Groups a file's records by interval and closes an interval once a record shows that the file has
 * gone on more than `grace` intervals. What comes out depends on the records alone, not on the blocks
 * that they came in.
 */
export class MinuteCollector implements RecordSink {
  readonly #rules: OrderRules;
  readonly #open = new Map<number, OpenMinute>();
  #current: OpenMinute | null = null;
  #newest: MinuteRecord | null = null;
  #rejects: Reject[] = [];
  #merged = 0;
  #filtered = 0;
  #closed: FileMinute[] = [];

  constructor(rules: OrderRules) {
    this.#rules = rules;
  }

  /** @throws AiopsError `input_out_of_order` */
  record(record: MinuteRecord): void {
    if (this.#current === null || record.minuteMs !== this.#current.minuteMs) {
      this.#current = this.#minuteOf(record);
    }
    this.#current.records.push(record);
    if (this.#current.records.length >= this.#current.foldAt) this.#fold(this.#current);
  }

  reject(reject: Reject): void {
    this.#rejects.push(reject);
    if (this.#rejects.length >= MAX_WAITING_REJECTS) this.#emit(-Infinity, []);
  }

  filtered(): void {
    this.#filtered++;
  }

  /** The minutes closed since the last call, in order. */
  take(): FileMinute[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  /** Closes what is open: the file has ended. */
  end(): void {
    this.#closeBefore(Infinity);
    if (this.#rejects.length > 0 || this.#filtered > 0) this.#emit(Infinity, []);
  }

  #minuteOf(record: MinuteRecord): OpenMinute {
    const { minuteMs } = record;
    const { grace, intervalMs } = this.#rules;
    const newest = this.#newest;
    if (newest !== null && minuteMs < newest.minuteMs - grace * intervalMs)
      throw this.#outOfOrder(record, newest);
    if (newest === null || minuteMs > newest.minuteMs) {
      this.#newest = record;
      this.#closeBefore(minuteMs - grace * intervalMs);
    }
    let minute = this.#open.get(minuteMs);
    if (minute === undefined) {
      minute = { minuteMs, records: [], foldAt: FOLD_RECORDS };
      this.#open.set(minuteMs, minute);
    }
    return minute;
  }

  #closeBefore(limitMs: number): void {
    const due = [...this.#open.values()].filter(({ minuteMs }) => minuteMs < limitMs);
    due.sort((a, b) => a.minuteMs - b.minuteMs);
    for (const { minuteMs, records } of due) {
      this.#open.delete(minuteMs);
      this.#emit(minuteMs, records);
    }
  }

  #emit(minuteMs: number, records: readonly MinuteRecord[]): void {
    this.#closed.push({
      minuteMs,
      records,
      rejects: this.#rejects,
      merged: this.#merged,
      filtered: this.#filtered,
      found: 0,
      after: null,
      isTail: false,
    });
    this.#rejects = [];
    this.#merged = 0;
    this.#filtered = 0;
  }

  #fold(minute: OpenMinute): void {
    const { records, rejects, merged } = foldRecords(minute.records, this.#rules.duplicates);
    minute.records = [...records];
    minute.foldAt = Math.max(FOLD_RECORDS, 2 * records.length);
    this.#merged += merged;
    for (const reject of rejects) this.reject(reject);
  }

  #outOfOrder(record: MinuteRecord, newest: MinuteRecord): AiopsError {
    const { file, line } = record.source;
    const at = new Date(record.minuteMs).toISOString();
    const after = new Date(newest.minuteMs).toISOString();
    const back = Math.ceil((newest.minuteMs - record.minuteMs) / this.#rules.intervalMs);
    return new AiopsError(
      'input_out_of_order',
      `${file}:${line}: ${at} comes after ${after} (line ${newest.source.line}): the file is not in time order`,
      { hint: `${this.#rules.sortHint}; or allow it with --grace ${back} (intervals)` },
    );
  }
}

/** Reads a file to its end; yields the minutes that each chunk closed. */
export async function* readMinutes(
  chunks: AsyncIterable<Buffer>,
  assembler: BlockAssembler,
  reader: BlockReader,
  collector: MinuteCollector,
): AsyncGenerator<FileMinute[], undefined> {
  try {
    for await (const chunk of chunks) {
      for (const piece of assembler.push(chunk)) readPiece(piece, assembler, reader);
      const closed = collector.take();
      if (closed.length > 0) yield closed;
    }
    for (const piece of assembler.end()) readPiece(piece, assembler, reader);
    collector.end();
  } catch (error) {
    // What was complete before the damage is still handed on, so that it does not hang on block borders.
    const closed = collector.take();
    if (closed.length > 0) yield closed;
    throw error;
  }
  yield collector.take();
  return undefined;
}

/** Reads what came of a chunk; lines that cannot be understood yet go back to the assembler. */
export function readPiece(piece: Piece, assembler: BlockAssembler, reader: BlockReader): void {
  if (piece.kind === 'long-line') {
    const { byteOffset, head, sizeBytes } = piece;
    reader.cursor.rejectLongLine(reader.cursor.line + 1, byteOffset, head, sizeBytes);
    return;
  }
  const { block, last } = piece;
  const doneBytes = reader.read(block, last);
  if (doneBytes < block.bytes.length) assembler.giveBack(block.bytes.subarray(doneBytes));
}
