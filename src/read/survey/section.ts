import { foldRecords } from '../../core/minute.js';
import type { DuplicatePolicy } from '../../core/minute.js';
import type { MinuteBatch, MinuteRecord, Reject } from '../../core/types.js';
import type { Edges, Stretch } from './stretch.js';

/** What stretches of the inputs hold, their records by minute. */
export interface FoldedSection {
  /** In order of time. */
  readonly minutes: readonly MinuteBatch[];
  readonly rejects: readonly Reject[];
  readonly merged: number;
  readonly filtered: number;
}

/** Joins stretches of one or more inputs that belong together: groups their records by minute, whatever their order. */
export class Section {
  readonly #isInRange: (minuteMs: number) => boolean;
  readonly #minutes = new Map<number, MinuteRecord[]>();
  readonly #rejects: Reject[] = [];
  #filtered = 0;

  constructor(isInRange: (minuteMs: number) => boolean) {
    this.#isInRange = isInRange;
  }

  /** Adds a stretch without the minutes that its edges may cut. */
  add({ records, rejects, filteredCount }: Stretch, { beginsInside, endsInside }: Edges): void {
    const firstMs = beginsInside ? records[0]?.minuteMs : NaN;
    const lastMs = endsInside ? records.at(-1)?.minuteMs : NaN;
    this.#filtered += filteredCount;
    for (const record of records) {
      const { minuteMs } = record;
      if (minuteMs !== firstMs && minuteMs !== lastMs) this.#take(record);
    }
    for (const { reject, ownerMs } of rejects) {
      if (this.#isInRange(ownerMs)) this.#rejects.push(reject);
      else this.#filtered++;
    }
  }

  fold(duplicates: DuplicatePolicy): FoldedSection {
    let merged = 0;
    const rejects = [...this.#rejects];
    const minutes = [...this.#minutes].sort(([a], [b]) => a - b);
    const batches = minutes.map(([minuteMs, records]): MinuteBatch => {
      const folded = foldRecords(records, duplicates);
      merged += folded.merged;
      for (const reject of folded.rejects) rejects.push(reject);
      return { minuteMs, records: folded.records };
    });
    return { minutes: batches, rejects, merged, filtered: this.#filtered };
  }

  #take(record: MinuteRecord): void {
    const { minuteMs } = record;
    const minute = this.#minutes.get(minuteMs);
    if (minute !== undefined) minute.push(record);
    else if (this.#isInRange(minuteMs)) this.#minutes.set(minuteMs, [record]);
    else this.#filtered++;
  }
}
