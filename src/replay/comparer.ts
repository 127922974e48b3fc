import { ARMS, type Arm } from '../core/comparison.js';
import type { Executor, ItemBatch, MinuteRun } from '../core/types.js';
import { agreementOf, byArm, Comparison } from '../measure/comparison.js';
import type { Executors } from '../pool/executors.js';
import { BandSeries } from './report/charts/band-series.js';

/** Sampling halves its density whenever it has taken this many more minutes. */
const SAMPLES_PER_OCTAVE = 8;
/** Buckets of a plot of the compared minutes. */
const COMPARED_BUCKETS = 250;

export interface ComparerOptions {
  readonly executors: Pick<Executors, 'pool' | 'solo' | 'incidents'>;
  /** Whether the pool or the single process produces the results. */
  readonly mode: 'parallel' | 'sequential';
  /** Which minutes to compare. */
  readonly compare: 'sample' | 'all' | 'none';
  /** What comparing a sample may add to the run, ms. */
  readonly compareTimeMs: number;
  /** Monotonic clock, ms. */
  readonly now: () => number;
}

/**
 * Serves minutes with the executor that produces the results, and chosen ones in every other way as well, one after
 * another while nothing else runs: on the same items, at the same moment of the machine.
 */
export class Comparer {
  readonly comparison = new Comparison();
  readonly walls = byArm(() => new BandSeries(COMPARED_BUCKETS));
  readonly #options: ComparerOptions;
  readonly #writes: Arm;
  /** Minutes with items so far. */
  #served = 0;
  #spentMs = 0;
  #lastCostMs = 0;

  constructor(options: ComparerOptions) {
    this.#options = options;
    this.#writes = options.mode === 'parallel' ? 'parallel' : 'sequential-batched';
  }

  /** Time spent beyond serving what is written, ms. */
  get spentMs(): number {
    return this.#spentMs;
  }

  /** Whether `serve` would compare this minute: if it has items and the last comparison's cost still fits the budget. */
  compares(batch: ItemBatch): boolean {
    const { compare, compareTimeMs } = this.#options;
    if (compare === 'none' || batch.targets.length === 0) return false;
    if (compare === 'all') return true;
    return this.#spentMs + this.#lastCostMs < compareTimeMs && isSampled(this.#served);
  }

  /**
   * Serves the next minute. One that is compared must have the executors to itself.
   *
   * @throws AiopsError what an executor rejects with
   */
  serve(batch: ItemBatch): Promise<MinuteRun> {
    const isCompared = this.compares(batch);
    if (batch.targets.length > 0) this.#served++;
    return isCompared ? this.#compare(batch) : this.#executorOf(this.#writes).run(batch, 'batched');
  }

  /** A minute with an incident counts in no figure: one way would bear alone what happened to its actor. */
  async #compare(batch: ItemBatch): Promise<MinuteRun> {
    const startedAtMs = this.#options.now();
    const runs: Partial<Record<Arm, MinuteRun>> = {};
    const first = this.comparison.minutes % ARMS.length; // no way always follows the same other one
    for (const arm of [...ARMS.slice(first), ...ARMS.slice(0, first)])
      runs[arm] = await this.#run(arm, batch);
    const runOf = (arm: Arm): MinuteRun => {
      const run = runs[arm];
      if (run === undefined) throw new RangeError(`no run of ${arm}`);
      return run;
    };
    const written = runOf(this.#writes);
    if (!this.#options.executors.incidents.has(batch.minuteMs)) {
      const wallMs = byArm((arm) => runOf(arm).timing.wallMs);
      for (const arm of ARMS) this.walls[arm].add(batch.minuteMs, wallMs[arm]);
      this.comparison.add(
        wallMs,
        byArm((arm) => agreementOf(written.answers, runOf(arm).answers)),
      );
    }
    this.#lastCostMs = this.#options.now() - startedAtMs - written.timing.wallMs;
    this.#spentMs += this.#lastCostMs;
    return written;
  }

  /**
   * Batches are served twice and the second time counts: otherwise whichever way ran last would find its code and data
   * in the processors' caches, and the others would not. Item by item, the many calls warm themselves.
   */
  async #run(arm: Arm, batch: ItemBatch): Promise<MinuteRun> {
    const executor = this.#executorOf(arm);
    if (arm === 'sequential-per-item') return executor.run(batch, 'per-item');
    await executor.run(batch, 'batched');
    return executor.run(batch, 'batched');
  }

  #executorOf(arm: Arm): Executor {
    const { pool, solo } = this.#options.executors;
    return arm === 'parallel' ? pool : solo;
  }
}

/** The first 8 minutes, every second of the next 16, every fourth of the next 32, and so on. */
export function isSampled(index: number): boolean {
  const octave = Math.floor(Math.log2(index / SAMPLES_PER_OCTAVE + 1));
  return (index - SAMPLES_PER_OCTAVE * (2 ** octave - 1)) % 2 ** octave === 0;
}
