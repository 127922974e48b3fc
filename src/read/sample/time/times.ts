import { intervalsBetween, type Intervals } from '../../../core/grid.js';
import { StepCounter } from '../grid/interval.js';

/** The times of a sample's records. */
export class SampledTimes {
  #fromMs = Infinity;
  #toMs = -Infinity;
  /** For each latest time so far, the earliest that comes after it. */
  readonly #stepsBack: { readonly newestMs: number; timeMs: number }[] = [];
  /** By metric in a table with a row per metric. */
  readonly #targets = new SeriesTimes<string | null>();
  readonly #parts = new SeriesTimes<number>();
  readonly #disjoint = new DisjointParts();

  /** Takes the time of a record with values for these columns: NaN where it has none. */
  see(target: string, timeMs: number, values: Float64Array): void {
    this.#see(timeMs);
    this.#targets.add(null, target, timeMs);
    const part = this.#disjoint.partOf(values);
    if (part !== null) this.#parts.add(part, target, timeMs);
  }

  /** Takes the time of a row with one metric. */
  seeMetric(target: string, timeMs: number, metric: string): void {
    this.#see(timeMs);
    this.#targets.add(metric, target, timeMs);
  }

  /** Whether there are enough steps, at least half of them the same. */
  isClear(minSteps: number): boolean {
    return this.#series.steps.isClear(minSteps);
  }

  /** For each target, its different times, in order; for each part of its records if they come in parts. */
  series(): number[][] {
    return this.#series.sorted();
  }

  get #series(): SeriesTimes<string | null> | SeriesTimes<number> {
    return this.#disjoint.isInParts ? this.#parts : this.#targets;
  }

  #see(timeMs: number): void {
    this.#fromMs = Math.min(this.#fromMs, timeMs);
    if (timeMs >= this.#toMs) {
      this.#toMs = timeMs;
      return;
    }
    const last = this.#stepsBack.at(-1);
    if (last?.newestMs === this.#toMs) last.timeMs = Math.min(last.timeMs, timeMs);
    else this.#stepsBack.push({ newestMs: this.#toMs, timeMs });
  }

  /** The earliest and the latest time; empty: there is none. */
  range(): readonly number[] {
    return this.#fromMs > this.#toMs ? [] : [this.#fromMs, this.#toMs];
  }

  /** How many intervals a record goes back at most; Infinity: from the last interval of the sample to its first. */
  intervalsBack(intervals: Intervals): number {
    const back = (fromMs: number, toMs: number): number =>
      intervalsBetween(intervals.of(fromMs), intervals.of(toMs), intervals.grid.intervalMs);
    const most = this.#stepsBack.reduce(
      (sum, { timeMs, newestMs }) => Math.max(sum, back(timeMs, newestMs)),
      0,
    );
    return most > 0 && most >= back(this.#fromMs, this.#toMs) ? Infinity : most;
  }
}

/**
 * The times of each series: a target and, of several it has, which. Both are keys, since a joined name per row is slow.
 */
class SeriesTimes<Which> {
  /** Between neighbours in the file: only to tell when there are enough. */
  readonly steps = new StepCounter();
  readonly #byTarget = new Map<Which, Map<string, number[]>>();
  readonly #all: number[][] = [];

  add(which: Which, target: string, timeMs: number): void {
    const times = this.#timesOf(which, target);
    const before = times.at(-1);
    if (before === timeMs) return;
    times.push(timeMs);
    if (before !== undefined) this.steps.add(Math.abs(timeMs - before));
  }

  #timesOf(which: Which, target: string): number[] {
    let byTarget = this.#byTarget.get(which);
    if (byTarget === undefined) this.#byTarget.set(which, (byTarget = new Map<string, number[]>()));
    let times = byTarget.get(target);
    if (times === undefined) {
      byTarget.set(target, (times = []));
      this.#all.push(times);
    }
    return times;
  }

  sorted(): number[][] {
    return this.#all.map((times) => [...new Set(times)].sort((a, b) => a - b));
  }
}

/**
 * Finds out whether records come in parts: each of them has values for one of several sets of columns that have no
 * column in common, as where `cpu` and `mem` are measured at different seconds.
 */
class DisjointParts {
  readonly #parts: (number | undefined)[] = [];
  #count = 0;
  #areDisjoint = true;

  get isInParts(): boolean {
    return this.#areDisjoint && this.#count > 1;
  }

  /** The number of the part; null: a record without numbers, or parts have columns in common. */
  partOf(values: Float64Array): number | null {
    if (!this.#areDisjoint) return null;
    let part: number | null = null;
    let hasNew = false;
    for (let column = 0; column < values.length; column++) {
      if (!Number.isFinite(values[column])) continue;
      const known = this.#parts[column];
      if (known === undefined) hasNew = true;
      else if (part !== null && part !== known) this.#areDisjoint = false;
      else part = known;
    }
    if (!this.#areDisjoint) return null;
    return hasNew ? this.#extend(part ?? this.#count++, values) : part;
  }

  #extend(part: number, values: Float64Array): number {
    for (let column = 0; column < values.length; column++)
      if (Number.isFinite(values[column])) this.#parts[column] = part;
    return part;
  }
}
