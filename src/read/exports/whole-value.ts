import { BYTE, endOfScalar, type JsonKind } from './json-bytes.js';

const MOST_BYTES = 64 * 2 ** 20;

/** Finds the end of a value, however its bytes are cut, and keeps them if they are wanted. */
export class WholeValue {
  static readonly mostBytes = MOST_BYTES;
  /** What its bytes are wanted for; null: it is skipped. */
  readonly wanted: 'take' | 'bytes' | null;
  isDone = false;
  readonly #isScalar: boolean;
  readonly #parts: Buffer[] = [];
  #sizeBytes = 0;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;

  constructor(kind: JsonKind, wanted: WholeValue['wanted']) {
    this.wanted = wanted;
    this.#isScalar = kind === 'scalar';
  }

  get isTooLong(): boolean {
    return this.wanted !== null && this.#sizeBytes > MOST_BYTES;
  }

  /** Reads on; returns the offset of what follows. */
  read(bytes: Buffer, from: number): number {
    const end = this.#isScalar ? this.#scalarEnd(bytes, from) : this.#end(bytes, from);
    if (this.wanted !== null) this.#parts.push(bytes.subarray(from, end));
    this.#sizeBytes += end - from;
    return end;
  }

  bytes(): Buffer {
    const [only] = this.#parts;
    return this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts);
  }

  #scalarEnd(bytes: Buffer, from: number): number {
    const end = endOfScalar(bytes, from);
    this.isDone = end < bytes.length;
    return end;
  }

  #end(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (this.#isInText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BYTE.backslash) this.#isEscaped = true;
        else if (byte === BYTE.quote) this.#isInText = false;
        else continue;
      } else if (byte === BYTE.quote) this.#isInText = true;
      else if (byte === BYTE.openList || byte === BYTE.openObject) this.#depth++;
      else if (byte === BYTE.closeList || byte === BYTE.closeObject) this.#depth--;
      else continue;
      if (this.#depth > 0 || this.#isInText) continue;
      this.isDone = true;
      return at + 1;
    }
    return bytes.length;
  }
}
