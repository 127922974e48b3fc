/** How long somebody is waited for: counted anew at each sign of life, and not at all while nothing is due. */
export class Patience {
  readonly #limitMs: number;
  readonly #onExhausted: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number, onExhausted: () => void) {
    this.#limitMs = limitMs;
    this.#onExhausted = onExhausted;
  }

  /** A sign of life, or a new duty; `isDue` says whether anything is still expected. */
  renew(isDue: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = isDue ? setTimeout(this.#onExhausted, this.#limitMs) : undefined;
  }
}
