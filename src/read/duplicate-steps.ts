import type { RejectCount } from '../core/counts.js';
import type { Reject } from '../core/types.js';
import { StepCounter } from './sample/grid/interval.js';

/** Enough to tell; more would only take memory. */
const MOST_STEPS = 4096;
const LEAST_STEP_MS = 1000;
/** How far a step may deviate from a regular one, as a share of it. */
const JITTER = 0.2;

/** Of the duplicates of a session or a slice; null: they have no regular step; undefined: there were none. */
export type KnownStep = number | null | undefined;

/** The regular step of two lots of duplicates: they have none where those of the two differ. */
export function joinedStep(before: KnownStep, after: KnownStep): KnownStep {
  if (before === undefined || after === undefined) return before ?? after;
  if (before === null || after === null) return null;
  return Math.abs(after - before) <= before * JITTER ? before : null;
}

/** What a count of rejects says of the step between duplicates. */
export function stepOf(duplicates: Pick<RejectCount, 'stepMs'> | undefined): KnownStep {
  return duplicates === undefined ? undefined : (duplicates.stepMs ?? null);
}

/** Finds out how far apart the records are of which all but one per interval are rejected. */
export class DuplicateSteps {
  readonly #steps = new StepCounter();
  #count = 0;
  #last: Reject | null = null;

  /** Takes duplicates in the order in which they are rejected: those of a target and interval one after another. */
  add(reject: Reject): void {
    if (this.#count === MOST_STEPS) return;
    const last = this.#last;
    const isNext = last?.target === reject.target && last.minuteMs === reject.minuteMs;
    const { afterMs = 0 } = reject;
    this.#steps.add(isNext ? Math.abs(afterMs - (last.afterMs ?? 0)) : Math.abs(afterMs));
    this.#count++;
    this.#last = reject;
  }

  /** The regular step, ms; 0: all have the time of the record that they repeat. */
  get stepMs(): KnownStep {
    if (this.#count === 0) return undefined;
    const stepMs = this.#steps.interval();
    if (stepMs === null || (stepMs > 0 && stepMs < LEAST_STEP_MS)) return null;
    const regular = this.#steps.share(stepMs * (1 - JITTER), stepMs * (1 + JITTER));
    return regular >= (stepMs === 0 ? 1 : 0.5) ? stepMs : null;
  }
}
