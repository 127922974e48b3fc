/** Within which restarts are counted. */
export const RESTART_SPAN_MS = 60_000;

/**
 * Whether a process may be started once more: not after more than so many losses within a minute, nor after more
 * than so many with nothing achieved in between, however long each took. Losses that turn out to be an item's
 * fault are forgiven.
 */
export class RestartLimit<L> {
  readonly #restarts: number;
  #losses: { readonly loss: L; readonly atMs: number; isFruitless: boolean }[] = [];

  constructor(restarts: number) {
    this.#restarts = restarts;
  }

  /** Takes note of a loss; says whether it may be made good. Times come in order, ms. */
  allows(loss: L, atMs: number): boolean {
    this.#losses = this.#losses.filter(
      (known) => known.isFruitless || known.atMs > atMs - RESTART_SPAN_MS, // what neither count needs any more
    );
    this.#losses.push({ loss, atMs, isFruitless: true });
    const recent = this.#losses.filter((known) => known.atMs > atMs - RESTART_SPAN_MS);
    const fruitless = this.#losses.filter((known) => known.isFruitless);
    return Math.max(recent.length, fruitless.length) <= this.#restarts;
  }

  /** The process did what it is for. */
  achieved(): void {
    for (const known of this.#losses) known.isFruitless = false;
  }

  forgive(losses: readonly L[]): void {
    this.#losses = this.#losses.filter(({ loss }) => !losses.includes(loss));
  }
}
