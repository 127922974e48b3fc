import { endOfString } from '../text/json-value.js';

/** Marks and blanks between strings and bare words. */
export const NO_TOKEN = /[\s{}[\],:]/;
const WORD = /[^\s"{}[\],:]+/y;

/** Offset after the string, word, mark or blank at `from`. */
export function endOfToken(line: string, from: number): number {
  const first = line[from] ?? '';
  // Not by a regular expression: over a string of many megabytes it would overflow its stack.
  if (first === '"') return endOfString(line, from);
  if (NO_TOKEN.test(first)) return from + 1;
  WORD.lastIndex = from;
  WORD.test(line);
  return WORD.lastIndex;
}

/** Finds the texts of the items of a minute-batch line. Scans the line once, when the first item is asked for. */
export class ItemPlaces {
  readonly #bytes: Buffer;
  #line = '';
  /** Start and end of each item in turn; null: not scanned yet. */
  #ends: readonly number[] | null = null;

  /** `bytes` are an object, as `parseJsonLine` reads it, whose `items` are a list. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The item's own text. */
  item(index: number): string {
    if (this.#ends === null) {
      this.#line = this.#bytes.toString('utf8');
      this.#ends = findItems(this.#line);
    }
    const [start, end] = this.#ends.slice(2 * index, 2 * index + 2);
    if (start === undefined || end === undefined) throw new RangeError(`no item ${index} on the line`);
    return this.#line.slice(start, end);
  }
}

/** Of several fields called `items` the last one counts, as it does for `JSON.parse`. */
function findItems(line: string): readonly number[] {
  let ends: number[] = [];
  /** The field of the line whose value comes next. */
  let name: string | null = null;
  let isInItems = false;
  let depth = 0;
  for (let next = 0; next < line.length;) {
    const from = next;
    next = endOfToken(line, from);
    const first = line[from] ?? '';
    if (first === '{' || first === '[') {
      if (isInItems && depth === 2) ends.push(from);
      depth++;
      if (depth === 2 && name === 'items') {
        ends = [];
        isInItems = first === '[';
      }
    } else if (first === '}' || first === ']') {
      depth--;
      if (isInItems && depth === 2) ends.push(next);
      if (depth === 1) {
        isInItems = false;
        name = null;
      }
    } else if (!NO_TOKEN.test(first)) {
      if (isInItems && depth === 2) ends.push(from, next);
      if (depth === 1 && name === 'items') ends = [];
      if (depth === 1) name = name === null ? (JSON.parse(line.slice(from, next)) as string) : null;
    }
  }
  return ends;
}
