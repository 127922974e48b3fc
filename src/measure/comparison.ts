import { NO_VERDICT, type Answers } from '../core/types.js';
import { SampleStore } from '../core/samples.js';
import { efficiency, karpFlatt, speedup } from '../core/scaling.js';
import type { Estimate } from '../core/statistics.js';

import { distribution } from '../core/samples.js';
import {
  type Agreement,
  type ComparisonSummary,
  type Variant,
  agrees,
  VARIANTS,
} from '../core/comparison.js';

/** Collects minutes that every arm served. */
export class Comparison {
  readonly #walls = new Map(VARIANTS.map((arm) => [arm, new SampleStore()]));
  readonly #agreement = new Map<Variant, Agreement>(VARIANTS.map((arm) => [arm, SAME]));
  #minutes = 0;

  get minutes(): number {
    return this.#minutes;
  }

  /** Adds one minute: each arm's time in ms, and how its answers compare with those that were written. */
  add(wallMs: Readonly<Record<Variant, number>>, agreement: Readonly<Record<Variant, Agreement>>): void {
    this.#minutes++;
    for (const arm of VARIANTS) {
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
  #speedupOver(arm: Variant): Estimate {
    return speedup(this.#wallsOf(arm).values(), this.#wallsOf('parallel').values());
  }

  #wallsOf(arm: Variant): SampleStore {
    return this.#walls.get(arm) ?? new SampleStore();
  }
}

export function byArm<T>(of: (arm: Variant) => T): Record<Variant, T> {
  return {
    'sequential-per-item': of('sequential-per-item'),
    'sequential-batched': of('sequential-batched'),
    parallel: of('parallel'),
  };
}

/** Of answers that have the same bits. */
export const SAME: Agreement = { identical: true, maxDifference: 0, differingVerdicts: 0 };

/** Compares two answers to the same items. */
export function agreementOf(a: Answers, b: Answers): Agreement {
  const scores = spread(a.scores, b.scores);
  const outputs = spread(a.outputs, b.outputs);
  let differingVerdicts = 0;
  for (let item = 0; item < Math.max(a.anomalies.length, b.anomalies.length); item++) {
    const verdicts = (a.anomalies[item] ?? NO_VERDICT) === (b.anomalies[item] ?? NO_VERDICT);
    const errors = a.errors.get(item)?.errno === b.errors.get(item)?.errno;
    if (!verdicts || !errors) differingVerdicts++;
  }
  return {
    identical: scores.identical && outputs.identical && differingVerdicts === 0,
    maxDifference: Math.max(scores.max, outputs.max),
    differingVerdicts,
  };
}

function spread(a: Float32Array, b: Float32Array): { identical: boolean; max: number } {
  if (a.length !== b.length) return { identical: false, max: Infinity };
  let identical = true;
  let max = 0;
  for (let i = 0; i < a.length; i++) {
    const left = a[i] ?? NaN;
    const right = b[i] ?? NaN;
    if (Object.is(left, right)) continue;
    identical = false;
    const difference = Math.abs(left - right) / Math.max(1, Math.abs(left), Math.abs(right));
    max = Math.max(max, Number.isNaN(difference) ? Infinity : difference);
  }
  return { identical, max };
}

/** Of two comparisons, or sets of them, taken together: the larger difference, and the sum of verdicts. */
export function worse(a: Agreement, b: Agreement): Agreement {
  return {
    identical: a.identical && b.identical,
    maxDifference: Math.max(a.maxDifference, b.maxDifference),
    differingVerdicts: a.differingVerdicts + b.differingVerdicts,
  };
}
