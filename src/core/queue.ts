/** From how many taken items on their places are given back. */
const COMPACT_AT = 1024;

/** First in, first out; unlike an array's `shift`, taking costs the same however many wait. */
export class Queue<T> {
  #items: T[] = [];
  #taken = 0;

  get length(): number {
    return this.#items.length - this.#taken;
  }

  /** The one that is next, left where it is. */
  get first(): T | undefined {
    return this.#items[this.#taken];
  }

  put(item: T): void {
    this.#items.push(item);
  }

  /** Undefined where nothing waits. */
  take(): T | undefined {
    const item = this.first;
    if (this.length > 0) this.#taken++;
    if (this.length === 0 || (this.#taken >= COMPACT_AT && this.#taken >= this.length)) this.#compact();
    return item;
  }

  /** All that wait, in order; none waits afterwards. */
  takeAll(): T[] {
    const waiting = this.#items.slice(this.#taken);
    this.#items = [];
    this.#taken = 0;
    return waiting;
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#taken);
    this.#taken = 0;
  }
}
