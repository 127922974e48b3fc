import { LONGEST_NUMBER, writeFloat32 } from './number-text.js';

const UTF8 = new TextEncoder();

/** Texts up to this length are encoded faster by a loop. */
const SHORT = 16;

/** Bytes that `repeat` copies at once, which are more than two thirds faster than one by one. */
const WORD = 4;

/** Text in UTF-8, written one piece after another into memory that grows. */
export class LineBuffer {
  /** How many bytes have been written. */
  length = 0;
  #bytes: Uint8Array;
  #view: DataView;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What has been written, as a view. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** Adds a text; a lone surrogate becomes U+FFFD. */
  text(text: string): void {
    this.#reserve(3 * text.length);
    if (text.length > SHORT || !this.#addShort(text))
      this.length += UTF8.encodeInto(text, this.#bytes.subarray(this.length)).written;
  }

  /** Adds a text if it is ASCII. */
  #addShort(text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      this.#bytes[this.length + i] = code;
    }
    this.length += text.length;
    return true;
  }

  /** Adds the bytes `[start, end)`, which were written before, once more. */
  repeat(start: number, end: number): void {
    const size = end - start;
    this.#reserve(size + WORD);
    const view = this.#view;
    const at = this.length;
    // The last word may exceed the piece: the next piece overwrites the rest.
    for (let i = 0; i < size; i += WORD) view.setInt32(at + i, view.getInt32(start + i, true), true);
    this.length = at + size;
  }

  /** Adds the shortest text of a finite Float32. */
  float32(value: number): void {
    this.#reserve(LONGEST_NUMBER);
    this.length = writeFloat32(value, this.#bytes, this.length);
  }

  #reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.#bytes.length) return;
    const { written } = this;
    this.#bytes = new Uint8Array(Math.max(2 * this.#bytes.length, needed));
    this.#bytes.set(written);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

/** Pieces of text that recur in a buffer: each is written once, and copied from there afterwards. */
export class RecurringTexts {
  readonly #buffer: LineBuffer;
  /** `[pieces, 2]`: where each was written, start and end. */
  readonly #places: Uint32Array;

  /** @param count how many there are; they are numbered from 0 */
  constructor(buffer: LineBuffer, count: number) {
    this.#buffer = buffer;
    this.#places = new Uint32Array(2 * count);
  }

  /** Adds a piece once more; false if it has not been written yet. */
  repeat(index: number): boolean {
    const end = this.#places[2 * index + 1]!;
    if (end === 0) return false;
    this.#buffer.repeat(this.#places[2 * index]!, end);
    return true;
  }

  /** Adds a piece for the first time. */
  write(index: number, text: string): void {
    this.#places[2 * index] = this.#buffer.length;
    this.#buffer.text(text);
    this.#places[2 * index + 1] = this.#buffer.length;
  }
}
