import { performance } from 'node:perf_hooks';

import { sleep } from '../clock/timer.js';

/** Time as a pacer knows it. */
export interface PaceClock {
  /** Monotonic, ms. */
  now(): number;
  /** Resolves after `ms`, or as soon as the signal is given. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock that minutes are timed with. */
const SYSTEM_CLOCK: PaceClock = {
  now: () => performance.now(),
  sleep,
};

/**
 * Says when minutes are due. The first one sets the schedule, later ones follow as far apart as they were recorded,
 * divided by the pace, whatever became of those before them: a slow minute shows in the ones after it.
 */
export class Pacer {
  readonly #pace: number | null;
  readonly #clock: PaceClock;
  #firstAtMs = NaN;
  #firstMinuteMs = NaN;

  /** @param pace recorded time over real time, > 0; null: no schedule, minutes are due as they come */
  constructor(pace: number | null, clock: PaceClock = SYSTEM_CLOCK) {
    this.#pace = pace;
    this.#clock = clock;
  }

  /**
   * Waits until a minute is due; returns when that was, on the clock of `performance.now()`, or null without a
   * schedule. The wait ends early once the signal is given.
   */
  async due(minuteMs: number, signal: AbortSignal): Promise<number | null> {
    if (this.#pace === null) return null;
    if (Number.isNaN(this.#firstMinuteMs)) {
      this.#firstAtMs = this.#clock.now();
      this.#firstMinuteMs = minuteMs;
    }
    const dueAtMs = this.#firstAtMs + (minuteMs - this.#firstMinuteMs) / this.#pace;
    for (;;) {
      const leftMs = dueAtMs - this.#clock.now();
      if (leftMs <= 0 || signal.aborted) return dueAtMs;
      await this.#clock.sleep(leftMs, signal);
    }
  }
}
