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
export function endOfString(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Finds the items of a minute-batch line in its bytes. Scans the line once, when the first item is asked for. */
export class ItemPlaces {
  readonly #line: Buffer;
  /** Start and end of each item in turn; null: not scanned yet. */
  #ends: readonly number[] | null = null;

  /** `line` is an object, as `parseJsonLine` reads it, whose `items` are a list. */
  constructor(line: Buffer) {
    this.#line = line;
  }

  /** The item's own bytes. */
  item(index: number): Buffer {
    this.#ends ??= findItems(this.#line);
    const [start, end] = this.#ends.slice(2 * index, 2 * index + 2);
    if (start === undefined || end === undefined) throw new RangeError(`no item ${index} on the line`);
    return this.#line.subarray(start, end);
  }
}

/** Of several fields called `items` the last one counts, as it does for `JSON.parse`. */
function findItems(line: Buffer): readonly number[] {
  let ends: readonly number[] = [];
  let at = skipSpace(line, skipSpace(line, 0) + 1);
  while (line[at] === QUOTE) {
    const nameEnd = endOfValue(line, at);
    const valueStart = skipSpace(line, skipSpace(line, nameEnd) + 1); // after the colon
    const valueEnd = endOfValue(line, valueStart);
    if (isItems(line.subarray(at, nameEnd))) ends = elementsOf(line, valueStart);
    at = skipSpace(line, skipSpace(line, valueEnd) + 1); // after the comma
  }
  return ends;
}

/** A name may be written with escapes. */
function isItems(name: Buffer): boolean {
  return JSON.parse(name.toString('utf8')) === 'items';
}

function elementsOf(line: Buffer, listStart: number): readonly number[] {
  const ends: number[] = [];
  if (line[listStart] !== OPEN_LIST) return ends;
  let at = skipSpace(line, listStart + 1);
  while (at < line.length && line[at] !== CLOSE_LIST) {
    const end = endOfValue(line, at);
    ends.push(at, end);
    at = skipSpace(line, end);
    if (line[at] === COMMA) at = skipSpace(line, at + 1);
  }
  return ends;
}

/** Offset after the value that begins at `start`. */
function endOfValue(line: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  while (at < line.length) {
    const byte = line[at]!;
    if (byte === QUOTE) {
      at = endOfStringBytes(line, at);
      if (depth === 0) return at;
      continue;
    }
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      if (depth === 0) return at; // of a number or a word
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return at;
    at++;
  }
  return at;
}

function endOfStringBytes(line: Buffer, open: number): number {
  let at = open + 1;
  while (at < line.length && line[at] !== QUOTE) at += line[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}

function skipSpace(line: Buffer, start: number): number {
  let at = start;
  while (at < line.length && isSpace(line[at]!)) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 10 || byte === 13;
}
