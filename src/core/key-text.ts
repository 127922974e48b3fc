import type { KeyTally } from './score-counts.js';
import { ShapeError, type Shape } from './shape.js';

/** No key is less. */
const LEAST_KEY = -(2 ** 31);
/** Of a whole number below 2^53, at seven bits a byte. */
const MOST_BYTES = 8;

/**
 * Keys and their counts as base64. For each key it has two numbers in LEB128, WebAssembly's form of whole numbers: how
 * much more than the key before it is, and its count less one. That takes about four bytes.
 */
export function keyText({ keys, counts }: KeyTally): string {
  const bytes = Buffer.allocUnsafe(keys.length * 2 * MOST_BYTES);
  let length = 0;
  const put = (number: number): void => {
    let rest = number;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[length++] = (rest % 128) + 128;
    bytes[length++] = rest;
  };
  let before = LEAST_KEY;
  for (let i = 0; i < keys.length; i++) {
    put(keys[i]! - before);
    put(counts[i]! - 1);
    before = keys[i]!;
  }
  return bytes.toString('base64', 0, length);
}

/** The inverse of `keyText`. */
export const keyTally: Shape<KeyTally> = (value) => {
  if (typeof value !== 'string') throw notKeys();
  const numbers = numbersIn(Buffer.from(value, 'base64'));
  if (numbers.length % 2 !== 0) throw notKeys();
  const keys = new Int32Array(numbers.length / 2);
  const counts = new Float64Array(keys.length);
  let before = LEAST_KEY;
  for (let i = 0; i < keys.length; i++) {
    keys[i] = before += numbers[2 * i]!;
    counts[i] = numbers[2 * i + 1]! + 1;
  }
  return { keys, counts };
};

function numbersIn(bytes: Uint8Array): Float64Array {
  const numbers = new Float64Array(bytes.reduce((ends, byte) => ends + Number(byte < 128), 0));
  let length = 0;
  let factor = 1;
  for (const byte of bytes) {
    numbers[length]! += (byte % 128) * factor;
    factor = byte < 128 ? 1 : factor * 128;
    if (byte < 128) length++;
  }
  if (factor !== 1) throw notKeys();
  return numbers;
}

function notKeys(): ShapeError {
  return new ShapeError('base64 of scores and counts');
}
