const QUOTE = 34;
const COMMA = 44;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

/** Where the items of a minute-batch line are. The line is scanned once, when the first of them is asked for. */
export class ItemPlaces {
  readonly #line: Buffer;
  /** Start and end of each item in turn; null: not looked for yet. */
  #ends: readonly number[] | null = null;

  /** `line` is an object, as `parseJsonLine` reads it, whose `items` are a list. */
  constructor(line: Buffer) {
    this.#line = line;
  }

  /** The text of an item as it is on the line. */
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
    const valueStart = skipSpace(line, skipSpace(line, nameEnd) + 1); // behind the colon
    const valueEnd = endOfValue(line, valueStart);
    if (isItems(line.subarray(at, nameEnd))) ends = elementsOf(line, valueStart);
    at = skipSpace(line, skipSpace(line, valueEnd) + 1); // behind the comma
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

/** Offset behind the value that begins at `start`. */
function endOfValue(line: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  while (at < line.length) {
    const byte = line[at]!;
    if (byte === QUOTE) {
      at = endOfString(line, at);
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

function endOfString(line: Buffer, open: number): number {
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
