/** Enough for the frames in flight with one actor. */
const MOST_FREE = 4;

/**
 * Memory for the bodies of a connection's frames, reused once it is given back: new memory has to be mapped page by
 * page, which takes longer than copying the bytes.
 */
export class BodyMemory {
  readonly #free: ArrayBuffer[] = [];

  /** At the start of an ArrayBuffer, so that parts are aligned. Not zeroed. */
  take(bytes: number): Buffer {
    const free = this.#free.pop();
    // A buffer that is too small is dropped: most frames of a connection have the same size.
    if (free !== undefined && free.byteLength >= bytes) return Buffer.from(free, 0, bytes);
    return Buffer.allocUnsafeSlow(bytes);
  }

  /** Makes memory available again that is no longer read. */
  giveBack(memory: ArrayBuffer): void {
    if (this.#free.length < MOST_FREE) this.#free.push(memory);
  }
}
