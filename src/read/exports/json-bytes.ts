/** Bytes of JSON text. */
export const BYTE = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  backslash: 0x5c,
  openList: 0x5b,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

/** What a value is. */
export type JsonKind = 'object' | 'list' | 'text' | 'scalar';

/** What a value is, by its first byte. */
export function kindOf(byte: number): JsonKind {
  if (byte === BYTE.openObject) return 'object';
  if (byte === BYTE.openList) return 'list';
  return byte === BYTE.quote ? 'text' : 'scalar';
}

/** Whether a byte may be part of a number, of `null` or of NaN and infinities as monitoring systems write them. */
const IN_SCALAR = bytesOf('0123456789+-.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');
const IS_BLANK = bytesOf(' \t\r\n');

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}

/** The offset of the first byte from `at` on that is not blank; the length if there is none. */
export function skipBlanks(bytes: Buffer, at: number): number {
  let next = at;
  while (next < bytes.length && IS_BLANK[bytes[next]!] === 1) next++;
  return next;
}

/** The end of the number or word that begins at an offset. */
export function endOfScalar(bytes: Buffer, at: number): number {
  let end = at;
  while (end < bytes.length && IN_SCALAR[bytes[end]!] === 1) end++;
  return end;
}

/** The elements of a list of numbers, words and texts without escapes, one after another. */
export interface Scalars {
  /** Where the element is, without quotes. */
  readonly at: number;
  readonly end: number;
  /** Whether the list holds something else, so that it was not read to its end. */
  readonly isBroken: boolean;
  /** Goes to the next element; false: there is none. */
  next(): boolean;
}

/** Reads a whole list, such as `[1,null,"Infinity"]`. */
export function scalarsOf(list: Buffer): Scalars {
  return new ScalarList(list);
}

class ScalarList implements Scalars {
  at = 0;
  end = 0;
  isBroken = false;
  readonly #list: Buffer;
  #next: number;

  constructor(list: Buffer) {
    this.#list = list;
    this.#next = skipBlanks(list, 0) + 1;
    this.isBroken = list[this.#next - 1] !== BYTE.openList;
  }

  next(): boolean {
    const list = this.#list;
    if (this.isBroken) return false;
    let next = skipBlanks(list, this.#next);
    if (list[next] === BYTE.closeList) return false;
    const isText = list[next] === BYTE.quote;
    this.at = isText ? next + 1 : next;
    this.end = endOfScalar(list, this.at);
    next = skipBlanks(list, isText ? this.end + 1 : this.end);
    const isWhole = this.end > this.at && (!isText || list[this.end] === BYTE.quote);
    this.isBroken = !isWhole || (list[next] !== BYTE.comma && list[next] !== BYTE.closeList);
    this.#next = list[next] === BYTE.comma ? next + 1 : next;
    return !this.isBroken;
  }
}
