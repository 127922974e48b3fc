import { VARIANTS, type Agreement, type ComparisonSummary, type Variant } from '../core/comparison.js';
import { distribution, SampleStore } from './samples.js';
import { efficiency, karpFlatt, speedup } from '../core/scaling.js';
import type { Estimate } from '../core/statistics.js';
import { SAME, worse } from './answer-check.js';
import { Rate } from './run-timings.js';

/** Collects minutes that all variants served, in bounded memory. */
export class Comparison {
  readonly #walls = byVariant(() => new SampleStore());
  readonly #rates = byVariant(() => new Rate());
  #agreement: Readonly<Record<Variant, Agreement>> = byVariant(() => SAME);
  #minutes = 0;

  get minutes(): number {
    return this.#minutes;
  }

  /** Adds a minute: its items, each variant's time in ms, and how its answers differ from the written ones. */
  add(
    items: number,
    wallMs: Readonly<Record<Variant, number>>,
    agreement: Readonly<Record<Variant, Agreement>>,
  ): void {
    this.#minutes++;
    for (const variant of VARIANTS) {
      this.#walls[variant].add(wallMs[variant]);
      this.#rates[variant].add(items, wallMs[variant]);
    }
    const before = this.#agreement;
    this.#agreement = byVariant((variant) => worse(before[variant], agreement[variant]));
  }

  /** Null before the first minute. */
  summary(actors: number, tolerance: number): ComparisonSummary | null {
    if (this.#minutes === 0) return null;
    const gained = {
      'sequential-per-item': this.#speedupOver('sequential-per-item'),
      'sequential-batched': this.#speedupOver('sequential-batched'),
    };
    const overBatched = gained['sequential-batched'].value;
    return {
      minutes: this.#minutes,
      wallMs: byVariant((variant) => distribution(this.#walls[variant])),
      itemsPerSecond: byVariant((variant) => this.#rates[variant].itemsPerSecond),
      speedup: gained,
      efficiency: efficiency(overBatched, actors),
      serialFraction: karpFlatt(overBatched, actors),
      answers: this.#agreement,
      tolerance,
    };
  }

  /** Samples are paired: all stores keep those of the same minutes. */
  #speedupOver(variant: Variant): Estimate {
    return speedup(this.#walls[variant].values(), this.#walls.parallel.values());
  }
}

export function byVariant<T>(of: (variant: Variant) => T): Record<Variant, T> {
  return {
    'sequential-per-item': of('sequential-per-item'),
    'sequential-batched': of('sequential-batched'),
    parallel: of('parallel'),
  };
}
