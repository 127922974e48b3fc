import { intervalsBetween } from '../core/grid.js';
import { isForgotten, isWarm } from '../core/life.js';
import type { MinuteBatch } from '../core/types.js';

interface Life {
  readonly born: number;
  seen: number;
}

/** Counts the records during whose minutes their targets are in warm-up, and so have no prediction. */
export class WarmUpCount {
  /** Of the minutes that were added as answered. */
  records = 0;
  readonly #window: number;
  readonly #intervalMs: number;
  readonly #lives = new Map<string, Life>();

  constructor(window: number, intervalMs: number) {
    this.#window = window;
    this.#intervalMs = intervalMs;
  }

  /** @param isAnswered false: the minute only fills the windows of later ones */
  add({ minuteMs, records }: MinuteBatch, isAnswered: boolean): void {
    const now = intervalsBetween(0, minuteMs, this.#intervalMs);
    for (const { target, bringsWindow } of records) {
      let life = this.#lives.get(target);
      if (life === undefined || isForgotten(now, life.seen, this.#window)) {
        life = { born: now, seen: now };
        this.#lives.set(target, life);
      }
      life.seen = now;
      if (isAnswered && !bringsWindow && !isWarm(now, life.born, this.#window)) this.records++;
    }
  }
}
