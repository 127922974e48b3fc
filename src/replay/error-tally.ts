import { cutText } from '../core/cut-text.js';
import type { ErrorCount } from '../core/counts.js';
import { isoTime } from '../core/time.js';
import type { ItemError, MinuteBatch } from '../core/types.js';

/** Different `errno` that are counted; an analyzer may invent one per item, and every commit holds the counts. */
const MOST_COUNTED = 32;
const MOST_CHARACTERS = 200;

/** Counts failed items by `errno`, with the first of each as an example. */
export class ErrorTally {
  readonly #counts: Map<string, { count: number; readonly example: ErrorCount['example'] }>;
  readonly #columns: readonly (string | null)[];

  /**
   * @param columns of the items of one record
   * @param before what earlier sessions of the run counted
   */
  constructor(columns: readonly (string | null)[], before: readonly ErrorCount[] = []) {
    this.#columns = columns;
    this.#counts = new Map(before.map(({ errno, count, example }) => [errno, { count, example }]));
  }

  /** @param errors by row of the minute: equally many rows for each record, in the records' order */
  addMinute(
    { minuteMs, records }: MinuteBatch,
    errors: Iterable<readonly [row: number, error: ItemError]>,
  ): void {
    const columns = this.#columns;
    for (const [row, { errno, errmsg }] of errors) {
      const name = cutText(errno, MOST_CHARACTERS);
      const known = this.#counts.get(name);
      if (known !== undefined) known.count++;
      else if (this.#counts.size < MOST_COUNTED) {
        const { target } = records[Math.floor(row / columns.length)]!;
        const column = columns[row % columns.length]!;
        const message = cutText(errmsg, MOST_CHARACTERS);
        this.#counts.set(name, { count: 1, example: { target, column, minute: isoTime(minuteMs), message } });
      }
    }
  }

  /** In the order in which they were met. */
  get all(): ErrorCount[] {
    return Array.from(this.#counts, ([errno, counted]) => ({ errno, ...counted }));
  }
}

/** Those of two consecutive parts of a run. */
export function joinedErrors(before: readonly ErrorCount[], after: readonly ErrorCount[]): ErrorCount[] {
  const joined = new Map(before.map((one) => [one.errno, one]));
  for (const one of after) {
    const known = joined.get(one.errno);
    if (known !== undefined) joined.set(one.errno, { ...known, count: known.count + one.count });
    else if (joined.size < MOST_COUNTED) joined.set(one.errno, one);
  }
  return [...joined.values()];
}
