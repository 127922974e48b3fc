import type { MinuteRecord, Reject, SourceLine } from '../../core/types.js';
import type { RecordSink } from '../lines/records.js';
import type { OrderWatch } from './order.js';

/** Whether a stretch begins or ends within its input, so that its first or last minute may be incomplete. */
export interface Edges {
  readonly beginsInside: boolean;
  readonly endsInside: boolean;
}

/** What one input holds from one place to another, as it is read. */
export class Stretch implements RecordSink {
  readonly records: MinuteRecord[] = [];
  /** With the minute that each belongs to. */
  readonly rejects: { readonly reject: Reject; readonly ownerMs: number }[] = [];
  filteredCount = 0;
  readonly #order: OrderWatch;
  /** The number of a line is not known where reading began at a later one. */
  readonly #hasLines: boolean;
  /** The minute of the last record with a readable time, which rejects without one belong to. */
  #lastMs: number;

  constructor(order: OrderWatch, { beginsInside }: Pick<Edges, 'beginsInside'>, headMs: number) {
    this.#order = order;
    this.#hasLines = !beginsInside;
    this.#lastMs = headMs;
  }

  record(record: MinuteRecord): void {
    this.#lastMs = record.minuteMs;
    const placed = this.#hasLines ? record : { ...record, source: atByte(record.source) };
    this.#order.see(placed);
    this.records.push(placed);
  }

  reject(reject: Reject): void {
    // What comes before the first record may be the rest of one that began before.
    if (!this.#hasLines && this.records.length === 0) return;
    if (!Number.isNaN(reject.minuteMs)) this.#lastMs = reject.minuteMs;
    const placed = this.#hasLines ? reject : { ...reject, source: atByte(reject.source) };
    this.rejects.push({ reject: placed, ownerMs: this.#lastMs });
  }

  filtered(): void {
    this.filteredCount++;
  }
}

/** Line 0 stands for a number that is not known. */
function atByte(source: SourceLine): SourceLine {
  const { file, byteOffset, item } = source;
  const raw = (): ReturnType<SourceLine['raw']> => source.raw();
  const place = { file: `${file} near byte ${byteOffset}`, line: 0, byteOffset, raw };
  return item === undefined ? place : { ...place, item };
}
