import type { ParseTime } from '../../core/time/format.js';
import type { ParseNumber } from '../lines/number-format.js';
import { markedText, type MarkedText } from './marked-text.js';
import type { SampleTable } from './table.js';

/** `name`: texts; `integer`: whole numbers; `other`: further numbers, times, truth values, lists, or nothing. */
export type FieldKind = 'name' | 'integer' | 'other';

/** How the texts of a file are read. */
export interface FieldReading {
  readonly parseTime: ParseTime;
  readonly parseNumber: ParseNumber;
}

/** What a field holds in the rows of a sample. */
export interface FieldShape {
  readonly name: string;
  readonly kind: FieldKind;
  /** Whether most values are numbers. */
  readonly isNumeric: boolean;
  /** Its value in each row as a text that is the same for equal ones; null where it is missing. */
  readonly keys: readonly (string | null)[];
  /** Rows that have a value, and how many different ones there are. */
  readonly present: number;
  readonly distinct: number;
}

const MARKED: Readonly<Record<MarkedText, number>> = { decorated: 0, address: 0, marked: 0 };

/** The shapes of a table's fields; each is found out once. */
export class FieldShapes {
  readonly #table: SampleTable;
  readonly #reading: FieldReading;
  readonly #known = new Map<string, FieldShape>();

  constructor(table: SampleTable, reading: FieldReading) {
    this.#table = table;
    this.#reading = reading;
  }

  of(name: string): FieldShape {
    let shape = this.#known.get(name);
    if (shape === undefined) {
      shape = new ColumnShape(name, this.#table, this.#reading);
      this.#known.set(name, shape);
    }
    return shape;
  }

  /** What each row has in a field, as a number; NaN where it has none. */
  numbersOf(name: string): readonly number[] {
    return this.#table.column(name).map((value) => {
      if (typeof value === 'number') return value;
      return typeof value === 'string' ? (this.#reading.parseNumber(value) ?? NaN) : NaN;
    });
  }
}

/** Compares values only when that is asked for: in most columns, of measurements, all differ. */
class ColumnShape implements FieldShape {
  readonly name: string;
  readonly kind: FieldKind;
  readonly isNumeric: boolean;
  readonly present: number;
  readonly #table: SampleTable;
  #keys: readonly (string | null)[] | null = null;
  #distinct = -1;

  constructor(name: string, table: SampleTable, reading: FieldReading) {
    this.name = name;
    this.#table = table;
    const values = table.column(name);
    const kinds = { none: 0, text: 0, ...MARKED, integer: 0, number: 0, missing: 0, other: 0 };
    for (const value of values) kinds[kindOf(value, reading)]++;
    this.present = values.length - kinds.none;
    const numbers = kinds.integer + kinds.number;
    const isWhole = kinds.integer > 0 && kinds.integer + kinds.missing === this.present;
    // One text that is no number in any notation, such as `1.2.3`, shows that its likes are names.
    const areNames = kinds.marked > 0;
    const areAddresses = areNames || kinds.decorated + numbers === 0;
    const texts =
      kinds.text + kinds.marked + (areNames ? kinds.decorated : 0) + (areAddresses ? kinds.address : 0);
    this.kind = 2 * texts > this.present ? 'name' : isWhole ? 'integer' : 'other';
    this.isNumeric = numbers > 0 && 2 * (numbers + kinds.missing) >= this.present;
  }

  get keys(): readonly (string | null)[] {
    this.#keys ??= this.#table.column(this.name).map(keyOf);
    return this.#keys;
  }

  get distinct(): number {
    if (this.#distinct < 0) this.#distinct = new Set(this.keys.filter((key) => key !== null)).size;
    return this.#distinct;
  }
}

function keyOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

type ValueKind = 'none' | 'text' | MarkedText | 'integer' | 'number' | 'missing' | 'other';

function kindOf(value: unknown, { parseTime, parseNumber }: FieldReading): ValueKind {
  if (typeof value === 'boolean') return 'other';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value !== 'string') return 'none';
  const number = parseNumber(value);
  if (number === undefined) {
    const text = value.trim();
    return Number.isNaN(parseTime(text)) ? (markedText(text) ?? 'text') : 'other';
  }
  // Between thousands, an address has points as well.
  if (number >= 1e6 && markedText(value.trim()) === 'address') return 'address';
  if (!Number.isNaN(number)) return Number.isInteger(number) ? 'integer' : 'number';
  return value.trim() === '' ? 'none' : 'missing';
}

/** Whether the values are 0 and 1, truth values, or missing. */
export function isBinary({ keys, present }: FieldShape): boolean {
  return present > 0 && keys.every((key) => key === null || /^(?:[01](?:\.0*)?|true|false)$/i.test(key));
}

/** Row numbers: whole numbers that go up by one. */
export function isCount(shape: FieldShape): boolean {
  const { kind, present } = shape;
  if (kind !== 'integer' || present < 3 || shape.distinct < present) return false;
  const numbers = shape.keys.filter((key) => key !== null).map(Number);
  return numbers.every((number, i) => i === 0 || number === numbers[i - 1]! + 1);
}

const UUID = /^\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i;

export function isUuids({ keys, present }: FieldShape): boolean {
  return present > 0 && keys.every((key) => key === null || UUID.test(key));
}

const CALENDAR_NAMES =
  /^(?:hour|weekday|weekend|dayofweek|dow|day|date|month|year|quarter|week|weekofyear|dayofyear|season|holiday|minute|second|ampm|shift)s?(?:name|number|num)?$/;
const CALENDAR_TEXT =
  /^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?$|^(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*$|^[ap]\.?m\.?$|^q[1-4]$/i;

/** Whether the field says again what the time says: the weekday, the hour. */
export function isCalendar(shape: FieldShape): boolean {
  if (CALENDAR_NAMES.test(plainName(shape.name))) return true;
  return shape.kind === 'name' && shape.keys.every((key) => key === null || CALENDAR_TEXT.test(key));
}

/** A name without case, blanks and punctuation, as usual names are compared. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_.@-]+/g, '');
}
