/** What a run has used up, over all its sessions. Of a session that was killed, only what its last commit holds counts. */
export interface RunUsage {
  /** Serving minutes, comparisons included, starts not. */
  readonly elapsedMs: number;
  /** Of that, comparing only. */
  readonly comparingMs: number;
  /** Time that actors spent on items, summed over actors. */
  readonly busyMs: number;
  /** Time that they had for items: for each session, its actors × (elapsed − comparing). */
  readonly availableMs: number;
  /** Largest resident memory of the parent, the maximum over the sessions. */
  readonly parentMaxRssBytes: number;
}

export const NO_USAGE: RunUsage = {
  elapsedMs: 0,
  comparingMs: 0,
  busyMs: 0,
  availableMs: 0,
  parentMaxRssBytes: 0,
};

export interface RunUsageOptions {
  /** Of earlier sessions; null: this is the first. */
  readonly before: RunUsage | null;
  /** Actors that serve minutes at the same time in this session. */
  readonly servers: number;
  /** Time this session has spent comparing so far. */
  readonly comparingMs: () => number;
  /** Monotonic clock, ms. */
  readonly now: () => number;
  /** Of this process so far. */
  readonly maxRssBytes: () => number;
}

/** Measures a session, which begins when this is made, and adds what earlier sessions used up. */
export class RunUsageMeter {
  readonly #options: RunUsageOptions;
  readonly #startedAtMs: number;

  constructor(options: RunUsageOptions) {
    this.#options = options;
    this.#startedAtMs = options.now();
  }

  /** @param sessionBusyMs time that actors have spent on items in this session, summed over actors */
  total(sessionBusyMs: number): RunUsage {
    const { before, servers, now, comparingMs, maxRssBytes } = this.#options;
    const earlier = before ?? NO_USAGE;
    const elapsedMs = now() - this.#startedAtMs;
    const comparing = comparingMs();
    return {
      elapsedMs: earlier.elapsedMs + elapsedMs,
      comparingMs: earlier.comparingMs + comparing,
      busyMs: earlier.busyMs + sessionBusyMs,
      availableMs: earlier.availableMs + servers * (elapsedMs - comparing),
      parentMaxRssBytes: Math.max(earlier.parentMaxRssBytes, maxRssBytes()),
    };
  }
}
