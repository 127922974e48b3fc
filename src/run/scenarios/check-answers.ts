import type { Answers } from '../../core/types.js';
import { agreementOf, type Agreement } from '../../report/comparison.js';

/** Holds the answers that ways of doing the same work gave against the first ones. */
export class AnswerCheck {
  #first: Answers | null = null;
  #worst: Agreement = { identical: true, maxDifference: 0, differingVerdicts: 0 };

  /** @throws RangeError where there are more or fewer answers than items: no way may lose any */
  check(answers: Answers, items: number): void {
    if (answers.scores.length !== items) {
      throw new RangeError(`${items} items asked, ${answers.scores.length} answered`);
    }
    this.#first ??= answers;
    const one = agreementOf(this.#first, answers);
    this.#worst = {
      identical: this.#worst.identical && one.identical,
      maxDifference: Math.max(this.#worst.maxDifference, one.maxDifference),
      differingVerdicts: Math.max(this.#worst.differingVerdicts, one.differingVerdicts),
    };
  }

  /** The worst of all. */
  get agreement(): Agreement {
    return this.#worst;
  }
}
