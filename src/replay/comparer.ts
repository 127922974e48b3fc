import type { Block, LineForm } from '../core/block.js';
import { VARIANTS, type ComparisonSummary, type Variant } from '../core/comparison.js';
import type { BlockRun } from '../core/executor.js';
import { agreementOf } from '../measure/answer-check.js';
import { byVariant, Comparison } from '../measure/compared-minutes.js';
import { roundOrder } from '../measure/rounds.js';
import { takeTurn } from '../measure/turn.js';
import type { Executors } from '../pool/executors.js';
import { BandSeries, type Band } from './report/charts/band-series.js';

/** The distance of samples doubles whenever so many more have been taken. */
const SAMPLES_PER_DISTANCE = 8;
/** Buckets of a plot of the compared minutes. */
const COMPARED_BUCKETS = 250;

export interface ComparerOptions {
  readonly executors: Pick<Executors, 'pool' | 'solo' | 'writer' | 'incidents'>;
  /** Which minutes to compare. */
  readonly compare: 'sample' | 'all' | 'none';
  /** What comparing a sample may add to the run, ms. */
  readonly compareTimeMs: number;
  /** The form of the results. */
  readonly lines: LineForm;
  /** Monotonic clock, ms. */
  readonly now: () => number;
}

/** What the compared minutes showed. */
export interface Compared {
  readonly summary: ComparisonSummary;
  /** Their times. */
  readonly bands: Readonly<Record<Variant, readonly Band[]>>;
}

/**
 * Serves chosen minutes in every way, one after another while nothing else runs: on the same items, at the same moment
 * of the machine.
 */
export class Comparer {
  readonly #comparison = new Comparison();
  readonly #walls = byVariant(() => new BandSeries(COMPARED_BUCKETS));
  readonly #options: ComparerOptions;
  readonly #writes: Variant;
  /** Minutes with items so far. */
  #served = 0;
  /** Minutes that were compared. */
  #samples = 0;
  /** How many minutes with items come before the next one of the sample. */
  #nextSample = 0;
  #spentMs = 0;
  #lastCostMs = 0;

  constructor(options: ComparerOptions) {
    this.#options = options;
    this.#writes = options.executors.writer === options.executors.pool ? 'parallel' : 'sequential-batched';
  }

  /** Time spent beyond serving what is written, ms. */
  get spentMs(): number {
    return this.#spentMs;
  }

  /** Whether to compare the next minute that has items: if it is its turn, and the last comparison's cost still fits. */
  get isDue(): boolean {
    const { compare, compareTimeMs } = this.#options;
    if (compare === 'none') return false;
    if (compare === 'all') return true;
    return this.#spentMs + this.#lastCostMs < compareTimeMs && this.#served >= this.#nextSample;
  }

  /** Counts minutes with items that were not compared. */
  noteServed(minutesWithItems: number): void {
    this.#served += minutesWithItems;
  }

  /**
   * Serves a block of one minute in every way; it must have the executors to itself. A minute with an incident counts
   * in no figure: one way would bear alone what happened to its actor.
   *
   * @throws AiopsError what an executor rejects with
   */
  async compare(minute: Block): Promise<BlockRun> {
    const { executors, now } = this.#options;
    this.#nextSample = this.#served + 2 ** Math.floor(++this.#samples / SAMPLES_PER_DISTANCE);
    this.#served++;
    const startedAtMs = now();
    const runs: BlockRun[] = [];
    for (const index of roundOrder(this.#comparison.minutes, VARIANTS.length)) {
      runs[index] = await this.#takeTurn(VARIANTS[index]!, minute);
    }
    const runOf = (variant: Variant): BlockRun => runs[VARIANTS.indexOf(variant)]!;
    const written = runOf(this.#writes);
    const minuteMs = minute.minutesMs[0]!;
    if (!executors.incidents.has(minuteMs)) {
      const wallMs = byVariant((variant) => runOf(variant).timing.wallMs);
      for (const variant of VARIANTS) this.#walls[variant].add(minuteMs, wallMs[variant]);
      this.#comparison.add(
        written.timing.items,
        wallMs,
        byVariant((variant) => agreementOf(written.answers, runOf(variant).answers)),
      );
    }
    this.#lastCostMs = now() - startedAtMs - written.timing.wallMs;
    this.#spentMs += this.#lastCostMs;
    return written;
  }

  /**
   * Null: no minute was compared.
   *
   * @param tolerance the largest difference that still counts as agreement
   */
  result(tolerance: number): Compared | null {
    const summary = this.#comparison.summary(this.#options.executors.pool.actors, tolerance);
    return summary && { summary, bands: byVariant((variant) => this.#walls[variant].bands()) };
  }

  /**
   * Batches are served twice and the second time counts: otherwise whichever way ran last would find its code and data
   * in the processors' caches, and the others would not. Item by item, the many calls warm themselves.
   */
  async #takeTurn(variant: Variant, minute: Block): Promise<BlockRun> {
    const style = variant === 'sequential-per-item' ? 'per-item' : 'batched';
    const { executors, lines, now } = this.#options;
    const executor = variant === 'parallel' ? executors.pool : executors.solo;
    const plan = { minutes: 1, untimed: style === 'batched', limitMs: Infinity };
    const serve = (block: Block): Promise<BlockRun> => executor.run(block, { style, lines, outputs: true });
    const { answers, timings } = await takeTurn(serve, [minute], 0, plan, now);
    return { answers, timing: timings[0]! };
  }
}
