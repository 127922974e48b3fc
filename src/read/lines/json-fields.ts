import { isObject } from './json-text.js';
import type { JsonObject } from './json-text.js';
import { metricOfText } from './number-field.js';
import { ROLE } from './plan.js';
import type { FilePlan, LateFields } from './plan.js';
import type { FoundRow } from './records.js';

/** Takes JSON objects apart; fast if most have the same names in the same order. */
export class JsonFields {
  readonly #plan: FilePlan;
  readonly #late: LateFields;
  /** The names of the last object, and their roles. */
  #names: readonly string[] = [];
  #roles: readonly number[] = [];
  #isPartial = true;

  constructor(plan: FilePlan, late: LateFields) {
    this.#plan = plan;
    this.#late = late;
  }

  /** Fills the row's values, time, target and label. */
  take(fields: JsonObject, row: FoundRow): void {
    const { values } = row;
    row.time = undefined;
    row.target = undefined;
    row.label = undefined;
    if (this.#isPartial) values.fill(NaN);
    let i = 0;
    // for…in with fields[name] is the one loop over fields for which V8 does not look each name up.
    // It would also visit enumerable fields of Object.prototype; there are none.
    for (const name in fields) {
      if (name !== this.#names[i]) this.#learn(fields, values);
      const role = this.#roles[i++] ?? ROLE.ignored;
      const value = fields[name];
      // The difference is NaN for infinities, and for nothing else that JSON can hold.
      if (role >= 0 && typeof value === 'number' && value - value === 0) values[role] = value;
      else if (role === ROLE.time) row.time = value;
      else if (role === ROLE.target) row.target = value;
      else if (role === ROLE.label) row.label = value;
      else if (role !== ROLE.ignored) this.#takeUnusual(name, role, value, row);
    }
    if (i !== this.#names.length) this.#learn(fields, values);
  }

  /** Expects these names from now on; columns that the object lacks are missing. */
  #learn(fields: JsonObject, values: Float64Array): void {
    const { roles, columns } = this.#plan;
    this.#names = Object.keys(fields);
    this.#roles = this.#names.map((name) => roles.get(name) ?? ROLE.late);
    const lacking = new Set(columns.keys());
    for (const role of this.#roles) lacking.delete(role);
    for (const column of lacking) values[column] = NaN;
    this.#isPartial = lacking.size > 0;
  }

  #takeUnusual(name: string, role: number, value: unknown, row: FoundRow): void {
    if (role >= 0) {
      const number = metricOf(value);
      row.values[role] = number ?? Infinity;
      if (number === undefined) row.badValue(name, value);
    } else if (name === 'values' && this.#plan.layout === 'rows' && isObject(value))
      this.#takeNested(value, row);
    else if (!Number.isNaN(metricOf(value))) this.#late.see(name);
  }

  #takeNested(fields: JsonObject, row: FoundRow): void {
    for (const [name, value] of Object.entries(fields)) {
      const role = this.#plan.roles.get(name) ?? ROLE.late;
      if (role >= 0 || role === ROLE.late) this.#takeUnusual(name, role, value, row);
    }
  }
}

/** Writes a list of values, `[columns]`, to `values` from `offset` on; returns the index of the first bad one, or -1. */
export function takeList(list: readonly unknown[], values: Float64Array, offset: number): number {
  let bad = -1;
  for (let i = 0; i < list.length; i++) {
    const number = metricOf(list[i]);
    values[offset + i] = number ?? Infinity;
    if (number === undefined && bad < 0) bad = i;
  }
  return bad;
}

/** A metric's value in JSON: NaN if missing, undefined if it is not a number. */
function metricOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (value === null) return NaN;
  return typeof value === 'string' ? metricOfText(value) : undefined;
}
