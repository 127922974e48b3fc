import { cutText } from '../core/cut-text.js';
import type { RejectCount } from '../core/counts.js';
import type { Reject, RejectReason } from '../core/types.js';
import { DuplicateSteps, joinedStep, stepOf, type KnownStep } from './duplicate-steps.js';

/** Longer messages of examples are cut: every commit holds them. */
const MOST_CHARACTERS = 200;

/** Counts rejects by reason, with the first of each as an example. */
export class RejectTally {
  readonly #counts: Map<RejectReason, { count: number; readonly example: RejectCount['example'] }>;
  readonly #steps = new DuplicateSteps();
  /** What earlier sessions found. */
  readonly #stepBefore: KnownStep;

  /** @param before what earlier sessions of the run counted */
  constructor(before: readonly RejectCount[] = []) {
    this.#counts = new Map(before.map(({ reason, count, example }) => [reason, { count, example }]));
    this.#stepBefore = stepOf(before.find(({ reason }) => reason === 'duplicate'));
  }

  add(rejects: readonly Reject[]): void {
    for (const reject of rejects) {
      const { reason, source, message } = reject;
      if (reason === 'duplicate') this.#steps.add(reject);
      const known = this.#counts.get(reason);
      if (known !== undefined) known.count++;
      else {
        const example = { file: source.file, line: source.line, message: cutText(message, MOST_CHARACTERS) };
        this.#counts.set(reason, { count: 1, example });
      }
    }
  }

  /** In the order in which the reasons were met. */
  get all(): RejectCount[] {
    const stepMs = joinedStep(this.#stepBefore, this.#steps.stepMs) ?? null;
    return Array.from(this.#counts, ([reason, counted]) => ({
      ...{ reason, ...counted },
      ...(reason === 'duplicate' && stepMs !== null ? { stepMs } : {}),
    }));
  }
}

/** The most frequent reasons first. */
export function byFrequency(rejects: readonly RejectCount[]): RejectCount[] {
  return [...rejects].sort((a, b) => b.count - a.count);
}
