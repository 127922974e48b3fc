import { VARIANTS, type Variant } from '../core/comparison.js';
import type { Executor, ItemBatch, MinuteRun } from '../core/types.js';
import { agreementOf } from '../measure/answer-check.js';
import { byVariant, Comparison } from '../measure/compared-minutes.js';
import { roundOrder } from '../measure/rounds.js';
import { takeTurn } from '../measure/turn.js';
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
  readonly walls = byVariant(() => new BandSeries(COMPARED_BUCKETS));
  readonly #options: ComparerOptions;
  readonly #writes: Variant;
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
    const { executors, now } = this.#options;
    const startedAtMs = now();
    const runs: MinuteRun[] = [];
    for (const index of roundOrder(this.comparison.minutes, VARIANTS.length)) {
      runs[index] = await this.#takeTurn(VARIANTS[index]!, batch);
    }
    const runOf = (variant: Variant): MinuteRun => runs[VARIANTS.indexOf(variant)]!;
    const written = runOf(this.#writes);
    if (!executors.incidents.has(batch.minuteMs)) {
      const wallMs = byVariant((variant) => runOf(variant).timing.wallMs);
      for (const variant of VARIANTS) this.walls[variant].add(batch.minuteMs, wallMs[variant]);
      this.comparison.add(
        wallMs,
        byVariant((variant) => agreementOf(written.answers, runOf(variant).answers)),
      );
    }
    this.#lastCostMs = now() - startedAtMs - written.timing.wallMs;
    this.#spentMs += this.#lastCostMs;
    return written;
  }

  /**
   * Batches are served twice and the second time counts: otherwise whichever way ran last would find its code and data
   * in the processors' caches, and the others would not. Item by item, the many calls warm themselves.
   */
  async #takeTurn(variant: Variant, batch: ItemBatch): Promise<MinuteRun> {
    const style = variant === 'sequential-per-item' ? 'per-item' : 'batched';
    const executor = this.#executorOf(variant);
    const plan = { minutes: 1, untimed: style === 'batched', limitMs: Infinity };
    const { answers, timings } = await takeTurn(
      (minute) => executor.run(minute, style),
      [batch],
      0,
      plan,
      this.#options.now,
    );
    return { answers, timing: timings[0]! };
  }

  #executorOf(variant: Variant): Executor {
    const { pool, solo } = this.#options.executors;
    return variant === 'parallel' ? pool : solo;
  }
}

/** The first 8 minutes, every second of the next 16, every fourth of the next 32, and so on. */
export function isSampled(index: number): boolean {
  const octave = Math.floor(Math.log2(index / SAMPLES_PER_OCTAVE + 1));
  return (index - SAMPLES_PER_OCTAVE * (2 ** octave - 1)) % 2 ** octave === 0;
}
