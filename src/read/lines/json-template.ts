import { nestedName } from './json-fields.js';
import { NO_TOKEN, endOfToken } from './json-text.js';
import type { TextBlock } from './lines.js';
import { NumberScanner } from './number-field.js';
import { valuesPerRow, type FilePlan } from './plan.js';
import { IGNORED, LATE, isName, valueIndex, type Role } from './roles.js';
import type { FoundRow } from './found-row.js';
import { TargetNames } from './target-filter.js';

const QUOTE = 34;
const BACKSLASH = 92;
const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

type Scalar = string | number | boolean | null;

/**
 * Reads rows that look like an earlier one: the same bytes between the values, and values that are plain numbers, null,
 * or strings without escapes. Such a line is valid JSON by construction, so its numbers are read straight from the
 * bytes, twice as fast as by `JSON.parse` alone. All other lines go through `JSON.parse`.
 */
export class JsonTemplate {
  readonly #plan: FilePlan;
  readonly #numbers = new NumberScanner();
  readonly #names = new TargetNames();
  /** The bytes before each value, and after the last one. */
  #before: readonly Uint8Array[] = [];
  #after: Uint8Array = new Uint8Array();
  #roles: readonly Role[] = [];
  /** Of the values that they hold; -1: none. */
  #indexes: readonly number[] = [];
  /** The metrics that such lines have; null: all. */
  #brings: readonly number[] | null = null;
  #misses = 0;
  #stop = 0;

  constructor(plan: FilePlan) {
    this.#plan = plan;
  }

  /** Fills the row; false if the line does not look like the earlier one, and what the row holds is meaningless. */
  take(block: TextBlock, start: number, end: number, row: FoundRow): boolean {
    const isAlike = this.#roles.length > 0 && this.#take(block, start, end, row);
    if (isAlike) this.#misses = 0;
    return isAlike;
  }

  /** Makes a valid line that `take` refused the template; ever more rarely while that does not help. */
  learn(block: TextBlock, start: number, end: number): void {
    this.#misses++;
    const isPowerOfTwo = (this.#misses & (this.#misses - 1)) === 0;
    if (!isPowerOfTwo) return;
    this.#roles = [];
    // A number without its unit must be refused, which only the other way of reading does.
    if (this.#plan.numbers.units !== undefined) return;
    const line = block.slice(start, end);
    const values = findValues(line);
    if (values === null) return;
    const names = values.map(({ name }) => name);
    if (new Set(names).size < names.length) return;
    let at = 0;
    this.#before = values.map(({ from, to }) => {
      const before = Buffer.from(line.slice(at, from));
      at = to;
      return before;
    });
    this.#after = Buffer.from(line.slice(at));
    this.#roles = names.map((name) => this.#plan.roles.get(name) ?? LATE);
    this.#indexes = this.#roles.map(valueIndex);
    const brought = this.#indexes.filter((index) => index >= 0);
    this.#brings = brought.length < valuesPerRow(this.#plan) ? brought : null;
  }

  #take(block: TextBlock, start: number, end: number, row: FoundRow): boolean {
    const { values } = row;
    row.clear(this.#brings);
    if (this.#brings !== null) values.fill(NaN);
    let at = start;
    for (let i = 0; i < this.#roles.length; i++) {
      at = skip(block.bytes, at, this.#before[i]);
      if (at < 0) return false;
      const index = this.#indexes[i] ?? -1;
      if (index >= 0) {
        values[index] = this.#metric(block, at);
      } else if (!this.#field(this.#roles[i] ?? IGNORED, block, at, row)) {
        return false;
      }
      if (this.#stop < 0) return false;
      at = this.#stop;
    }
    return skip(block.bytes, at, this.#after) === end;
  }

  /** The number or null at `at`; sets `#stop` to its end, or below 0 if there is neither. */
  #metric(block: TextBlock, at: number): number {
    const value = this.#numbers.scanJson(block, at);
    this.#stop = this.#numbers.stop;
    if (this.#stop < 0) this.#stop = skip(block.bytes, at, NULL);
    return value;
  }

  #field(role: Role, block: TextBlock, at: number, row: FoundRow): boolean {
    if (block.bytes[at] !== QUOTE) {
      const value = this.#metric(block, at);
      if (this.#stop >= 0) return keep(row, role, Number.isNaN(value) ? null : value);
      const isTrue = skip(block.bytes, at, TRUE);
      this.#stop = isTrue < 0 ? skip(block.bytes, at, FALSE) : isTrue;
      return this.#stop >= 0 && keep(row, role, isTrue >= 0);
    }
    const close = endOfPlainString(block.bytes, at + 1);
    this.#stop = close + 1;
    if (close < 0) return false;
    return keep(row, role, isName(role) ? this.#names.at(block, at + 1, close) : block.slice(at + 1, close));
  }
}

/** False for a value that must be counted, which only the other way of reading does. */
function keep(row: FoundRow, role: Role, value: Scalar): boolean {
  if (role.kind === 'late') return value === null;
  row.set(role, value);
  return true;
}

/** Offset after `expected`; negative if something else is at `at`. */
function skip(bytes: Buffer, at: number, expected: Uint8Array | undefined): number {
  if (expected === undefined) return -1;
  for (let k = 0; k < expected.length; k++) if (bytes[at + k] !== expected[k]) return -1;
  return at + expected.length;
}

/** Offset of the closing quote; negative if an escape or a control character comes first. */
function endOfPlainString(bytes: Buffer, from: number): number {
  let at = from;
  for (let byte = bytes[at] ?? 0; byte !== QUOTE; byte = bytes[++at] ?? 0) {
    if (byte === BACKSLASH || byte < 32) return -2;
  }
  return at;
}

/** The places of the values on a line that is a JSON object, by their paths; null if one of them is a list. */
function findValues(line: string): { name: string; from: number; to: number }[] | null {
  const values: { name: string; from: number; to: number }[] = [];
  const outer: string[] = [];
  let name: string | null = null;
  for (let next = 0; next < line.length;) {
    const from = next;
    const to = (next = endOfToken(line, from));
    const first = line[from] ?? '';
    if (first === '[') return null;
    if (first === '{' && name !== null) {
      outer.push(name);
      name = null;
    } else if (first === '}') {
      outer.pop();
    }
    if (NO_TOKEN.test(first)) continue;
    if (name === null) {
      name = JSON.parse(line.slice(from, to)) as string;
    } else {
      values.push({ name: nestedName(outer, name), from, to });
      name = null;
    }
  }
  return values;
}
