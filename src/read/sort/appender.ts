import type { Store } from './store.js';

const BUFFER_BYTES = 1024 * 1024;

/** Collects small pieces before they are appended to a store. */
export class Appender {
  readonly store: Store;
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #used = 0;
  readonly #full: Buffer[] = [];

  constructor(store: Store) {
    this.store = store;
  }

  /** Where the next byte will be. */
  get sizeBytes(): number {
    return this.store.sizeBytes + this.#full.length * BUFFER_BYTES + this.#used;
  }

  /** Whether to call `flush`, so that memory stays bounded. */
  get isDue(): boolean {
    return this.#full.length > 0;
  }

  put(bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end;) {
      const count = bytes.copy(this.#buffer, this.#used, at, end);
      at += count;
      this.#used += count;
      if (this.#used === BUFFER_BYTES) {
        this.#full.push(this.#buffer);
        this.#buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
        this.#used = 0;
      }
    }
  }

  /** Writes what is complete, or with `all` everything. */
  async flush(all = false): Promise<void> {
    for (let full = this.#full[0]; full !== undefined; full = this.#full[0]) {
      await this.store.append(full);
      this.#full.shift();
    }
    if (!all || this.#used === 0) return;
    await this.store.append(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}
