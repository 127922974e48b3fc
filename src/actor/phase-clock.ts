import type { AnalyzerPhase, Measure } from '../model/analyzer.js';

/** Adds up the time of an analyzer's phases; `take` returns the sums and resets them. */
export class PhaseClock {
  readonly #now: () => number;
  #spent = { normalize: 0, predict: 0 };

  /** @param now a monotonic clock, ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** If `work` returns a promise, the phase lasts until it settles. */
  readonly measure: Measure = (phase, work) => {
    if (!Object.hasOwn(this.#spent, phase)) throw new RangeError(`unknown phase ${phase}`);
    const startedAt = this.#now();
    const add = (): void => this.#add(phase, startedAt);
    let result: ReturnType<typeof work> | undefined;
    try {
      result = work();
      return result;
    } finally {
      if (result instanceof Promise) result.then(add, add);
      else add();
    }
  };

  take(): Readonly<Record<AnalyzerPhase, number>> {
    const spent = this.#spent;
    this.#spent = { normalize: 0, predict: 0 };
    return spent;
  }

  #add(phase: AnalyzerPhase, startedAt: number): void {
    this.#spent[phase] += this.#now() - startedAt;
  }
}
