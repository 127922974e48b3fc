import { NO_VERDICT, ROW_STATUS } from '../core/block.js';
import type { LineRows } from '../core/result-lines.js';
import type { ItemError } from '../core/types.js';
import type { RowPlan } from '../core/windows.js';

/** Numbers to make room for at once, at most. */
const MOST_EXPECTED = 2 ** 20;

/** Collects the answers to a plan's items, in any order, as columns of rows. Takes over the plan's arrays. */
export class RowAnswers {
  readonly #plan: RowPlan;
  readonly #outputLimit: number;
  readonly #scores: Float32Array;
  readonly #anomalies: Uint8Array;
  /** Outputs in the order of the answers. */
  #outputs: Float32Array;
  #outputCount = 0;
  /** `[rows]`: where each row's outputs start in `#outputs`; null as long as rows are answered in order. */
  #outputStarts: Uint32Array | null = null;
  /** `[rows + 1]`: until the end, entry r + 1 is how many outputs row r has. */
  readonly #outputOffsets: Uint32Array;
  #lastRow = -1;

  /** @param outputLimit how many outputs of each row to keep, the first ones */
  constructor(plan: RowPlan, outputLimit: number) {
    const rows = plan.statuses.length;
    this.#plan = plan;
    this.#outputLimit = outputLimit;
    this.#scores = new Float32Array(rows).fill(NaN);
    this.#anomalies = new Uint8Array(rows).fill(NO_VERDICT);
    this.#outputs = new Float32Array(0);
    this.#outputOffsets = new Uint32Array(rows + 1);
  }

  /**
   * The prediction for a row, whose outputs are `[at, at + count)` of `outputs`. Numbers that are not finite as Float32
   * make the row an error.
   */
  answer(
    row: number,
    score: number | null,
    anomaly: boolean | null,
    outputs: ArrayLike<number>,
    at: number,
    count: number,
  ): void {
    const kept = Math.min(count, this.#outputLimit);
    this.#reserve(kept);
    const start = this.#outputCount;
    const into = this.#outputs;
    if (kept === outputs.length) into.set(outputs, start);
    else for (let i = 0; i < kept; i++) into[start + i] = outputs[at + i]!;
    // Those that are kept are checked as Float32, which is fast.
    const areAllFinite =
      isFiniteScore(score) &&
      areFiniteFloats(into, start, start + kept) &&
      (kept === count || areFinite(outputs, at + kept, at + count));
    if (!areAllFinite) {
      this.refuse(row, nonFinite(score, outputs, at, count));
      return;
    }
    if (score !== null) this.#scores[row] = score;
    if (anomaly !== null) this.#anomalies[row] = anomaly ? 1 : 0;
    if (row < this.#lastRow) this.#outputStarts ??= this.#startsSoFar();
    if (this.#outputStarts !== null) this.#outputStarts[row] = start;
    this.#outputOffsets[row + 1] = kept;
    this.#outputCount += kept;
    this.#lastRow = row;
  }

  refuse(row: number, error: ItemError): void {
    this.#plan.statuses[row] = ROW_STATUS.error;
    this.#plan.errors.set(row, error);
  }

  /** The columns; to be called once, after every item was answered or refused. */
  finish(): LineRows {
    const { rowOffsets, statuses, errors } = this.#plan;
    const offsets = this.#outputOffsets;
    for (let row = 1; row < offsets.length; row++) offsets[row]! += offsets[row - 1]!;
    const starts = this.#outputStarts;
    const outputs = {
      values: starts === null ? this.#outputs.subarray(0, this.#outputCount) : this.#sorted(starts),
      offsets,
    };
    return { rowOffsets, statuses, scores: this.#scores, anomalies: this.#anomalies, errors, outputs };
  }

  /**
   * Makes room for the outputs of a row; the first time for those of all rows, because they usually have equally many.
   */
  #reserve(count: number): void {
    const needed = this.#outputCount + count;
    if (needed <= this.#outputs.length) return;
    const expected = Math.min(count * this.#plan.items, MOST_EXPECTED);
    const larger = new Float32Array(Math.max(needed, 2 * this.#outputs.length, expected));
    larger.set(this.#outputs.subarray(0, this.#outputCount));
    this.#outputs = larger;
  }

  /** Where the outputs of each row start that was answered, if all were in order. */
  #startsSoFar(): Uint32Array {
    const starts = new Uint32Array(this.#plan.statuses.length);
    for (let row = 1; row < starts.length; row++) starts[row] = starts[row - 1]! + this.#outputOffsets[row]!;
    return starts;
  }

  /** The outputs in the order of their rows. */
  #sorted(starts: Uint32Array): Float32Array {
    const from = this.#outputs;
    const offsets = this.#outputOffsets;
    const sorted = new Float32Array(this.#outputCount);
    for (let row = 0; row < starts.length; row++) {
      const start = starts[row]!;
      const at = offsets[row]!;
      const count = offsets[row + 1]! - at;
      for (let i = 0; i < count; i++) sorted[at + i] = from[start + i]!;
    }
    return sorted;
  }
}

function isFiniteScore(score: number | null): boolean {
  return score === null || Number.isFinite(Math.fround(score));
}

function areFinite(outputs: ArrayLike<number>, start: number, end: number): boolean {
  if (outputs instanceof Float32Array) return areFiniteFloats(outputs, start, end);
  for (let i = start; i < end; i++) if (!Number.isFinite(Math.fround(outputs[i]!))) return false;
  return true;
}

/** A sum of Float32 numbers in double precision cannot overflow, and NaN and the infinities stay in it. */
function areFiniteFloats(values: Float32Array, start: number, end: number): boolean {
  // Independent sums, so that additions do not wait for each other.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = start;
  for (; i + 3 < end; i += 4) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
  }
  for (; i < end; i++) a += values[i]!;
  return Number.isFinite(a + b + c + d);
}

/** Which number is not finite: the score, or else the first such output. */
function nonFinite(score: number | null, outputs: ArrayLike<number>, at: number, count: number): ItemError {
  const errno = 'non_finite_output';
  if (!isFiniteScore(score)) return { errno, errmsg: `the score is ${score}` };
  let place = 0;
  while (Number.isFinite(Math.fround(outputs[at + place]!))) place++;
  return { errno, errmsg: `output ${place} of ${count} is ${outputs[at + place]}` };
}
