/**
 * Keeps up to `limit` pieces of work under way and hands their results on in the order they were submitted.
 * After a failure nothing more is handed on: `submit` and `drain` reject with it.
 */
export class InOrder<T> {
  readonly #limit: number;
  readonly #consume: (result: T) => Promise<void>;
  readonly #pending: Promise<T>[] = [];

  constructor(limit: number, consume: (result: T) => Promise<void>) {
    this.#limit = limit;
    this.#consume = consume;
  }

  /** Resolves as soon as more work may be submitted. */
  async submit(work: Promise<T>): Promise<void> {
    work.catch(() => undefined); // reported when its turn comes, which may be after another failure
    this.#pending.push(work);
    while (this.#pending.length >= this.#limit) await this.#consumeNext();
  }

  /** Resolves once everything submitted was handed on. */
  async drain(): Promise<void> {
    while (this.#pending.length > 0) await this.#consumeNext();
  }

  async #consumeNext(): Promise<void> {
    const next = this.#pending.shift();
    if (next !== undefined) await this.#consume(await next);
  }
}
