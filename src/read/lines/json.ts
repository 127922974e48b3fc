import { plural } from '../../core/count-text.js';
import { JsonTemplate } from './json-template.js';
import { eachField, fieldsOf } from './json-fields.js';
import { isObject, own, parseJsonLine, type JsonObject } from '../text/json-value.js';
import type { LineCursor, TextBlock } from './lines.js';
import { mayBeGrouped, numberParser, type ParseNumber } from './number-format.js';
import { timeFieldsOf, type FilePlan, type LateFields } from './plan.js';
import { IGNORED, LATE, targetRoles, valueIndex, type Role } from './roles.js';
import { suffixParsers } from './units.js';
import { FoundRow, badShape } from './found-row.js';
import { joinedTime, timeJoiner } from './joined-time.js';
import { show } from './show-value.js';
import type { BlockReader, RowSink } from './records.js';

/**
 * Reads rows of JSON, one object per line. Fields of objects in it are named by their path; those of `values` without
 * it.
 */
export class JsonRowsReader implements BlockReader {
  readonly cursor: LineCursor;
  readonly #sink: RowSink;
  readonly #row = new FoundRow();
  readonly #fields: JsonFields;
  readonly #template: JsonTemplate;
  readonly #joinTime: ReturnType<typeof timeJoiner>;

  constructor(sink: RowSink, plan: FilePlan) {
    this.cursor = sink.cursor;
    this.#sink = sink;
    this.#fields = new JsonFields(plan, sink.late);
    this.#template = new JsonTemplate(plan);
    this.#joinTime = timeJoiner(plan);
  }

  read(block: TextBlock): number {
    const { cursor } = this;
    const sink = this.#sink;
    const row = this.#row;
    cursor.enter(block);
    while (cursor.advance()) {
      const { start, end } = cursor;
      sink.begin(row);
      if (this.#template.take(block, start, end, row)) {
        this.#joinTime?.(row);
        sink.take(row);
        continue;
      }
      const fields = parseObject(cursor);
      if (fields === null) continue;
      sink.begin(row, fields);
      this.#fields.take(fields, row);
      this.#joinTime?.(row);
      sink.take(row);
      this.#template.learn(block, start, end);
    }
    return cursor.next;
  }
}

/** Reads minute-batches, one per line: `{"minute": …, "items": [{"target": …, "values": …}, …]}`. */
export class JsonBatchesReader implements BlockReader {
  readonly cursor: LineCursor;
  readonly #sink: RowSink;
  readonly #row = new FoundRow();
  readonly #plan: FilePlan;
  readonly #targets: ReturnType<typeof targetRoles>;
  readonly #fields: JsonFields;
  readonly #parseNumber: ParseNumber;

  constructor(sink: RowSink, plan: FilePlan) {
    this.cursor = sink.cursor;
    this.#sink = sink;
    this.#plan = plan;
    this.#parseNumber = numberParser(plan.numbers);
    this.#targets = targetRoles(plan.targetFields);
    this.#fields = new JsonFields(plan, sink.late);
  }

  read(block: TextBlock): number {
    const { cursor } = this;
    cursor.enter(block);
    while (cursor.advance()) {
      const line = parseObject(cursor);
      if (line !== null) this.#line(line);
    }
    return cursor.next;
  }

