import { foldRecords, type DuplicatePolicy } from '../shared/minute.js';
import { readPlace } from '../lines/read-place.js';
import type { FilePosition, InputPosition } from '../../core/input-position.js';
import type { LinePlace, MinuteRecord, Reject, RejectFacts } from '../../core/types.js';
import type { RecordSink } from '../lines/records.js';
import { outOfOrder, type OrderRules } from './out-of-order.js';

/** The minutes that a run is asked for, `[fromMs, toMs)` in epoch ms; infinite if not limited. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

export function isInRange({ fromMs, toMs }: TimeRange, minuteMs: number): boolean {
  return minuteMs >= fromMs && minuteMs < toMs;
}

/** With this many rejects waiting, they are emitted before a minute closes. */
const MAX_WAITING_REJECTS = 4096;
/** With this many records in one interval, duplicates among them are folded. */
const FOLD_RECORDS = 16_384;

/** A closed interval of one file, with what was rejected while it was read. */
export interface FileMinute {
  /** -Infinity: no interval, only rejects and counts that need not wait for one. */
  readonly minuteMs: number;
  /** In reading order, unless folded. */
  readonly records: readonly MinuteRecord[];
  readonly rejects: readonly Reject[];
  readonly merged: number;
  readonly filtered: number;
  /** Records and rejects found since the previous one, without filtered ones. */
  readonly found: number;
  /** Where reading can resume; null: not between this minute and the next. */
  readonly after: InputPosition | null;
  /** Whether the end of the file closed it, or its last, unfinished line. */
  readonly isTail: boolean;
}

export interface MinuteRules extends OrderRules {
  /** Intervals that a record may go back. */
  readonly grace: number;
  readonly duplicates: DuplicatePolicy;
  /** Records and rejects outside it count as filtered. */
  readonly range: TimeRange;
  /** The minute of rejects before the first record with a readable time. */
  readonly headMs: number;
  /** Checksum of the first bytes up to an offset, for an input that can be read only once. */
  readonly prefixAt: (byteOffset: number) => FilePosition['prefix'];
}

interface OpenMinute {
  readonly minuteMs: number;
  readonly isInRange: boolean;
  /** The place of its first record. */
  readonly byteOffset: number;
  readonly line: number;
  records: MinuteRecord[];
  foldAt: number;
}

/**
 * Groups a file's records by interval, and closes an interval when a record comes that is more than `grace` intervals
 * later. The outcome depends on the records alone, not on the blocks they came in, nor on where in the file reading
 * started: what a previous session has accounted for is skipped.
 */
export class MinuteCollector implements RecordSink {
  readonly #rules: MinuteRules;
  readonly #doneLine: number;
  readonly #doneItem: number;
  readonly #emittedMs: number;
  readonly #open = new Map<number, OpenMinute>();
  #current: OpenMinute | null = null;
  #newest: MinuteRecord | null = null;
  /**
   * The minute of the last record with a readable time, accepted or rejected. Set from the start: if the field had ever
   * been undefined, V8 would allocate a number for every record.
   */
  #lastMs = -Infinity;
  #isTail = false;
  #rejects: Reject[] = [];
  #merged = 0;
  #filtered = 0;
  #found = 0;
  #closed: FileMinute[] = [];

  /** Starts at `position`; a previous session emitted minutes up to `emittedMs`, -Infinity if none. */
  constructor(rules: MinuteRules, position: FilePosition, emittedMs: number) {
    this.#rules = rules;
    this.#doneLine = position.doneLine;
    this.#doneItem = position.doneItem ?? Infinity;
    this.#emittedMs = emittedMs;
    this.#lastMs = position.lastMs ?? rules.headMs;
  }

  /** @throws AiopsError `input_out_of_order` */
  record(record: MinuteRecord): void {
    const { minuteMs, source } = record;
    const { line } = readPlace(source);
    this.#lastMs = minuteMs;
    const isDone = line <= this.#doneLine && this.#wasDone(line, source.item);
    // Its minute was emitted while later ones, which hold the position back, were open.
    if (isDone && minuteMs <= this.#emittedMs) return;
    const minute = this.#current?.minuteMs === minuteMs ? this.#current : this.#minuteOf(record);
    this.#current = minute;
    if (!isDone) {
      if (minute.isInRange) this.#found++;
      else this.#filtered++;
    }
    // A list that begins with its first record takes less memory than one that grows to it.
    if (minute.records.length === 0) minute.records = [record];
    else minute.records.push(record);
    if (minute.records.length >= minute.foldAt) this.#fold(minute, isDone);
  }

