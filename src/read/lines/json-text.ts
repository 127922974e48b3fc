/** What `JSON.parse` makes of a line; undefined if it is not JSON. */
export function parseJsonLine(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return parseWithNonFinite(text);
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own field only: a name such as `constructor` is not found on the prototype. */
export function own(fields: JsonObject, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/**
 * Python and others write NaN and Infinity into JSON as bare words. Read as null and as a number too large to be one,
 * they count as missing and as a bad value, as in CSV.
 */
function parseWithNonFinite(text: string): unknown {
  if (!text.includes('NaN') && !text.includes('Infinity')) return undefined;
  let relaxed = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('"', at);
    const plainEnd = open < 0 ? text.length : open;
    relaxed += text
      .slice(at, plainEnd)
      .replace(/-?\bNaN\b/g, 'null')
      .replace(/\bInfinity\b/g, '1e999');
    at = open < 0 ? text.length : endOfString(text, open);
    relaxed += text.slice(plainEnd, at);
  }
  try {
    return JSON.parse(relaxed) as unknown;
  } catch {
    return undefined;
  }
}

/** Offset after the closing quote of the string that opens at `open`. */
function endOfString(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

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
