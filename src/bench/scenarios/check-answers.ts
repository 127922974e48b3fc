import { checkAnswered } from '../../core/gather.js';
import type { Answers } from '../../core/types.js';
import { agreementOf, SAME, worse } from '../../measure/agreement.js';
import { type Agreement } from '../../core/comparison.js';

/** Holds the answers that ways of doing the same work gave against the first ones. */
export class AnswerCheck {
  #first: Answers | null = null;
  #worst: Agreement = SAME;

  /** @throws RangeError where there are more or fewer answers than items: no way may lose any */
  check(answers: Answers, items: number): void {
    checkAnswered(items, answers);
    this.#first ??= answers;
    this.#worst = worse(this.#worst, agreementOf(this.#first, answers));
  }

  /** Of all comparisons together. */
  get agreement(): Agreement {
    return this.#worst;
  }
}
