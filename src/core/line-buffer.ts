import { LONGEST_NUMBER, writeFloat32 } from './number-text.js';

const UTF8 = new TextEncoder();

/** Text in UTF-8, written one piece after another into memory that grows. */
export class LineBuffer {
  /** How many bytes have been written. */
  length = 0;
  #bytes: Uint8Array;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** What has been written, as a view. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** Adds a text; a lone surrogate becomes U+FFFD. */
  text(text: string): void {
    this.#reserve(3 * text.length);
    const bytes = this.#bytes;
    const start = this.length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.length = start + UTF8.encodeInto(text, bytes.subarray(start)).written;
        return;
      }
      bytes[start + i] = code;
    }
    this.length = start + text.length;
  }

  /** Adds the bytes `[start, end)` that were written before once more. */
  repeat(start: number, end: number): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = start; i < end; i++) bytes[at++] = bytes[i]!;
    this.length = at;
  }

  /** Adds the shortest text of a finite Float32. */
  float32(value: number): void {
    this.#reserve(LONGEST_NUMBER);
    this.length = writeFloat32(value, this.#bytes, this.length);
  }

  #reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, needed));
    grown.set(this.written);
    this.#bytes = grown;
  }
}

/** Texts that recur in a buffer, by a number: written once, and copied from there afterwards. */
export class RecurringTexts {
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;

  /** @param count the numbers are below it */
  constructor(count: number) {
    this.#starts = new Uint32Array(count);
    this.#ends = new Uint32Array(count);
  }

  /** Adds the text once more; false if it has not been written yet. */
  repeat(buffer: LineBuffer, index: number): boolean {
    const end = this.#ends[index]!;
    if (end === 0) return false;
    buffer.repeat(this.#starts[index]!, end);
    return true;
  }

  /** Adds the text for the first time. */
  write(buffer: LineBuffer, index: number, text: string): void {
    this.#starts[index] = buffer.length;
    buffer.text(text);
    this.#ends[index] = buffer.length;
  }
}
