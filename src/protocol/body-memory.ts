/** Enough for the frames that are under way with one actor; more would only be kept for nothing. */
const MOST_FREE = 4;

/**
 * Memory for the bodies of one conversation's frames, used again where its user gave it back: fresh memory has
 * to be mapped page by page, which costs more than moving the bytes into it.
 */
export class BodyMemory {
  readonly #free: ArrayBuffer[] = [];

  /** At the start of an ArrayBuffer, so that parts are aligned in it; holds whatever was there before. */
  take(bytes: number): Buffer {
    const free = this.#free.pop();
    // One that is too small is let go: frames of a conversation are mostly of one size.
    if (free !== undefined && free.byteLength >= bytes) return Buffer.from(free, 0, bytes);
    return Buffer.allocUnsafeSlow(bytes);
  }

  /** Nobody looks at what lies in this memory any more. */
  giveBack(memory: ArrayBuffer): void {
    if (this.#free.length < MOST_FREE) this.#free.push(memory);
  }
}
