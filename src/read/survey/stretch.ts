import type { MinuteRecord, Reject, SourceLine } from '../../core/types.js';
import type { RecordSink } from '../lines/records.js';
import type { OrderWatch } from './order.js';
import { SeenPlace } from './seen-place.js';
import type { Section } from './section.js';

export interface StretchStart {
  /** Whether it begins within its input, so that its first minute may be incomplete. */
  readonly beginsInside: boolean;
  /** The minute of rejects before its first record, epoch ms. */
  readonly headMs: number;
}

/** Takes what one input holds from one place to another, without the minutes that these places may cut. */
export class Stretch implements RecordSink {
  readonly #section: Section;
  readonly #order: OrderWatch;
  readonly #beginsInside: boolean;
  #firstMs: number | null = null;
  /** The minute of the last record. */
  #recordMs = NaN;
  /** The minute of the last record with a readable time, which rejects without one belong to. */
  #lastMs: number;

  constructor(section: Section, order: OrderWatch, { beginsInside, headMs }: StretchStart) {
    this.#section = section;
    this.#order = order;
    this.#beginsInside = beginsInside;
    this.#lastMs = headMs;
  }

  record(record: MinuteRecord): void {
    const { minuteMs } = record;
    this.#firstMs ??= minuteMs;
    this.#recordMs = this.#lastMs = minuteMs;
    const placed = this.#beginsInside ? { ...record, source: unnumbered(record.source) } : record;
    this.#order.see(placed);
    if (!this.#beginsInside || minuteMs !== this.#firstMs) this.#section.record(placed);
  }

  reject(reject: Reject): void {
    // What comes before the first record may be the rest of one that began before.
    if (this.#beginsInside && this.#firstMs === null) return;
    if (!Number.isNaN(reject.minuteMs)) this.#lastMs = reject.minuteMs;
    const placed = this.#beginsInside ? { ...reject, source: unnumbered(reject.source) } : reject;
    this.#section.reject(placed, this.#lastMs);
  }

  filtered(): void {
    this.#section.filtered();
  }

  /** Ends it within its input. */
  endInside(path: string): void {
    this.#section.cut(this.#recordMs, path);
  }
}

/** The number of a line is not known where reading began at a later one. */
function unnumbered({ file, byteOffset }: SourceLine): SeenPlace {
  return new SeenPlace(file, 0, byteOffset);
}
