import { ACTOR_LOST, QUARANTINED } from './quarantines.js';
import type { Answers } from './types.js';

/** This many items in a row that crash every actor are a general fault, not a few bad rows. */
export const MOST_LOST_IN_A_ROW = 10;

/**
 * Counts consecutive items that crash every actor, across minutes. Items count in the order of the input, not in the
 * order in which actors tried them, so the result does not depend on the number of actors or of minutes in flight.
 * An item in quarantine is not tried, so it neither extends nor ends a streak.
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

  /** Adds the next minute; returns false, without adding it, if its items make the streak too long. */
  takes({ scores, errors }: Pick<Answers, 'scores' | 'errors'>): boolean {
    const items = scores.length;
    if (errors.size === 0) {
      if (items > 0) this.#length = 0;
      return true;
    }
    let length = this.#length;
    for (let item = 0; item < items; item++) {
      const errno = errors.get(item)?.errno;
      if (errno === QUARANTINED) continue;
      length = errno === ACTOR_LOST ? length + 1 : 0;
      if (length >= MOST_LOST_IN_A_ROW) return false;
    }
    this.#length = length;
    return true;
  }
}
