import { performance } from 'node:perf_hooks';

import { sleep } from '../core/timer.js';

/** The time and the waits of a pacer. */
export interface PaceClock {
  /** Monotonic, ms. */
  now(): number;
  /** Resolves after `ms`, or once the signal is given. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A feed whose minutes are paced while it is read. */
export interface PacedFeed {
  /** Aborted once the feed has ended. */
  readonly ended: AbortSignal;
  /** Once the feed has ended, a minute that would wait longer, ms, is due at once. */
  readonly longestWaitMs: number;
  /** Called when such a wait begins. */
  readonly onLongWait: (minuteMs: number, waitMs: number) => void;
}

/** The clock that minutes are timed with. */
const SYSTEM_CLOCK: PaceClock = {
  now: () => performance.now(),
  sleep,
};

/**
 * Says when minutes are due. The first one sets the schedule, later ones follow as far apart as they were recorded,
 * divided by the pace, however long earlier ones took: a slow minute shows in those after it.
 */
export class Pacer {
  readonly #pace: number;
  readonly #clock: PaceClock;
  #firstAtMs = NaN;
  #firstMinuteMs = NaN;

  /** @param pace recorded time over real time, > 0 */
  constructor(pace: number, clock: PaceClock = SYSTEM_CLOCK) {
    this.#pace = pace;
    this.#clock = clock;
  }

  /**
   * Waits until a minute is due; returns when that was, on the clock of `performance.now()`. The wait ends early once
   * the signal is given. If the end of the feed cuts it short, the schedule of later minutes moves with it.
   */
  async due(minuteMs: number, signal: AbortSignal, feed: PacedFeed | null = null): Promise<number> {
    if (Number.isNaN(this.#firstMinuteMs)) {
      this.#firstAtMs = this.#clock.now();
      this.#firstMinuteMs = minuteMs;
    }
    const dueAtMs = this.#firstAtMs + (minuteMs - this.#firstMinuteMs) / this.#pace;
    const waitMs = dueAtMs - this.#clock.now();
    if (feed === null || waitMs <= Math.max(0, feed.longestWaitMs)) return this.#wait(dueAtMs, signal);
    if (!feed.ended.aborted) {
      feed.onLongWait(minuteMs, waitMs);
      await this.#wait(dueAtMs, AbortSignal.any([signal, feed.ended]));
    }
    if (signal.aborted) return dueAtMs;
    this.#firstAtMs -= Math.max(0, dueAtMs - this.#clock.now());
    return this.#firstAtMs + (minuteMs - this.#firstMinuteMs) / this.#pace;
  }

  /** Returns when the wait was to end: it ends earlier once the signal is given. */
  async #wait(untilMs: number, signal: AbortSignal): Promise<number> {
    for (;;) {
      const leftMs = untilMs - this.#clock.now();
      if (leftMs <= 0 || signal.aborted) return untilMs;
      await this.#clock.sleep(leftMs, signal);
    }
  }
}
