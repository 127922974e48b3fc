import { isObject } from './json-line.js';
import type { LineCursor } from './lines.js';
import { metricOfText } from './number-field.js';
import { ROLE } from './plan.js';
import type { FilePlan, LateFields } from './plan.js';
import { show } from './records.js';
import type { RecordMaker } from './records.js';

type Fields = Readonly<Record<string, unknown>>;

/** A field's value that is no number, for the message. */
export interface BadValue {
  readonly field: string;
  readonly value: unknown;
}

/** What a row has in the fields that are no metrics, as it stands there. */
export interface NamedValues {
  readonly time: unknown;
  readonly target: unknown;
  readonly label: unknown;
}

/** Takes one object after another apart; most have the same names in the same order. */
export class FieldValues implements NamedValues {
  time: unknown;
  target: unknown;
  label: unknown;
  readonly #plan: FilePlan;
  readonly #late: LateFields;
  /** The names of the last object, and what they are for. */
  #names: readonly string[] = [];
  #roles: readonly number[] = [];
  #isPartial = true;

  constructor(plan: FilePlan, late: LateFields) {
    this.#plan = plan;
    this.#late = late;
  }

  /** Fills `values`, `[columns]`, and time, target and label; returns the first value that is no number. */
  take(row: Fields, values: Float64Array): BadValue | null {
    this.time = undefined;
    this.target = undefined;
    this.label = undefined;
    if (this.#isPartial) values.fill(NaN);
    let bad: BadValue | null = null;
    let i = 0;
    // for…in with row[name] is the one loop over fields that V8 reads without looking each name up.
    // It would also visit enumerable fields of Object.prototype; there are none.
    for (const name in row) {
      if (name !== this.#names[i]) this.#learn(row, values);
      const role = this.#roles[i++] ?? ROLE.ignored;
      const value = row[name];
      // The difference is NaN for infinities, and for nothing else that JSON can say.
      if (role >= 0 && typeof value === 'number' && value - value === 0) values[role] = value;
      else if (role === ROLE.time) this.time = value;
      else if (role === ROLE.target) this.target = value;
      else if (role === ROLE.label) this.label = value;
      else if (role !== ROLE.ignored) bad = firstOf(bad, this.#unusual(name, role, value, values));
    }
    if (i !== this.#names.length) this.#learn(row, values);
    return bad;
  }

  /** Makes the row's names the expected ones, and the columns that it does not have missing. */
  #learn(row: Fields, values: Float64Array): void {
    const { roles, columns } = this.#plan;
    this.#names = Object.keys(row);
    this.#roles = this.#names.map((name) => roles.get(name) ?? ROLE.late);
    const lacking = new Set(columns.keys());
    for (const role of this.#roles) lacking.delete(role);
    for (const column of lacking) values[column] = NaN;
    this.#isPartial = lacking.size > 0;
  }

  #unusual(name: string, role: number, value: unknown, values: Float64Array): BadValue | null {
    if (role >= 0) {
      const number = metricOf(value);
      if (number === undefined) return { field: name, value };
      values[role] = number;
      return null;
    }
    if (name === 'values' && this.#plan.layout === 'rows' && isObject(value))
      return this.#nested(value, values);
    if (!Number.isNaN(metricOf(value))) this.#late.see(name);
    return null;
  }

  #nested(fields: Fields, values: Float64Array): BadValue | null {
    let bad: BadValue | null = null;
    for (const [name, value] of Object.entries(fields)) {
      const role = this.#plan.roles.get(name) ?? ROLE.late;
      if (role >= 0 || role === ROLE.late) bad = firstOf(bad, this.#unusual(name, role, value, values));
    }
    return bad;
  }
}

function firstOf(known: BadValue | null, next: BadValue | null): BadValue | null {
  return known ?? next;
}

/** A metric's value in JSON: NaN where missing, undefined where it is no number. */
function metricOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (value === null) return NaN;
  return typeof value === 'string' ? metricOfText(value) : undefined;
}

/** Writes a list of values, `[columns]`, to `values` from `offset`. */
export function takeList(
  list: readonly unknown[],
  columns: readonly string[],
  values: Float64Array,
  offset: number,
): BadValue | null {
  for (let i = 0; i < list.length; i++) {
    const number = metricOf(list[i]);
    if (number === undefined) return { field: columns[i] ?? '', value: list[i] };
    values[offset + i] = number;
  }
  return null;
}

/** Half a character, which only an escape can write; no file of text could hold it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** A target's name; null for what cannot be one. */
export function targetOf(value: unknown): string | null {
  if (typeof value === 'string') return value === '' || LONE_SURROGATE.test(value) ? null : value;
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  // Two longer numbers may have become the same one.
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? null : String(value);
}

export function noTarget(field: string | null, value: unknown): string {
  const name = field ?? 'target';
  if (value === undefined) return `no ${name}`;
  if (value === '' || value === null) return `${name} is empty`;
  return typeof value === 'number'
    ? `${name}: ${value} has more digits than a number keeps; write it as text`
    : `${name}: ${show(value)} is not a name`;
}

/** `target` is null for the line of a whole minute-batch. */
export function rejectTime(maker: RecordMaker, field: string, value: unknown, target: string | null): void {
  const { cursor } = maker;
  const known = { target, minuteMs: NaN };
  if (value === undefined) cursor.reject('no_time', `no ${field}`, known);
  else if (value === null || value === '') cursor.reject('no_time', `${field} is empty`, known);
  else maker.rejectTime(field, value, target);
}

/** Rejects a line that is no object; `parsed` is undefined where it is not JSON at all. */
export function rejectLine(cursor: LineCursor, parsed: unknown): void {
  if (parsed === undefined) cursor.reject('bad_line', 'not JSON');
  else cursor.reject('not_a_record', `${show(parsed)} is not an object`);
}
