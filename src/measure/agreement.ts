import type { Agreement } from '../core/comparison.js';
import { checkAnswered } from '../core/gather.js';
import { NO_VERDICT, type Answers, type BackendFacts } from '../core/types.js';

/** How far answers of two variants may differ and still agree: on wasm not at all, however work is cut. */
export const TOLERANCE: Readonly<Record<BackendFacts['name'], number>> = { wasm: 0, js: 0, node: 1e-4 };

/** Answers with the same bits. */
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

/** Combines two comparisons: the larger difference, and the sum of differing verdicts. */
export function worse(a: Agreement, b: Agreement): Agreement {
  return {
    identical: a.identical && b.identical,
    maxDifference: Math.max(a.maxDifference, b.maxDifference),
    differingVerdicts: a.differingVerdicts + b.differingVerdicts,
  };
}

/** Compares the answers that variants gave to the same items with the first ones. */
export class AnswerCheck {
  readonly #items: number;
  #first: Answers | null = null;
  #agreement = SAME;

  constructor(items: number) {
    this.#items = items;
  }

  /** @throws RangeError if there are more or fewer answers than items: no variant may lose any */
  add(answers: Answers): void {
    checkAnswered(this.#items, answers);
    this.#first ??= answers;
    this.#agreement = worse(this.#agreement, agreementOf(this.#first, answers));
  }

  /** Over all comparisons. */
  get agreement(): Agreement {
    return this.#agreement;
  }
}
