import type { Incident } from '../core/incidents.js';
import type { Executor, ItemBatch, MinuteRun } from '../core/types.js';
import { BandSeries } from './report/charts/band-series.js';
import { agreementOf, byArm, Comparison } from '../measure/comparison.js';
import { VARIANTS, type Variant } from '../core/comparison.js';

/** Sampling halves its density whenever it has taken this many more minutes. */
const SAMPLES_PER_OCTAVE = 8;
/** Buckets of a plot of the compared minutes. */
const COMPARED_BUCKETS = 250;

export interface ComparerOptions {
  readonly pool: Executor;
  readonly solo: Executor;
  /** The arm whose answers are written. */
  readonly writes: Variant;
  readonly choose: 'sample' | 'all';
  /** What a sample's minutes may cost on top of the run, ms. */
  readonly budgetMs: number;
  /** Monotonic clock, ms. */
  readonly now: () => number;
}

/**
 * Serves chosen minutes in every way, one after another while nothing else runs,
 * so that the ways are compared on the same items at the same moment of the machine.
 */
export class Comparer {
  readonly comparison = new Comparison();
  readonly walls = byArm(() => new BandSeries(COMPARED_BUCKETS));
  readonly #options: ComparerOptions;
  #served = 0;
  #spentMs = 0;
  #lastCostMs = 0;

  constructor(options: ComparerOptions) {
    this.#options = options;
  }

  /** Time spent beyond serving what is written, ms. */
  get spentMs(): number {
    return this.#spentMs;
  }

  /** Whether the next minute is one to compare, the last one's cost still fitting; minutes without items never are. */
  wants(batch: ItemBatch): boolean {
    if (batch.targets.length === 0) return false;
    const index = this.#served++;
    if (this.#options.choose === 'all') return true;
    return this.#spentMs + this.#lastCostMs < this.#options.budgetMs && isSampled(index);
  }

  /**
   * Serves the minute in all ways; returns the run whose answers are to be written, with the incidents of all.
   * A minute with an incident is not compared: one way would bear alone what happened to its actor.
   *
   * @throws AiopsError what an executor rejects with
   */
  async compare(batch: ItemBatch): Promise<MinuteRun> {
    const startedAt = this.#options.now();
    const runs = new Map<Variant, MinuteRun>();
    const incidents: Incident[] = [];
    const first = this.comparison.minutes % VARIANTS.length; // no arm always follows the same other one
    for (const arm of [...VARIANTS.slice(first), ...VARIANTS.slice(0, first)]) {
      runs.set(arm, await this.#serve(arm, batch, incidents));
    }
    const run = (arm: Variant): MinuteRun => {
      const found = runs.get(arm);
      if (found === undefined) throw new RangeError(`no run of ${arm}`);
      return found;
    };
    const written = run(this.#options.writes);
    if (incidents.length === 0) {
      const wallMs = byArm((arm) => run(arm).timing.wallMs);
      for (const arm of VARIANTS) this.walls[arm].add(batch.minuteMs, wallMs[arm]);
      this.comparison.add(
        wallMs,
        byArm((arm) => agreementOf(written.answers, run(arm).answers)),
      );
    }
    this.#lastCostMs = this.#options.now() - startedAt - written.timing.wallMs;
    this.#spentMs += this.#lastCostMs;
    return { ...written, incidents };
  }

  /**
   * Batches are served twice and the second time counts: whoever ran last would otherwise have its code and data
   * in the processors' caches, and the others not. Item by item, the many calls warm themselves.
   */
  async #serve(arm: Variant, batch: ItemBatch, incidents: Incident[]): Promise<MinuteRun> {
    const { pool, solo } = this.#options;
    const executor = arm === 'parallel' ? pool : solo;
    const serve = async (): Promise<MinuteRun> => {
      const run = await executor.run(batch, arm === 'sequential-per-item' ? 'per-item' : 'batched');
      incidents.push(...run.incidents);
      return run;
    };
    if (arm !== 'sequential-per-item') await serve();
    return serve();
  }
}

/** The first 8 minutes, every second of the next 16, every fourth of the next 32, and so on. */
export function isSampled(index: number): boolean {
  const octave = Math.floor(Math.log2(index / SAMPLES_PER_OCTAVE + 1));
  return (index - SAMPLES_PER_OCTAVE * (2 ** octave - 1)) % 2 ** octave === 0;
}
