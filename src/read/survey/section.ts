import { foldRecords, type DuplicatePolicy } from '../shared/minute.js';
import type { MinuteBatch, MinuteRecord, ReadStep, Reject } from '../../core/types.js';
import { pathOf } from './seen-place.js';
import type { RecordCodec, SeenRecords } from './seen-records.js';

export interface SectionOptions {
  readonly isInRange: (minuteMs: number) => boolean;
  readonly duplicates: DuplicatePolicy;
  readonly columns: number;
  readonly codec: RecordCodec;
  readonly counters: { addStep(step: ReadStep): void };
  /** How many records are held in full. */
  readonly mostRecords?: number;
}

/** How much is held in full before it is folded and encoded. */
const MOST_RECORDS = 4096;
const MOST_VALUES = 2 ** 17;
const MOST_TEXT_BYTES = 2 ** 20;

export const EMPTY_STEP: ReadStep = {
  ...{ batch: null, found: 0, rejects: [], merged: 0, filtered: 0 },
  ...{ lookBack: false, positions: null, isTail: false },
};

/**
 * Joins stretches of one or more inputs that belong together: groups their records by minute, whatever their order.
 * Memory is some bytes per record: only the latest ones are held in full, others are folded and encoded.
 */
export class Section {
  readonly #options: SectionOptions;
  readonly #mostRecords: number;
  /** The latest records, by minute. */
  #latest = new Map<number, MinuteRecord[]>();
  #latestCount = 0;
  #latestBytes = 0;
  /**
   * From the first part of a record on, records are folded at the end: a joined one that was encoded would not know its
   * parts.
   */
  #hasParts = false;
  readonly #seen: SeenRecords[] = [];
  /** Paths by the minute whose records of that input are not wanted. */
  readonly #cut = new Map<number, Set<string>>();

  constructor(options: SectionOptions) {
    this.#options = options;
    const { columns, mostRecords = MOST_RECORDS } = options;
    this.#mostRecords = Math.min(mostRecords, Math.ceil(MOST_VALUES / columns));
  }

  record(record: MinuteRecord): void {
    const { minuteMs } = record;
    const minute = this.#latest.get(minuteMs);
    if (minute !== undefined) minute.push(record);
    else if (this.#options.isInRange(minuteMs)) this.#latest.set(minuteMs, [record]);
    else {
      this.filtered();
      return;
    }
    if (++this.#latestCount >= this.#mostRecords) this.encode();
  }

  /** @param ownerMs the minute that it belongs to */
  reject(reject: Reject, ownerMs: number): void {
    if (this.#options.isInRange(ownerMs))
      this.#options.counters.addStep({ ...EMPTY_STEP, rejects: [reject] });
    else this.filtered();
  }

  filtered(): void {
    this.#options.counters.addStep({ ...EMPTY_STEP, filtered: 1 });
  }

  /** Records hold the text that they come from. */
  tookText(bytes: number): void {
    this.#latestBytes += bytes;
    if (this.#latestBytes >= MOST_TEXT_BYTES) this.encode();
  }

  /** Drops the records that an input has of a minute, since it may have more than were read. */
  cut(minuteMs: number, path: string): void {
    this.#cut.set(minuteMs, (this.#cut.get(minuteMs) ?? new Set()).add(path));
    const latest = this.#latest.get(minuteMs);
    if (latest !== undefined) this.#latest.set(minuteMs, this.#uncut(minuteMs, latest));
  }

  /** The minutes in order of time. Call once, at the end. */
  *minutes(): Generator<MinuteBatch, undefined> {
    this.encode();
    const waiting = this.#seen.map(cursorOf).sort((a, b) => a.minuteMs - b.minuteMs);
    let begun = 0;
    let active: Cursor[] = [];
    for (;;) {
      let minuteMs = waiting[begun]?.minuteMs ?? Infinity;
      for (const cursor of active) minuteMs = Math.min(minuteMs, cursor.minuteMs);
      if (minuteMs === Infinity) return;
      while (waiting[begun]?.minuteMs === minuteMs) active.push(waiting[begun++]!);
      const due = active.filter((cursor) => cursor.minuteMs === minuteMs).sort((a, b) => a.order - b.order);
      const records = due.flatMap(({ seen, at }) => this.#options.codec.decode(seen, at));
      for (const cursor of due) advance(cursor);
      active = active.filter((cursor) => cursor.minuteMs < Infinity);
      const batch = this.#fold(minuteMs, this.#uncut(minuteMs, records));
      if (batch.records.length > 0) yield batch;
    }
  }

  /** Folds the latest records and keeps what is needed of them. */
  encode(): void {
    const { codec, duplicates } = this.#options;
    const minutes = [...this.#latest].sort(([a], [b]) => a - b);
    this.#latest = new Map();
    this.#latestCount = this.#latestBytes = 0;
    if (minutes.length === 0) return;
    this.#hasParts ||= minutes.some(([, records]) => records.some(isPart));
    const foldsEarly = duplicates === 'mean' || !this.#hasParts;
    const batches = minutes.map(([minuteMs, records]) =>
      foldsEarly ? this.#fold(minuteMs, records) : { minuteMs, records },
    );
    this.#seen.push(codec.encode(batches));
  }

  #fold(minuteMs: number, all: readonly MinuteRecord[]): MinuteBatch {
    const { records, rejects, merged } = foldRecords(all, this.#options.duplicates);
    if (records.length < all.length) this.#options.counters.addStep({ ...EMPTY_STEP, rejects, merged });
    return { minuteMs, records };
  }

  #uncut(minuteMs: number, records: readonly MinuteRecord[]): MinuteRecord[] {
    const paths = this.#cut.get(minuteMs);
    return records.filter(({ source }) => paths?.has(pathOf(source)) !== true);
  }
}

function isPart({ brings = null, values }: MinuteRecord): boolean {
  return brings !== null || values.some(Number.isNaN);
}

/** Encoded records at the next minute to take. */
interface Cursor {
  readonly seen: SeenRecords;
  readonly order: number;
  at: number;
  /** Infinity at the end. */
  minuteMs: number;
}

function cursorOf(seen: SeenRecords, order: number): Cursor {
  return { seen, order, at: 0, minuteMs: minuteAt(seen, 0) };
}

function advance(cursor: Cursor): void {
  cursor.minuteMs = minuteAt(cursor.seen, ++cursor.at);
}

function minuteAt({ minutes, length }: SeenRecords, at: number): number {
  return at < length ? minutes(at) : Infinity;
}
