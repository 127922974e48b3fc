import type { ParseTime } from '../../core/time/format.js';
import type { ParseNumber } from '../lines/number-format.js';
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

/** Numbers in other notations, such as `50,0 %` and `1.000,5`: not names. */
const DECORATED_NUMBER = /^[-+]?[\d.,' ]*\d[\d.,' ]*\s*%?$/;

export function fieldShape(table: SampleTable, name: string, reading: FieldReading): FieldShape {
  const values = table.column(name);
  const keys = values.map(keyOf);
  const distinct = new Set(keys);
  distinct.delete(null);
  const present = keys.filter((key) => key !== null).length;
  const kinds = { text: 0, integer: 0, number: 0, missing: 0, other: 0 };
  for (const [i, value] of values.entries()) if (keys[i] !== null) kinds[kindOf(value, reading)]++;
  const numbers = kinds.integer + kinds.number;
  const isWhole = kinds.integer > 0 && kinds.integer + kinds.missing === present;
  return {
    name,
    kind: 2 * kinds.text > present ? 'name' : isWhole ? 'integer' : 'other',
    isNumeric: numbers > 0 && 2 * (numbers + kinds.missing) >= present,
    keys,
    present,
    distinct: distinct.size,
  };
}

function keyOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function kindOf(
  value: unknown,
  { parseTime, parseNumber }: FieldReading,
): 'text' | 'integer' | 'number' | 'missing' | 'other' {
  if (typeof value === 'boolean') return 'other';
  const number = typeof value === 'string' ? parseNumber(value) : (value as number);
  if (number === undefined) {
    const text = (value as string).trim();
    return DECORATED_NUMBER.test(text) || !Number.isNaN(parseTime(text)) ? 'other' : 'text';
  }
  if (Number.isNaN(number)) return 'missing';
  return Number.isInteger(number) ? 'integer' : 'number';
}

/** Whether the values are 0 and 1, truth values, or missing. */
export function isBinary({ keys, present }: FieldShape): boolean {
  return present > 0 && keys.every((key) => key === null || /^(?:[01](?:\.0*)?|true|false)$/i.test(key));
}

/** Row numbers: whole numbers that go up by one. */
export function isCount({ keys, kind, present, distinct }: FieldShape): boolean {
  if (kind !== 'integer' || distinct < present || present < 3) return false;
  const numbers = keys.filter((key) => key !== null).map(Number);
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
export function isCalendar({ name, keys, present }: FieldShape): boolean {
  if (CALENDAR_NAMES.test(plainName(name))) return true;
  return present > 0 && keys.every((key) => key === null || CALENDAR_TEXT.test(key));
}

/** A name without case, blanks and punctuation, as usual names are compared. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[\s_.@-]+/g, '');
}
