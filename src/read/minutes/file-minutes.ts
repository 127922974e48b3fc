import { AiopsError } from '../../core/errors.js';
import { foldRecords } from '../../core/minute.js';
import type { DuplicatePolicy } from '../../core/minute.js';
import type { FilePosition, InputPosition } from '../../core/input-position.js';
import type { MinuteRecord, Reject } from '../../core/types.js';
import { minuteOwning } from './ownership.js';
import type { RecordSink } from '../lines/records.js';
import type { FileResume } from '../bytes/resume.js';
import { isInRange } from './time-range.js';
import type { TimeRange } from './time-range.js';

/** Rejects that are handed on without waiting for a minute to close. */
const MAX_WAITING_REJECTS = 4096;
/** Records of one interval that are kept before duplicates among them are folded. */
const FOLD_RECORDS = 16_384;

/** One closed interval of one file, with what was rejected while it was read. */
export interface FileMinute {
  /** -Infinity: no interval was closed, only rejects and counts that need not wait for one. */
  readonly minuteMs: number;
  /** In reading order, unless folded. */
  readonly records: readonly MinuteRecord[];
  readonly rejects: readonly Reject[];
  readonly merged: number;
  readonly filtered: number;
  /** Records found since the minute before, whatever became of them; filtered ones not. */
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
  /** Records and rejects outside it count as filtered. */
  readonly range: TimeRange;
  /** The minute that rejects count to before the first record with a readable time. */
  readonly headMs: number;
  /** What to do about a file that goes back further. */
  readonly sortHint: string;
  /** What the file's first bytes up to an offset were, where it cannot be looked up again. */
  readonly prefixAt: (byteOffset: number) => FilePosition['prefix'];
}

interface OpenMinute {
  readonly minuteMs: number;
  readonly isInRange: boolean;
  /** Where its first record stands. */
  readonly byteOffset: number;
  readonly line: number;
  records: MinuteRecord[];
  foldAt: number;
}

/**
 * Groups a file's records by interval and closes an interval once a record shows that the file has
 * gone on more than `grace` intervals. What comes out depends on the records alone, not on the blocks
 * that they came in, nor on where in the file reading began: what was accounted for before is passed over.
 */
export class MinuteCollector implements RecordSink {
  readonly #rules: OrderRules;
  readonly #doneLine: number;
  readonly #doneItem: number;
  readonly #handedOnMs: number;
  readonly #open = new Map<number, OpenMinute>();
  #current: OpenMinute | null = null;
  #newest: MinuteRecord | null = null;
  /**
   * The minute of the last record with a readable time, accepted or rejected. It is a number from the start: V8 would
   * allocate one for every record if the field had been undefined once.
   */
  #lastMs = -Infinity;
  #isTail = false;
  #rejects: Reject[] = [];
  #merged = 0;
  #filtered = 0;
  #found = 0;
  #closed: FileMinute[] = [];

  constructor(rules: OrderRules, { position, minuteMs }: FileResume) {
    this.#rules = rules;
    this.#doneLine = position.doneLine;
    this.#doneItem = position.doneItem ?? Infinity;
    this.#handedOnMs = minuteMs;
    this.#lastMs = position.lastMs ?? rules.headMs;
  }

  /** @throws AiopsError `input_out_of_order` */
  record(record: MinuteRecord): void {
    const { minuteMs, source } = record;
    this.#lastMs = minuteMs;
    const isDone = source.line <= this.#doneLine && this.#wasDone(source.line, source.item);
    // An interval that was open at the same time as others that still are: it does not come again.
    if (isDone && minuteMs <= this.#handedOnMs) return;
    if (this.#current === null || minuteMs !== this.#current.minuteMs) {
      this.#current = this.#minuteOf(record);
    }
    const minute = this.#current;
    if (!isDone) {
      if (minute.isInRange) this.#found++;
      else this.#filtered++;
    }
    minute.records.push(record);
    if (minute.records.length >= minute.foldAt) this.#fold(minute, isDone);
  }

