import type { Notice } from '../core/errors.js';
import type { ReadyFacts } from '../core/types.js';
import { takenTime } from '../host/pressure.js';
import { hostFacts, usableProcessors } from '../host/processors.js';
import { program } from '../program/files.js';
import { compareBaseline } from './report/baseline.js';
import { benchAdvice } from './report/bench-advice.js';
import { BENCH_METRICS } from './report/bench-metrics.js';
import { benchJson, type BenchCase, type BenchSummary } from './report/bench-summary.js';
import {
  answerWarnings,
  baselineWarnings,
  steadinessWarnings,
  takenTimeWarnings,
} from './report/bench-warnings.js';
import { breakEvens } from './report/break-even.js';
import { checkGates } from '../report/gates.js';
import { benchHtml } from './report/bench-page.js';
import { setupName } from './report/bench-names.js';
import { BENCH_FILE, type BenchOutput } from '../output/bench-output.js';
import type { BenchConfig } from './bench-config.js';
import { attemptPage, pageMissing, type PageAttempt } from '../report/page-attempt.js';
import { actorCounts } from './actor-counts.js';
import type { MinuteSupply } from './minute-supply.js';

export interface SessionOptions {
  readonly config: BenchConfig;
  readonly output: BenchOutput;
  readonly onNotice: (notice: Notice) => void;
  /** Monotonic clock, ms. */
  readonly now: () => number;
}

/** One benchmark as it goes on: what was measured so far, and what there was to tell. */
export class BenchSession {
  readonly processors = usableProcessors();
  /** Numbers of actors to measure. */
  readonly actors: readonly number[];
  /** The minutes to serve, once they are known. */
  supply: MinuteSupply | null = null;
  readonly #options: SessionOptions;
  readonly #cases: BenchCase[] = [];
  readonly #notices: Notice[] = [];
  readonly #startedAtMs: number;
  readonly #takenAtStart = takenTime();
  readonly #setups = new Set<string>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#startedAtMs = options.now();
    this.actors = actorCounts(options.config.actors, this.processors);
  }

  get cases(): readonly BenchCase[] {
    return this.#cases;
  }

  /** What a minute must fit into, ms. */
  get deadlineMs(): number {
    return this.#options.config.deadlineMs ?? this.supply?.intervalMs ?? NaN;
  }

  /** Whether these processes compute as earlier ones did, which `auto` can bring about; says so. */
  knows(ready: ReadyFacts): boolean {
    const name = setupName(ready);
    if (!this.#setups.has(name)) {
      this.#setups.add(name);
      return false;
    }
    this.tell({ level: 'info', text: `${name} was measured already` });
    return true;
  }

  /** Says something at once, and in the report. */
  tell(notice: Notice): void {
    this.#notices.push(notice);
    this.#options.onNotice(notice);
  }

  /** Takes in a case and writes everything measured so far. */
  async add(one: BenchCase): Promise<void> {
    this.#cases.push(one);
    for (const notice of answerWarnings(one)) this.tell(notice);
    // Until there is a trace of this run, the folder has none.
    if (this.#cases.length === 1) await this.#options.output.writeReport('trace.json', null);
    await this.#write(this.summary());
  }

  /**
   * Ends the benchmark with the whole report written.
   *
   * @throws Error where the page could not be made, which is a bug; `bench.json` is written nevertheless
   */
  async conclude(): Promise<BenchSummary> {
    const elapsedMs = this.#options.now() - this.#startedAtMs;
    const taken = takenTimeWarnings(this.#takenMs(), elapsedMs, this.processors);
    for (const notice of [...steadinessWarnings(this.#cases), ...taken]) this.tell(notice);
    const measured = this.summary();
    for (const notice of baselineWarnings(measured.baseline)) this.tell(notice);
    const summary = { ...measured, notices: this.#notices };
    const page = await this.#write(summary);
    if ('bug' in page) throw pageMissing(page.bug);
    return summary;
  }

  /** Writes both reports, so that the page is always of the figures beside it. */
  async #write(summary: BenchSummary): Promise<PageAttempt> {
    const { output, config } = this.#options;
    const page = attemptPage(() => benchHtml(summary, config.inputs));
    await output.writeReport(BENCH_FILE, benchJson(summary));
    await output.writeReport('report.html', 'text' in page ? page.text : null);
    return page;
  }

  summary(): BenchSummary {
    const { config } = this.#options;
    const measured = {
      program,
      host: hostFacts(),
      settings: { ...config, baseline: config.baseline?.file ?? null },
      input: config.inputs.length === 0 ? null : config.inputs.join(', '),
      deadlineMs: this.deadlineMs,
      cases: this.#cases,
      breakEven: breakEvens(this.#cases),
    };
    const summary = {
      ...measured,
      elapsedMs: this.#options.now() - this.#startedAtMs,
      baseline: config.baseline === null ? null : compareBaseline(measured, config.baseline),
      advice: benchAdvice(measured),
      notices: this.#notices,
    };
    return { ...summary, gates: checkGates(config.gates, BENCH_METRICS, summary) };
  }

  #takenMs(): { readonly stealMs: number; readonly throttledMs: number } {
    const { stealMs, throttledMs } = takenTime();
    return {
      stealMs: stealMs - this.#takenAtStart.stealMs,
      throttledMs: throttledMs - this.#takenAtStart.throttledMs,
    };
  }
}
