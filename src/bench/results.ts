import { performance } from 'node:perf_hooks';

import type { Notice } from '../core/errors.js';
import { hostFacts } from '../host/processors.js';
import { takenTime, type TakenTime } from '../host/pressure.js';
import { program } from '../program/files.js';
import { checkGates } from '../report/gates.js';
import type { BenchConfig } from './bench-config.js';
import { compareBaseline } from './report/baseline.js';
import { benchAdvice } from './report/bench-advice.js';
import { BENCH_METRICS } from './report/bench-metrics.js';
import type { BenchCase, BenchSummary } from './report/bench-summary.js';
import { breakEvens } from './report/break-even.js';

/** The results of a benchmark so far. */
export class BenchResults {
  readonly #config: BenchConfig;
  readonly #cases: BenchCase[] = [];
  readonly #startedAtMs = performance.now();
  readonly #takenAtStart = takenTime();
  #deadlineMs = NaN;

  constructor(config: BenchConfig) {
    this.#config = config;
  }

  get cases(): readonly BenchCase[] {
    return this.#cases;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAtMs;
  }

  /** Processor time that this process was denied since the start. */
  get taken(): TakenTime {
    const { stealMs, throttledMs } = takenTime();
    return {
      stealMs: stealMs - this.#takenAtStart.stealMs,
      throttledMs: throttledMs - this.#takenAtStart.throttledMs,
    };
  }

  add(one: BenchCase, deadlineMs: number): void {
    this.#cases.push(one);
    this.#deadlineMs = deadlineMs;
  }

  summary(notices: readonly Notice[]): BenchSummary {
    const config = this.#config;
    const measured = {
      program,
      host: hostFacts(),
      settings: { ...config, baseline: config.baseline?.file ?? null },
      input: config.inputs.length === 0 ? null : config.inputs.join(', '),
      deadlineMs: this.#deadlineMs,
      cases: this.#cases,
      breakEven: breakEvens(this.#cases),
    };
    const summary = {
      ...measured,
      elapsedMs: this.elapsedMs,
      baseline: config.baseline === null ? null : compareBaseline(measured, config.baseline),
      advice: benchAdvice(measured),
      notices,
    };
    return { ...summary, gates: checkGates(config.gates, BENCH_METRICS, summary) };
  }
}
