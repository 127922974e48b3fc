import { Timer } from '../core/timer.js';

/** How long somebody is waited for: counted anew at each sign of life, and not at all while nothing is due. */
export class Patience {
  readonly #limitMs: number;
  readonly #onExhausted: () => void;
  #timer: Timer | undefined;
  #isDue = false;

  constructor(limitMs: number, onExhausted: () => void) {
    this.#limitMs = limitMs;
    this.#onExhausted = onExhausted;
  }

  /** A sign of life, or a new duty; `isDue` says whether anything is still expected. */
  renew(isDue: boolean): void {
    this.#isDue = isDue;
    // One timer for all: a new one at each chunk costs as much as sending it. It keeps no process alive;
    // whoever is waited for does, by a pipe.
    this.#timer ??= new Timer(this.#limitMs, () => {
      if (this.#isDue) this.#onExhausted();
    }).unref();
    this.#timer.restart();
  }
}
