import { percentile, sortSamples } from '../core/statistics.js';
import type { MinuteTiming } from '../core/types.js';
import { SAME, worse } from '../measure/comparison.js';
import { type Agreement } from '../core/comparison.js';
import { RunTimings } from '../measure/run-timings.js';
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

  /** Takes in a turn's minutes, at least one. */
  addTurn(minutes: readonly MinuteTiming[]): void {
    for (const timing of minutes) this.timings.add(timing);
    this.#roundMs.push(percentile(sortSamples(minutes.map(({ wallMs }) => wallMs)), 0.5));
  }

  addAgreement(agreement: Agreement): void {
    this.#agreement = worse(this.#agreement, agreement);
  }
}
