import { intervalsBetween, type Intervals } from '../../core/grid.js';
import { StepCounter } from './interval.js';

/** The times of a sample's records. */
export class SampledTimes {
  /** In the order of the file, without those that repeat the one before. */
  readonly #order: number[] = [];
  readonly #byTarget = new Map<string, number[]>();
  /** Between neighbours in the file: only to tell when there are enough. */
  readonly #steps = new StepCounter();

  see(target: string, timeMs: number): void {
    if (this.#order.at(-1) !== timeMs) this.#order.push(timeMs);
    const times = this.#byTarget.get(target);
    const before = times?.at(-1);
    if (before === timeMs) return;
    if (times === undefined) this.#byTarget.set(target, [timeMs]);
    else times.push(timeMs);
    if (before !== undefined) this.#steps.add(Math.abs(timeMs - before));
  }

  /** Whether there are enough steps, at least half of them the same. */
  isClear(minSteps: number): boolean {
    return this.#steps.isClear(minSteps);
  }

  /** For each target, its different times, in order. */
  series(): number[][] {
    return [...this.#byTarget.values()].map((times) => [...new Set(times)].sort((a, b) => a - b));
  }

  /** How many intervals a record goes back at most; Infinity: from the last interval of the sample to its first. */
  intervalsBack(intervals: Intervals): number {
    let newestMs = -Infinity;
    let oldestMs = Infinity;
    let most = 0;
    for (const timeMs of this.#order) {
      const minuteMs = intervals.of(timeMs);
      oldestMs = Math.min(oldestMs, minuteMs);
      if (minuteMs > newestMs) newestMs = minuteMs;
      else most = Math.max(most, intervalsBetween(minuteMs, newestMs, intervals.grid.intervalMs));
    }
    const isAll = most > 0 && most >= intervalsBetween(oldestMs, newestMs, intervals.grid.intervalMs);
    return isAll ? Infinity : most;
  }
}