  reject(reject: Reject): void {
    const { line, item } = reject.source;
    this.#lastMs = minuteOwning(reject, { lastMs: this.#lastMs, earliestMs: this.#earliestMs });
    if (line <= this.#doneLine && this.#wasDone(line, item)) return;
    if (!isInRange(this.#rules.range, this.#lastMs)) {
      this.#filtered++;
      return;
    }
    this.#found++;
    this.#rejects.push(reject);
    if (this.#rejects.length >= MAX_WAITING_REJECTS) this.#emit(-Infinity, [], this.#positionBehind(reject));
  }

  filtered(line: number, item?: number): void {
    if (line <= this.#doneLine && this.#wasDone(line, item)) return;
    this.#filtered++;
  }

  /** What comes from here on would be read in another way if the file went on. */
  enterTail(): void {
    this.#isTail = true;
  }

  /** The minutes closed since the last call, in order. */
  take(): FileMinute[] {
    const closed = this.#closed;
    this.#closed = [];
    return closed;
  }

  /**
   * Closes the minutes up to this one, as a live feed is silent, and emits what was rejected. Nothing says where in
   * the feed the next minute begins, and no run resumes such a feed: the position only lets it commit.
   */
  closeThrough(minuteMs: number): void {
    for (const due of this.#dueBefore(minuteMs + 1)) {
      const { byteOffset, line } = due;
      this.#close(due, () => ({ byteOffset, line, doneLine: line, doneItem: null }));
    }
    this.#current = null;
    const last = this.#rejects.at(-1);
    const isKnown = this.#newest !== null || isInRange(this.#rules.range, -Infinity);
    if (last !== undefined && isKnown) this.#emit(-Infinity, [], this.#positionBehind(last));
  }

  /** Closes what is open: the file has ended. */
  end(): void {
    this.enterTail();
    for (const due of this.#dueBefore(Infinity)) {
      this.#close(due, () => (this.#open.size === 0 ? 'end' : null));
    }
    if (this.#rejects.length > 0 || this.#filtered > 0) this.#emit(-Infinity, [], 'end');
  }

  #wasDone(line: number, item: number | undefined): boolean {
    return line < this.#doneLine || (item ?? 0) <= this.#doneItem;
  }

  #minuteOf(record: MinuteRecord): OpenMinute {
    const { minuteMs, source } = record;
    const { grace, intervalMs, range } = this.#rules;
    const newest = this.#newest;
    if (newest !== null && minuteMs < newest.minuteMs - grace * intervalMs)
      throw this.#outOfOrder(record, newest);
    if (newest === null || minuteMs > newest.minuteMs) {
      this.#newest = record;
      for (const due of this.#dueBefore(minuteMs - grace * intervalMs)) {
        this.#close(due, () => this.#positionBefore(record));
      }
    }
    let minute = this.#open.get(minuteMs);
    if (minute === undefined) {
      const { byteOffset, line } = source;
      const foldAt = FOLD_RECORDS;
      minute = { minuteMs, isInRange: isInRange(range, minuteMs), byteOffset, line, records: [], foldAt };
      this.#open.set(minuteMs, minute);
    }
    return minute;
  }

  /** The earliest minute that a record may still have. */
  get #earliestMs(): number {
    const { grace, intervalMs } = this.#rules;
    return this.#newest === null ? -Infinity : this.#newest.minuteMs - grace * intervalMs;
  }

  /** The open minutes before the limit, in order. */
  #dueBefore(limitMs: number): OpenMinute[] {
    const due = [...this.#open.values()].filter(({ minuteMs }) => minuteMs < limitMs);
    return due.sort((a, b) => a.minuteMs - b.minuteMs);
  }

  /** Closes a minute while later ones stay open. */
  #close({ minuteMs, records }: OpenMinute, after: () => InputPosition | null): void {
    // A run ends at the first minute behind its range, of any input: what belongs to the range must not wait for this one.
    if (minuteMs >= this.#rules.range.toMs && this.#rejects.length > 0) this.#emit(-Infinity, [], after());
    this.#open.delete(minuteMs);
    this.#emit(minuteMs, records, after());
  }

  #emit(minuteMs: number, records: readonly MinuteRecord[], after: InputPosition | null): void {
    this.#closed.push({
      minuteMs,
      records,
      rejects: this.#rejects,
      merged: this.#merged,
      filtered: this.#filtered,
      found: this.#found,
      after: this.#isTail && after !== 'end' ? null : after,
      isTail: this.#isTail,
    });
    this.#rejects = [];
    this.#merged = 0;
    this.#filtered = 0;
    this.#found = 0;
  }

  /** All before the record is accounted for, but for those of minutes that are open. */
  #positionBefore({ source }: MinuteRecord): FilePosition {
    const { line, item = 0 } = source;
    const done = item === 0 ? { doneLine: line - 1, doneItem: null } : { doneLine: line, doneItem: item - 1 };
    return this.#position(source, done);
  }

  #positionBehind({ source }: Reject): FilePosition {
    const done = { doneLine: source.line, doneItem: source.item ?? null, lastMs: this.#lastMs };
    return this.#position(source, done);
  }

  #position(
    source: { readonly byteOffset: number; readonly line: number },
    done: Pick<FilePosition, 'doneLine' | 'doneItem' | 'lastMs'>,
  ): FilePosition {
    let { byteOffset, line } = source;
    for (const minute of this.#open.values()) {
      if (minute.byteOffset < byteOffset) ({ byteOffset, line } = minute);
    }
    const prefix = this.#rules.prefixAt(byteOffset);
    return { byteOffset, line, ...done, ...(prefix === undefined ? {} : { prefix }) };
  }

  #fold(minute: OpenMinute, isDone: boolean): void {
    const { records, rejects, merged } = foldRecords(minute.records, this.#rules.duplicates);
    minute.records = [...records];
    minute.foldAt = Math.max(FOLD_RECORDS, 2 * records.length);
    if (isDone || !minute.isInRange) return;
    this.#merged += merged;
    for (const reject of rejects) {
      this.#rejects.push(reject);
      // In the middle of a fold there is no place in the file to go on from.
      if (this.#rejects.length >= MAX_WAITING_REJECTS) this.#emit(-Infinity, [], null);
    }
  }

  #outOfOrder(record: MinuteRecord, newest: MinuteRecord): AiopsError {
    const { file, line } = record.source;
    const at = new Date(record.minuteMs).toISOString();
    const after = new Date(newest.minuteMs).toISOString();
    const back = Math.ceil((newest.minuteMs - record.minuteMs) / this.#rules.intervalMs);
    return new AiopsError(
      'input_out_of_order',
      `${file}:${line}: ${at} comes after ${after} (line ${newest.source.line}): the file is not in time order`,
      {
        hint: `${this.#rules.sortHint}; or allow it with --grace ${back} (intervals); either needs --restart in an --out that is begun`,
      },
    );
  }
}
