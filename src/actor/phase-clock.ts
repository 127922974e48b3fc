import type { AnalyzerPhase, Measure } from '../model/analyzer.js';

/** Books how long an analyzer's phases take; `take` tells and starts afresh. */
export class PhaseClock {
  readonly #now: () => number;
  #spent = { normalize: 0, predict: 0 };

  /** `now`: a monotonic clock, ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Where `work` gives a promise, the phase lasts until that is settled. */
  readonly measure: Measure = (phase, work) => {
    if (!Object.hasOwn(this.#spent, phase)) throw new RangeError(`there is no phase ${phase} to measure`);
    const startedAt = this.#now();
    const book = (): void => this.#book(phase, startedAt);
    let result: ReturnType<typeof work> | undefined;
    try {
      result = work();
      return result;
    } finally {
      if (result instanceof Promise) result.then(book, book);
      else book();
    }
  };

  take(): Readonly<Record<AnalyzerPhase, number>> {
    const spent = this.#spent;
    this.#spent = { normalize: 0, predict: 0 };
    return spent;
  }

  #book(phase: AnalyzerPhase, startedAt: number): void {
    this.#spent[phase] += this.#now() - startedAt;
  }
}
