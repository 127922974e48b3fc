import type { Store } from './store.js';

const BUFFER_BYTES = 1024 * 1024;
/** Fewer bytes are copied faster one by one. */
const SMALL_BYTES = 96;
const DOUBLE_BYTES = 8;

/** Collects small pieces before they are appended to a store. */
export class Appender {
  readonly store: Store;
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #view = new DataView(this.#buffer.buffer);
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
    const size = end - start;
    if (size <= SMALL_BYTES && size < BUFFER_BYTES - this.#used) {
      const buffer = this.#buffer;
      for (let at = start, to = this.#used; at < end; at++, to++) buffer[to] = bytes[at]!;
      this.#used += size;
      return;
    }
    for (let at = start; at < end;) {
      const count = bytes.copy(this.#buffer, this.#used, at, end);
      at += count;
      this.#used += count;
      if (this.#used === BUFFER_BYTES) this.#startBuffer();
    }
  }

  /** Little-endian. */
  putDoubles(values: readonly [number, number, number, number]): void {
    const hasRoom = BUFFER_BYTES - this.#used > values.length * DOUBLE_BYTES;
    const view = hasRoom ? this.#view : new DataView(new ArrayBuffer(values.length * DOUBLE_BYTES));
    const start = hasRoom ? this.#used : 0;
    for (let i = 0; i < values.length; i++) view.setFloat64(start + i * DOUBLE_BYTES, values[i]!, true);
    if (hasRoom) this.#used += values.length * DOUBLE_BYTES;
    else this.put(Buffer.from(view.buffer), 0, view.byteLength);
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

  #startBuffer(): void {
    this.#full.push(this.#buffer);
    this.#buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
    this.#view = new DataView(this.#buffer.buffer);
    this.#used = 0;
  }
}
