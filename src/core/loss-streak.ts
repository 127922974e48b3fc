import { ACTOR_LOST, QUARANTINED } from './quarantines.js';
import type { Answers } from './types.js';

/** So many items in a row, each of which crashes every actor that gets it, are more than a few bad rows. */
export const MOST_LOST_IN_A_ROW = 10;

/**
 * Counts items in a row that crash every actor, minute after minute. The order is that of minutes and of the items in
 * them, not that in which actors tried them: so the count does not depend on how many actors there are, nor on how
 * many minutes are under way. An item in quarantine is not tried, so it neither counts nor ends a streak.
 */
export class LossStreak {
  #length: number;

  /** @param length of the streak that an earlier session ended in */
  constructor(length = 0) {
    this.#length = length;
  }

  /** Items in a row up to the last one of the last minute. */
  get length(): number {
    return this.#length;
  }

  /** Takes in the next minute, unless its items make the streak too long: then it returns false. */
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
