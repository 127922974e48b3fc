import type { TextBlock } from './lines.js';
import {
  PLAIN_NUMBERS,
  POWERS_OF_TEN,
  numberParser,
  type NumberFormat,
  type ParseNumber,
} from './number-format.js';

/** Reads numbers straight from a block's bytes; sets `stop` to where the field ended. */
export class NumberScanner {
  /** Offset of the delimiter or line end after the last field. */
  stop = 0;
  readonly #mark: number;
  readonly #parse: ParseNumber;

  constructor(format: NumberFormat = PLAIN_NUMBERS) {
    this.#mark = format.decimal.charCodeAt(0);
    this.#parse = numberParser(format);
  }

  /** The value of the field at `at`, as by `numberParser`; `end` is the end of the line. */
  scan(block: TextBlock, at: number, end: number, delimiter: number): number | undefined {
    const { bytes } = block;
    let i = at;
    const negative = bytes[i] === 45;
    if (negative) i++;
    const first = i;
    let mantissa = 0;
    let digit;
    while (i < end && (digit = (bytes[i] ?? 0) - 48) >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      i++;
    }
    let digits = i - first;
    let scale = 0;
    if (i < end && bytes[i] === this.#mark && delimiter !== this.#mark) {
      const dot = ++i;
      while (i < end && (digit = (bytes[i] ?? 0) - 48) >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        i++;
      }
      scale = i - dot;
      digits += scale;
    }
    if (i < end && bytes[i] !== delimiter) return this.#text(block, at, end, delimiter);
    this.stop = i;
    if (digits === 0) return i === at ? NaN : this.#text(block, at, end, delimiter);
    if (digits <= 16 && mantissa < Number.MAX_SAFE_INTEGER) {
      const value = scale === 0 ? mantissa : mantissa / (POWERS_OF_TEN[scale] ?? NaN);
      return negative ? -value : value;
    }
    return this.#parse(block.text.substring(at, i));
  }

  /** The value of the JSON number at `at`, without an exponent; `stop` is negative if there is none. */
  scanJson({ bytes, text }: TextBlock, at: number): number {
    let i = at;
    const negative = bytes[i] === 45;
    if (negative) i++;
    const first = i;
    let mantissa = 0;
    let digit;
    while ((digit = (bytes[i] ?? 0) - 48) >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      i++;
    }
    let digits = i - first;
    this.stop = -1;
    if (digits === 0 || (digits > 1 && bytes[first] === 48)) return NaN;
    let scale = 0;
    if (bytes[i] === 46) {
      const dot = ++i;
      while ((digit = (bytes[i] ?? 0) - 48) >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        i++;
      }
      scale = i - dot;
      if (scale === 0) return NaN;
      digits += scale;
    }
    if (digits <= 16 && mantissa < Number.MAX_SAFE_INTEGER) {
      this.stop = i;
      const value = scale === 0 ? mantissa : mantissa / (POWERS_OF_TEN[scale] ?? NaN);
      return negative ? -value : value;
    }
    const value = Number(text.substring(at, i));
    if (Number.isFinite(value)) this.stop = i;
    return value;
  }

  #text(block: TextBlock, at: number, end: number, delimiter: number): number | undefined {
    this.stop = fieldEnd(block, at, end, delimiter);
    return this.#parse(block.slice(at, this.stop));
  }
}

/** Offset of the next delimiter, at most `end`. */
export function fieldEnd(block: TextBlock, at: number, end: number, delimiter: number): number {
  const { bytes } = block;
  let i = at;
  while (i < end && bytes[i] !== delimiter) i++;
  return i;
}
