import { SampleStore } from '../core/samples.js';
import { efficiency, karpFlatt, speedup } from '../core/scaling.js';
import type { Estimate } from '../core/statistics.js';

import { distribution } from '../core/samples.js';
import { type Agreement, type ComparisonSummary, type Arm, agrees, ARMS } from '../core/comparison.js';
import { SAME, worse } from './agreement.js';

/** Collects minutes that every arm served. */
export class Comparison {
  readonly #walls = new Map(ARMS.map((arm) => [arm, new SampleStore()]));
  readonly #agreement = new Map<Arm, Agreement>(ARMS.map((arm) => [arm, SAME]));
  #minutes = 0;

  get minutes(): number {
    return this.#minutes;
  }

  /** Adds one minute: each arm's time in ms, and how its answers compare with those that were written. */
  add(wallMs: Readonly<Record<Arm, number>>, agreement: Readonly<Record<Arm, Agreement>>): void {
    this.#minutes++;
    for (const arm of ARMS) {
      this.#walls.get(arm)?.add(wallMs[arm]);
      this.#agreement.set(arm, worse(this.#agreement.get(arm) ?? SAME, agreement[arm]));
    }
  }

  /** Whether some way's answers were further from those written than `tolerance`, or its verdicts others. */
  differs(tolerance: number): boolean {
    return [...this.#agreement.values()].some((one) => !agrees(one, tolerance));
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
      wallMs: byArm((arm) => distribution(this.#wallsOf(arm))),
      speedup: gained,
      efficiency: efficiency(overBatched, actors),
      serialFraction: karpFlatt(overBatched, actors),
      answers: byArm((arm) => this.#agreement.get(arm) ?? SAME),
      tolerance,
    };
  }

  /** All stores are filled together and so thinned out alike: their samples stay paired. */
  #speedupOver(arm: Arm): Estimate {
    return speedup(this.#wallsOf(arm).values(), this.#wallsOf('parallel').values());
  }

  #wallsOf(arm: Arm): SampleStore {
    return this.#walls.get(arm) ?? new SampleStore();
  }
}

export function byArm<T>(of: (arm: Arm) => T): Record<Arm, T> {
  return {
    'sequential-per-item': of('sequential-per-item'),
    'sequential-batched': of('sequential-batched'),
    parallel: of('parallel'),
  };
}
