import { intervalsBetween } from '../../core/grid.js';
import type { MinuteBatch } from '../../core/types.js';

/** A span without records of a target that has some before and after it. */
export interface Gap {
  readonly target: string;
  /** The minutes on either side. */
  readonly afterMs: number;
  readonly beforeMs: number;
  /** How many intervals are missing. */
  readonly intervals: number;
}

/** Counts what accepted records show. */
export class Tallies {
  firstMs: number | null = null;
  lastMs: number | null = null;
  /** `[columns]`: records without a value. */
  readonly missing: number[];
  readonly labels = { labelled: 0, positive: 0, other: 0 };
  readonly gaps: { count: number; intervals: number; longest: Gap | null } = {
    ...{ count: 0, intervals: 0, longest: null },
  };
  readonly #intervalMs: number;
  /** The last minute of each target; NaN: it has none in the section. */
  readonly #lastMs = new Map<string, number>();

  constructor(columns: number, intervalMs: number) {
    this.missing = new Array<number>(columns).fill(0);
    this.#intervalMs = intervalMs;
  }

  /** In code-unit order. */
  get targets(): string[] {
    return [...this.#lastMs.keys()].sort((a, b) => (a < b ? -1 : 1));
  }

  /** What comes now does not follow what came before. */
  beginSection(): void {
    for (const target of this.#lastMs.keys()) this.#lastMs.set(target, NaN);
  }

  /** Minutes of a section come in order of time. */
  add({ minuteMs, records }: MinuteBatch): void {
    if (records.length === 0) return;
    this.firstMs = Math.min(this.firstMs ?? minuteMs, minuteMs);
    this.lastMs = Math.max(this.lastMs ?? minuteMs, minuteMs);
    for (const { target, values, label } of records) {
      this.#addStep(target, minuteMs);
      // A record that brings its window has a row of values per interval, the newest one last.
      const newest = values.length - this.missing.length;
      for (let column = 0; column < this.missing.length; column++)
        if (Number.isNaN(values[newest + column]!)) this.missing[column]!++;
      if (label === null) continue;
      this.labels.labelled++;
      if (label === 1) this.labels.positive++;
      else if (label !== 0) this.labels.other++;
    }
  }

  #addStep(target: string, minuteMs: number): void {
    const afterMs = this.#lastMs.get(target) ?? NaN;
    this.#lastMs.set(target, minuteMs);
    if (Number.isNaN(afterMs)) return;
    const intervals = intervalsBetween(afterMs, minuteMs, this.#intervalMs) - 1;
    if (intervals < 1) return;
    this.gaps.count++;
    this.gaps.intervals += intervals;
    if (intervals > (this.gaps.longest?.intervals ?? 0))
      this.gaps.longest = { target, afterMs, beforeMs: minuteMs, intervals };
  }
}
