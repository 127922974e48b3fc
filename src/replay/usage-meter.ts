import { performance } from 'node:perf_hooks';

import type { Executor } from '../core/executor.js';
import { joinedUse, NO_USE, type ProcessUse } from '../core/process-use.js';
import type { Comparer } from './comparer.js';
import type { RunUsage } from './resume/run-facts.js';

export const NO_USAGE: RunUsage = {
  elapsedMs: 0,
  comparingMs: 0,
  busyMs: 0,
  availableMs: 0,
  parent: NO_USE,
  actors: NO_USE,
};

export interface UsageOptions {
  /** Of earlier sessions, if any. */
  readonly before: RunUsage | undefined;
  readonly executors: { readonly writer: Pick<Executor, 'actors'>; readonly use: ProcessUse };
  readonly comparer: Pick<Comparer, 'spentMs'>;
  /** What this process has used so far. */
  readonly parent?: () => ProcessUse;
  /** Monotonic clock, ms. */
  readonly now?: () => number;
}

/** Measures a session, which begins when this is made, and adds what earlier sessions used. */
export class UsageMeter {
  readonly #options: Required<UsageOptions>;
  readonly #startedAtMs: number;

  constructor(options: UsageOptions) {
    this.#options = { parent: useOfThisProcess, now: monotonicMs, ...options };
    this.#startedAtMs = this.#options.now();
  }

  /** @param busyMs time that actors have spent on items in this session, summed over actors */
  total(busyMs: number): RunUsage {
    const { before = NO_USAGE, executors, comparer, now, parent } = this.#options;
    const elapsedMs = now() - this.#startedAtMs;
    const comparingMs = comparer.spentMs;
    return {
      elapsedMs: before.elapsedMs + elapsedMs,
      comparingMs: before.comparingMs + comparingMs,
      busyMs: before.busyMs + busyMs,
      availableMs: before.availableMs + executors.writer.actors * (elapsedMs - comparingMs),
      parent: joinedUse(before.parent, parent()),
      actors: joinedUse(before.actors, executors.use),
    };
  }
}

/** What this process has used so far. */
export function useOfThisProcess(): ProcessUse {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); // µs, KiB
  return { cpuMs: (userCPUTime + systemCPUTime) / 1000, maxRssBytes: maxRSS * 1024 };
}

function monotonicMs(): number {
  return performance.now();
}
