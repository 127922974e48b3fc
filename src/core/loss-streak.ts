import { ROW_STATUS } from './block.js';

/** This many items in a row that crash every actor are a general fault, not a few bad rows. */
export const MOST_LOST_IN_A_ROW = 10;

const { ok, error, lost } = ROW_STATUS;

/**
 * Counts consecutive items that crash every actor, across minutes. Items count in the order of the input, not in the
 * order in which actors tried them, so the result does not depend on the number of actors or on blocks. A row that was
 * not tried, because of a quarantine, a missing value or warm-up, neither extends nor ends a streak.
 */
export class LossStreak {
  #length: number;

  /** @param length of the streak at the end of the previous session */
  constructor(length = 0) {
    this.#length = length;
  }

  /** Length of the streak at the end of the last minute. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds the next minute; returns false, without adding it, if its items make the streak too long.
   *
   * @param statuses `[rows]`: of `ROW_STATUS`
   */
  takes(statuses: Uint8Array): boolean {
    if (this.#length === 0 && !statuses.includes(lost)) return true;
    let length = this.#length;
    for (const status of statuses) {
      if (status === ok || status === error) length = 0;
      else if (status === lost) length++;
      if (length >= MOST_LOST_IN_A_ROW) return false;
    }
    this.#length = length;
    return true;
  }
}
