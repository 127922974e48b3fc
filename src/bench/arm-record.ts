import { percentile, sortSamples } from '../core/statistics.js';
import type { Answers } from '../core/types.js';
import { agreementOf, SAME, worse } from '../measure/agreement.js';
import { type Agreement } from '../core/comparison.js';
import { RunTimings } from '../measure/run-timings.js';
import type { Turn } from '../measure/turn.js';
import type { ArmPlan } from './arm-plans.js';

/** What was measured of one arm. */
export class ArmRecord {
  readonly plan: ArmPlan;
  /** Of all timed minutes. */
  readonly timings: RunTimings;
  readonly #roundMs: number[] = [];
  #agreement = SAME;

  constructor(plan: ArmPlan, deadlineMs: number) {
    this.plan = plan;
    this.timings = new RunTimings(deadlineMs);
  }

  /** `[rounds]`: the median minute of each. */
  get roundMs(): readonly number[] {
    return this.#roundMs;
  }

  /** With the answers of the first arm, over all rounds. */
  get agreement(): Agreement {
    return this.#agreement;
  }

  /** Adds a turn; `expected` are the answers of the first arm to the same minute. */
  addTurn({ timings, answers }: Turn, expected: Answers): void {
    for (const timing of timings) this.timings.add(timing);
    this.#roundMs.push(percentile(sortSamples(timings.map(({ wallMs }) => wallMs)), 0.5));
    this.#agreement = worse(this.#agreement, agreementOf(expected, answers));
  }
}
