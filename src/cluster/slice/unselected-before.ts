import type { ReadStep } from '../../core/types.js';
import type { StepGroups } from '../../read/minutes/select-steps.js';

/**
 * Leaves unselected records before a range out of the counts: slices read only some of them, and which ones depends on
 * the plan.
 */
export class UnselectedBefore {
  readonly #fromMs: number;
  #isBefore = true;
  #filtered = 0;

  /** @param fromMs where the range begins, epoch ms */
  constructor(fromMs: number) {
    this.#fromMs = fromMs;
  }

  /** Passes on all steps, and counts those before the range. */
  async *counted(groups: StepGroups): StepGroups {
    for await (const group of groups) {
      for (const { batch, filtered } of group) {
        this.#isBefore &&= (batch?.minuteMs ?? -Infinity) < this.#fromMs;
        if (!this.#isBefore) break;
        this.#filtered += filtered;
      }
      yield group;
    }
    return undefined;
  }

  /** The steps that were selected of those, the first of which carry what was counted before the range. */
  async *without(groups: AsyncIterable<readonly ReadStep[]>): StepGroups {
    for await (const group of groups)
      yield this.#filtered === 0 ? group : group.map((step) => this.#less(step));
    return undefined;
  }

  #less(step: ReadStep): ReadStep {
    const less = Math.min(step.filtered, this.#filtered);
    this.#filtered -= less;
    return less === 0 ? step : { ...step, filtered: step.filtered - less };
  }
}
