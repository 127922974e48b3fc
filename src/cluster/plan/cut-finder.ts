import type { ReadStep } from '../../core/types.js';
import type { InputPosition } from '../../core/input-position.js';
import { flatten } from '../../core/flatten.js';
import { Intervals, type Grid } from '../../core/grid.js';
import { readRules } from '../../read/lines/reader.js';
import type { ReadRules } from '../../read/lines/records.js';
import { mergeMinutes } from '../../read/minutes/merge.js';
import type { ReadOptions } from '../../read/options.js';
import { readMinutes } from '../../read/read-minutes.js';
import type { CutInput, LineProbe } from './cut-input.js';

/** Reading starts so many times farther back when it started too late. */
const FARTHER = 4;

/** A cut, whose lines count from where reading started: the numbers of those lines are not known yet. */
export interface FoundCut {
  readonly minuteMs: number;
  /** The next minute with records. */
  readonly nextMs: number;
  readonly positions: readonly InputPosition[];
  /** Where reading each input started; null: at its beginning. */
  readonly starts: readonly (LineProbe | null)[];
}

/**
 * Finds where a recording can be cut: reads a few minutes around it, from the middle of each file, as a replay would.
 * What the reader reports is the same as if it had read everything once each file has closed a minute of which, and of
 * all later ones, no record came before its start.
 */
export class CutFinder {
  readonly #inputs: readonly (CutInput | null)[];
  readonly #options: ReadOptions;
  readonly #intervals: Intervals;

  /** @param inputs null: has no record */
  constructor(inputs: readonly (CutInput | null)[], options: ReadOptions, grid: Grid) {
    this.#inputs = inputs;
    this.#options = options;
    this.#intervals = new Intervals(grid);
  }

  get maxLineBytes(): number {
    return this.#options.maxLineBytes;
  }

  rules(): ReadRules {
    return readRules(this.#options, this.#intervals);
  }

  /** The last cut up to a minute; null: there is none, or no minute after it. @throws AiopsError of reading */
  async at(minuteMs: number): Promise<FoundCut | null> {
    for (let back = this.#options.grace + 1; ; back *= FARTHER) {
      const beforeMs = this.#intervals.before(minuteMs, back);
      const starts: (LineProbe | null)[] = [];
      for (const input of this.#inputs)
        starts.push((await input?.startBefore(beforeMs, this.rules())) ?? null);
      const found = await this.#lastCut(starts, minuteMs);
      if (found !== null || starts.every((start) => start === null)) return found;
    }
  }

  async #lastCut(starts: readonly (LineProbe | null)[], minuteMs: number): Promise<FoundCut | null> {
    const settled = new Settled(starts, this.#options.grace, this.#intervals);
    let last: Omit<FoundCut, 'nextMs'> | null = null;
    for await (const step of this.#steps(starts)) {
      const stepMs = step.batch?.minuteMs ?? null;
      if (stepMs !== null && stepMs > minuteMs) return last && { ...last, nextMs: stepMs };
      if (!settled.after(step) || stepMs === null || step.positions === null) continue;
      last = { minuteMs: stepMs, positions: step.positions, starts };
    }
    return null;
  }

  async *#steps(starts: readonly (LineProbe | null)[]): AsyncGenerator<ReadStep, undefined> {
    const rules = this.rules();
    const { fromMs, toMs, duplicates } = this.#options;
    const range = { fromMs: fromMs ?? -Infinity, toMs: toMs ?? Infinity }; // decides when rejects are reported
    const minutes = this.#inputs.map((input, i) => {
      if (input === null) return { start: 'end' as const, minutes: null };
      const readable = input.from(starts[i] ?? null);
      return {
        start: readable.start,
        minutes: readMinutes(readable, rules, this.#options, range, -Infinity),
      };
    });
    yield* flatten(mergeMinutes(minutes, duplicates, range));
    return undefined;
  }
}

/** Which files have closed a minute that, like all later ones, lies wholly after the place where reading started. */
class Settled {
  readonly #fromMs: readonly number[];
  readonly #isSettled: boolean[];
  /** Null: not known. */
  #before: readonly (InputPosition | null)[];

  constructor(starts: readonly (LineProbe | null)[], grace: number, intervals: Intervals) {
    // Before the first record there may be one of up to `grace` intervals later, and minutes up to that may be open.
    this.#fromMs = starts.map((start) =>
      start === null ? -Infinity : intervals.before(start.minuteMs, -grace),
    );
    this.#isSettled = starts.map((start) => start === null);
    this.#before = starts.map(() => null);
  }

  /** Whether that holds for all files after a step. */
  after({ batch, positions }: ReadStep): boolean {
    for (const [i, isSettled] of this.#isSettled.entries()) {
      if (isSettled || batch === null || positions === null) continue;
      const hasMoved = this.#before[i] !== null && positions[i] !== this.#before[i];
      if (hasMoved && batch.minuteMs >= this.#fromMs[i]!) this.#isSettled[i] = true;
    }
    this.#before = positions ?? this.#before.map(() => null);
    return this.#isSettled.every(Boolean);
  }
}