  #line(line: JsonObject): void {
    const sink = this.#sink;
    const parts = timeFieldsOf(this.#plan).map((field) => own(line, field));
    const time = parts.length === 1 ? parts[0] : joinedTime(parts, this.#plan.time.pattern);
    const items = own(line, 'items');
    if (!Array.isArray(items)) {
      sink.reject('not_a_record', 'no list called items', time);
      return;
    }
    if (!sink.beginBatch(time)) return;
    for (let index = 0; index < items.length; index++) {
      const item: unknown = items[index];
      if (isObject(item)) this.#item(time, item, index);
      else sink.reject('not_a_record', 'an item is not an object', time, index);
    }
  }

  #item(time: unknown, item: JsonObject, index: number): void {
    const row = this.#row;
    const { labelField } = this.#plan;
    row.clear(null);
    this.#values(own(item, 'values'));
    row.time = time;
    for (const [field, role] of this.#targets) row.set(role, own(item, field));
    row.label = labelField === null ? undefined : own(item, labelField);
    this.#sink.take(row, index);
  }

  #values(given: unknown): void {
    const row = this.#row;
    const { columns } = this.#plan;
    if (isObject(given)) {
      this.#sink.begin(row, given);
      this.#fields.take(given, row);
      return;
    }
    if (given === undefined) {
      this.#sink.begin(row);
      row.problem = badShape(`no values, but the recording has ${plural(columns.length, 'column')}`);
      return;
    }
    const list: unknown[] = Array.isArray(given) ? given : [given];
    const isWindow = list.some((each) => Array.isArray(each));
    const lists = isWindow ? list : [list];
    if (!this.#sink.beginLists(row, lists, isWindow)) return;
    const width = row.values.length / lists.length;
    for (const [k, values] of lists.entries()) {
      if (!Array.isArray(values)) continue;
      const bad = takeList(values, row.values, k * width, this.#parseNumber);
      if (bad >= 0) row.badValue(`${columns[bad] ?? ''}${isWindow ? ` of row ${k}` : ''}`, values[bad]);
    }
  }
}

/** The object on the cursor's line; null if there is none and the line is rejected. */
function parseObject(cursor: LineCursor): JsonObject | null {
  const parsed = parseJsonLine(cursor.block.slice(cursor.start, cursor.end));
  if (isObject(parsed)) return parsed;
  if (parsed === undefined) cursor.reject('bad_line', 'not JSON');
  else cursor.reject('not_a_record', `${show(parsed)} is not an object`);
  return null;
}

/** Takes JSON objects apart; fast if most have the same names in the same order. */
class JsonFields {
  readonly #plan: FilePlan;
  readonly #late: LateFields;
  readonly #parseNumber: ParseNumber;
  readonly #suffixed: ReadonlyMap<string, ParseNumber>;
  readonly #units: ReadonlyMap<string, string>;
  readonly #open: ReadonlySet<string>;
  /** The names of the last object, their roles, and the indexes of the values that they hold; -1: none. */
  #names: readonly string[] = [];
  #roles: readonly Role[] = [];
  #indexes: readonly number[] = [];
  /** The metrics that it had; null: all. */
  #brings: readonly number[] | null = [];

  constructor(plan: FilePlan, late: LateFields) {
    this.#plan = plan;
    this.#late = late;
    this.#parseNumber = numberParser(plan.numbers);
    this.#suffixed = suffixParsers(plan.numbers);
    this.#units = new Map(plan.numbers.units);
    this.#open = new Set(plan.numbers.open);
  }

  /** Fills the row's values, time, target and label. */
  take(fields: JsonObject, row: FoundRow): void {
    const { values } = row;
    row.clear(this.#brings);
    if (this.#brings !== null) values.fill(NaN);
    let i = 0;
    // for…in with fields[name] is the one loop over fields for which V8 does not look each name up.
    // It would also visit enumerable fields of Object.prototype; there are none.
    for (const name in fields) {
      if (name !== this.#names[i]) this.#learn(fields, row);
      const index = this.#indexes[i] ?? -1;
      const value = fields[name];
      // The difference is NaN for infinities, and for nothing else that JSON can hold.
      if (index >= 0 && typeof value === 'number' && value - value === 0) values[index] = value;
      else this.#takeField(name, this.#roles[i] ?? IGNORED, value, row);
      i++;
    }
    if (i !== this.#names.length) this.#learn(fields, row);
    if (this.#units.size > 0) this.#refuseBare(fields, row);
    if (row.nested.length > 0) row.bringNested();
  }

  /** Expects these names from now on; metrics that the object lacks are missing. */
  #learn(fields: JsonObject, row: FoundRow): void {
    const { roles } = this.#plan;
    this.#names = Object.keys(fields);
    this.#roles = this.#names.map((name) => roles.get(name) ?? LATE);
    this.#indexes = this.#roles.map(valueIndex);
    const lacking = new Set(row.values.keys());
    for (const index of this.#indexes) lacking.delete(index);
    for (const column of lacking) if (!row.nested.includes(column)) row.values[column] = NaN;
    this.#brings = lacking.size === 0 ? null : this.#indexes.filter((index) => index >= 0);
    row.brings = this.#brings;
  }

  #takeField(name: string, role: Role, value: unknown, row: FoundRow): void {
    if (role.kind === 'value') this.#takeValue(name, role.index, value, row);
    else if (role.kind === 'late') this.#takeLate(name, value, row);
    else row.set(role, value);
  }

  #takeValue(name: string, index: number, value: unknown, row: FoundRow): void {
    if (typeof value === 'string' && this.#open.has(name) && mayBeGrouped(value)) {
      row.values[index] = Infinity;
      row.unclearValue(name, value);
    } else {
      const number = this.#numberOf(name, value);
      row.values[index] = number ?? Infinity;
      if (number === undefined) row.badValue(name, value, this.#units.get(name));
    }
  }

  #takeLate(name: string, value: unknown, row: FoundRow): void {
    if (fieldsOf(value) !== null) {
      if (this.#plan.layout === 'rows')
        eachField({ [name]: value }, (path, nested) => this.#takeNested(path, nested, row));
    } else if (!Number.isNaN(metricOf(value, this.#parseNumber)))
      this.#late.see(name, !this.#plan.roles.has(name));
  }

  #numberOf(name: string, value: unknown): number | undefined {
    const number = metricOf(value, this.#parseNumber);
    if (this.#units.has(name) && number !== undefined && !Number.isNaN(number)) return undefined;
    return number ?? (typeof value === 'string' ? this.#suffixed.get(name)?.(value) : undefined);
  }

  /** Numbers without their unit are none. */
  #refuseBare(fields: JsonObject, row: FoundRow): void {
    for (const [name, unit] of this.#units) {
      const value = own(fields, name);
      const index = valueIndex(this.#plan.roles.get(name));
      if (index < 0 || typeof value !== 'number') continue;
      row.values[index] = Infinity;
      row.badValue(name, value, unit);
    }
  }

  #takeNested(path: string, value: unknown, row: FoundRow): void {
    const role = this.#plan.roles.get(path) ?? LATE;
    this.#takeField(path, role, value, row);
    if (role.kind === 'value') row.nested.push(role.index);
  }
}

/**
 * Writes a list of values, `[columns]`, to `values` from `offset` on; returns the index of the first bad one, or -1.
 */
function takeList(
  list: readonly unknown[],
  values: Float64Array,
  offset: number,
  parse: ParseNumber,
): number {
  let bad = -1;
  for (let i = 0; i < list.length; i++) {
    const number = metricOf(list[i], parse);
    values[offset + i] = number ?? Infinity;
    if (number === undefined && bad < 0) bad = i;
  }
  return bad;
}

/** A metric's value in JSON: NaN if missing, undefined if it is not a number. */
function metricOf(value: unknown, parse: ParseNumber): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (value === null) return NaN;
  return typeof value === 'string' ? parse(value) : undefined;
}
