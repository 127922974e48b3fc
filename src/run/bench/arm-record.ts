import { percentile, sortSamples } from '../../core/statistics.js';
import { SampleStore } from '../../core/samples.js';
import type { MinuteTiming } from '../../core/types.js';
import { SAME, worse, type Agreement } from '../../report/comparison.js';
import { RunTimings } from '../../report/run-timings.js';
import type { ArmPlan } from './arm-plans.js';

/** What was measured of one arm. */
export class ArmRecord {
  readonly plan: ArmPlan;
  /** Of all timed minutes. */
  readonly timings: RunTimings;
  readonly #roundMs: number[] = [];
  readonly #walls = new SampleStore();
  #agreement = SAME;

  constructor(plan: ArmPlan, deadlineMs: number) {
    this.plan = plan;
    this.timings = new RunTimings(deadlineMs);
  }

  /** `[rounds]`: the median minute of each. */
  get roundMs(): readonly number[] {
    return this.#roundMs;
  }

  /** Service times, of all minutes or of an even selection, ms. */
  get wallsMs(): Float64Array {
    return this.#walls.values();
  }

  /** With the answers of the first arm, over all rounds. */
  get agreement(): Agreement {
    return this.#agreement;
  }

  /** Takes in a turn's minutes, at least one. */
  addTurn(minutes: readonly MinuteTiming[]): void {
    for (const timing of minutes) {
      this.timings.add(timing);
      this.#walls.add(timing.wallMs);
    }
    this.#roundMs.push(percentile(sortSamples(minutes.map(({ wallMs }) => wallMs)), 0.5));
  }

  addAgreement(agreement: Agreement): void {
    this.#agreement = worse(this.#agreement, agreement);
  }
}