  reject(reject: Reject): void {
    const { item } = reject.source;
    const { line } = readPlace(reject.source);
    this.#lastMs = minuteOwning(reject, { lastMs: this.#lastMs, earliestMs: this.#earliestMs });
    if (line <= this.#doneLine && this.#wasDone(line, item)) return;
    if (!isInRange(this.#rules.range, this.#lastMs)) {
      this.#filtered++;
      return;
    }
    this.#found++;
    this.#rejects.push(reject);
    if (this.#rejects.length >= MAX_WAITING_REJECTS) this.#emit(-Infinity, [], this.#positionAfter(reject));
  }

  filtered(line: number, item?: number): void {
    if (line <= this.#doneLine && this.#wasDone(line, item)) return;
    this.#filtered++;
  }

  /** What comes from here on may be read differently once the file grows. */
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
   * Closes the minutes up to this one because a live feed is silent, and emits what was rejected. Where the next minute
   * begins in the feed is unknown, but no run resumes such a feed: the position only lets it commit.
   */
  closeThrough(minuteMs: number): void {
    for (const due of this.#dueBefore(minuteMs + 1)) {
      const { byteOffset, line } = due;
      this.#close(due, () => ({ byteOffset, line, doneLine: line, doneItem: null }));
    }
    this.#current = null;
    const last = this.#rejects.at(-1);
    const isKnown = this.#newest !== null || isInRange(this.#rules.range, -Infinity);
    if (last !== undefined && isKnown) this.#emit(-Infinity, [], this.#positionAfter(last));
  }

  /** Closes all minutes: the file has ended. */
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
    const { range } = this.#rules;
    const newest = this.#newest;
    if (newest !== null && minuteMs < this.#earliestMs) throw outOfOrder(record, newest, this.#rules);
    if (newest === null || minuteMs > newest.minuteMs) {
      this.#newest = record;
      for (const due of this.#dueBefore(this.#earliestMs)) {
        this.#close(due, () => this.#positionBefore(record));
      }
    }
    let minute = this.#open.get(minuteMs);
    if (minute === undefined) {
      const { byteOffset, line } = readPlace(source);
      const isAsked = isInRange(range, minuteMs);
      minute = { minuteMs, isInRange: isAsked, byteOffset, line, records: [], foldAt: FOLD_RECORDS };
      this.#open.set(minuteMs, minute);
    }
    return minute;
  }

  /** The earliest minute that a record may still have. */
  get #earliestMs(): number {
    const { grace, intervals } = this.#rules;
    return this.#newest === null ? -Infinity : intervals.before(this.#newest.minuteMs, grace);
  }

  /** Open minutes before the limit, in order. */
  #dueBefore(limitMs: number): OpenMinute[] {
    let due: OpenMinute[] = [];
    for (const minute of this.#open.values()) {
      if (minute.minuteMs >= limitMs) continue;
      if (due.length === 0) due = [minute];
      else due.push(minute);
    }
    return due.length > 1 ? due.sort((a, b) => a.minuteMs - b.minuteMs) : due;
  }

  /** Closes a minute while later ones stay open. */
  #close({ minuteMs, records }: OpenMinute, after: () => InputPosition | null): void {
    // Reading stops at the first minute after the range, of any input, so rejects in the range must not wait for it.
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

  /** Everything before the record is accounted for, except records of open minutes. */
  #positionBefore({ source }: MinuteRecord): FilePosition {
    const { item = 0 } = source;
    const place = readPlace(source);
    const { line } = place;
    const done = item === 0 ? { doneLine: line - 1, doneItem: null } : { doneLine: line, doneItem: item - 1 };
    return this.#position(place, done);
  }

  #positionAfter({ source }: Reject): FilePosition {
    const place = readPlace(source);
    const done = { doneLine: place.line, doneItem: source.item ?? null, lastMs: this.#lastMs };
    return this.#position(place, done);
  }

  #position(place: LinePlace, done: Pick<FilePosition, 'doneLine' | 'doneItem' | 'lastMs'>): FilePosition {
    let { byteOffset, line } = place;
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
      // In the middle of a fold there is no position at which to resume.
      if (this.#rejects.length >= MAX_WAITING_REJECTS) this.#emit(-Infinity, [], null);
    }
  }
}

/** Where an input is when a record is rejected; minutes in epoch ms. */
export interface PlaceInTime {
  /** The minute of the last record before it with a readable time, or `headMs`. */
  readonly lastMs: number;
  /** The earliest minute that a record may still have here, given `--grace`. */
  readonly earliestMs: number;
}

/**
 * The minute that a reject belongs to, which decides the time range (`--from`, `--to`) whose run keeps it: its own, or,
 * if that is unreadable or goes back further than `--grace` allows, that of the last record before it. So once
 * `earliestMs` is past the end of a range, no reject of that range follows, and reading may stop.
 */
export function minuteOwning({ minuteMs }: RejectFacts, { lastMs, earliestMs }: PlaceInTime): number {
  return minuteMs >= earliestMs ? minuteMs : lastMs;
}
