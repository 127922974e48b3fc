/** How many items must have been taken before their memory is released. */
const COMPACT_AT = 1024;

/** A first-in, first-out queue; unlike an array's `shift`, `take` is O(1). */
export class Queue<T> {
  #items: T[] = [];
  #taken = 0;

  get length(): number {
    return this.#items.length - this.#taken;
  }

  /** The next item, without taking it. */
  get first(): T | undefined {
    return this.#items[this.#taken];
  }

  put(item: T): void {
    this.#items.push(item);
  }

  /** Undefined if the queue is empty. */
  take(): T | undefined {
    const item = this.first;
    if (this.length > 0) this.#taken++;
    if (this.length === 0 || (this.#taken >= COMPACT_AT && this.#taken >= this.length)) this.#compact();
    return item;
  }

  /** Empties the queue and returns its items in order. */
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
