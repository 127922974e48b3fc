import { Queue } from '../core/queue.js';

/** A queue of messages with a single reader. */
export class Mailbox<T> implements AsyncIterator<T> {
  readonly #waiting = new Queue<T>();
  #broken: Error | null = null;
  #reader: { resolve: (result: IteratorResult<T>) => void; reject: (error: Error) => void } | null = null;

  put(message: T): void {
    if (this.#reader === null) {
      this.#waiting.put(message);
      return;
    }
    this.#reader.resolve({ done: false, value: message });
    this.#reader = null;
  }

  /** The reader gets the queued messages first, then this error. */
  fail(error: Error): void {
    this.#broken = error;
    this.#reader?.reject(error);
    this.#reader = null;
  }

  next(): Promise<IteratorResult<T>> {
    const message = this.#waiting.take();
    if (message !== undefined) return Promise.resolve({ done: false, value: message });
    if (this.#broken !== null) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }
}
