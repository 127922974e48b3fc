import { NO_VERDICT, type Answers } from '../core/block.js';
import type { Agreement } from '../core/comparison.js';
import type { BackendFacts } from '../core/types.js';

/** How far answers of two variants may differ and still agree: on wasm not at all, however work is cut. */
export const TOLERANCE: Readonly<Record<BackendFacts['name'], number>> = { wasm: 0, js: 0, node: 1e-4 };

/** Answers with the same bits. */
export const SAME: Agreement = { identical: true, maxDifference: 0, differingVerdicts: 0 };

/** Compares two answers to the same rows; a row whose status differs counts as a differing verdict. */
export function agreementOf(a: Answers, b: Answers): Agreement {
  const scores = spread(a.scores, b.scores);
  const outputs = spread(a.outputs?.values ?? NONE, b.outputs?.values ?? NONE);
  let differingVerdicts = 0;
  for (let row = 0; row < Math.max(a.anomalies.length, b.anomalies.length); row++) {
    const verdicts = (a.anomalies[row] ?? NO_VERDICT) === (b.anomalies[row] ?? NO_VERDICT);
    if (!verdicts || a.statuses[row] !== b.statuses[row]) differingVerdicts++;
  }
  return {
    identical: scores.identical && outputs.identical && differingVerdicts === 0,
    maxDifference: Math.max(scores.max, outputs.max),
    differingVerdicts,
  };
}

const NONE = new Float32Array();

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

/** @throws RangeError unless each of `rows` rows has an answer: no variant may lose any */
export function checkRows(rows: number, { statuses }: Answers): void {
  if (statuses.length !== rows) throw new RangeError(`${rows} rows asked, ${statuses.length} answered`);
}

/** Compares the answers that variants gave to the same rows with the first ones. */
export class AnswerCheck {
  readonly #rows: number;
  #first: Answers | null = null;
  #agreement = SAME;

  constructor(rows: number) {
    this.#rows = rows;
  }

  /** @throws RangeError if there are more or fewer answers than rows */
  add(answers: Answers): void {
    checkRows(this.#rows, answers);
    this.#first ??= answers;
    this.#agreement = worse(this.#agreement, agreementOf(this.#first, answers));
  }

  /** Over all comparisons. */
  get agreement(): Agreement {
    return this.#agreement;
  }
}
