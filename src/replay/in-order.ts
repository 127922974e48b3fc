/**
 * Keeps up to `limit` pieces of work under way and hands their results on in the order they were submitted, each as
 * soon as it may be: who submits may be waiting for something else for long.
 * After a failure nothing more is handed on: `submit` and `drain` reject with it.
 */
export class InOrder<T> {
  readonly #limit: number;
  readonly #consume: (result: T) => Promise<void>;
  /** Of work that was not handed on yet, oldest first. */
  readonly #pending: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();
  readonly #failed = new AbortController();

  constructor(limit: number, consume: (result: T) => Promise<void>) {
    this.#limit = limit;
    this.#consume = consume;
  }

  /** Aborted, with the reason, at the first failure: nobody may be submitting at that time. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Resolves as soon as more work may be submitted. */
  async submit(work: Promise<T>): Promise<void> {
    work.catch(() => undefined); // reported when its turn comes, which may be after another failure
    this.#last = this.#handOn(work, this.#last);
    this.#last.catch((error: unknown) => this.#failed.abort(error));
    this.#pending.push(this.#last);
    while (this.#pending.length >= this.#limit) await this.#pending[0];
  }

  /** Resolves once everything submitted was handed on. */
  async drain(): Promise<void> {
    await this.#last;
  }

  async #handOn(work: Promise<T>, before: Promise<void>): Promise<void> {
    await before;
    await this.#consume(await work);
    void this.#pending.shift(); // its own: those before it are gone
  }
}
