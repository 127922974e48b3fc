import { MOST_CALL_ITEMS } from '../protocol/messages.js';
import type { LostChunk } from './actor-errors.js';

/** How many items a call of the model or analyzer may have: fewer after each chunk that only its size explains. */
export class CallLimit {
  #items = MOST_CALL_ITEMS;

  get items(): number {
    return this.#items;
  }

  /**
   * Learns from a chunk that crashed an actor and could be answered in pieces: later calls have at most half as many
   * items. Returns whether later chunks are easier than this one, so that its loss need not count: the caller makes
   * shorter blocks if it had several minutes.
   */
  learn({ minutes, callItems }: LostChunk): boolean {
    this.#items = Math.max(1, Math.min(this.#items, Math.floor(callItems / 2)));
    return minutes > 1 || callItems > 1;
  }
}
