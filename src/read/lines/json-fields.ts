import { isObject, own, type JsonObject } from '../text/json-value.js';

/** Objects that are nested deeper are not looked into. */
const MOST_NESTED = 8;
/** Rows may have their metrics in an object of this name, which is then no part of theirs. */
const VALUES = 'values';

/** The name of a field of an object in a row: its path. */
export function nestedName(outer: readonly string[], name: string): string {
  return [...(outer[0] === VALUES ? outer.slice(1) : outer), name].join('.');
}

/** Calls back for each field of a row that holds no other fields, with its path; those in `values` come first. */
export function eachField(row: JsonObject, onField: (path: string, value: unknown) => void): void {
  const outer: string[] = [];
  const visit = (fields: JsonObject, isFirst: (name: string) => boolean): void => {
    for (const name in fields) {
      if (!isFirst(name)) continue;
      const value = fields[name];
      const inner = fieldsOf(value);
      if (inner === null) {
        onField(outer.length === 0 ? name : nestedName(outer, name), value);
      } else if (outer.length < MOST_NESTED) {
        outer.push(name);
        visit(inner, () => true);
        outer.pop();
      }
    }
  };
  const hasValues = isObject(own(row, VALUES));
  if (hasValues) visit(row, (name) => name === VALUES);
  visit(row, (name) => !(hasValues && name === VALUES));
}

/** Of the values of OpenTelemetry, which name their type; whole numbers are texts, as JSON has no 64-bit integers. */
const TYPED = /^(?:string|int|double|bool|bytes)Value$/;

/**
 * The fields of a value that holds some: an object, or a list of keys and their values, such as
 * `[{"key": "host", "value": {"stringValue": "a"}}]`, `[{"Name": "host", "Value": "a"}]` and `["host:a"]`. Null: it
 * holds none. A list with a key twice, or with anything besides keys and values, is none either: it says more than
 * fields can.
 */
export function fieldsOf(value: unknown): JsonObject | null {
  if (isObject(value)) return value;
  if (!Array.isArray(value) || value.length === 0) return null;
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const pair of value as readonly unknown[]) {
    const found = isObject(pair) ? pairOf(pair) : tagOf(pair);
    if (found === null || found.key in fields) return null;
    fields[found.key] = found.value;
  }
  return fields;
}

interface Pair {
  readonly key: string;
  readonly value: unknown;
}

const PAIR_NAMES = [
  ['key', 'value'],
  ['name', 'value'],
  ['Name', 'Value'],
  ['Key', 'Value'],
] as const;

function pairOf(pair: JsonObject): Pair | null {
  const names = PAIR_NAMES.find(([name]) => name in pair);
  if (names === undefined || Object.keys(pair).length !== 2) return null;
  const [key, value] = names.map((name) => own(pair, name));
  return typeof key === 'string' && value !== undefined ? { key, value: plainValue(value) } : null;
}

/** A key and a value in one text, but no address such as `http://a`, nor a path such as `C:\a`. */
const TAG = /^(?<key>[A-Za-z][\w./-]+):(?<value>(?!\/\/|\\).+)$/;

function tagOf(tag: unknown): Pair | null {
  const { key, value } = (typeof tag === 'string' ? TAG.exec(tag)?.groups : null) ?? {};
  return key === undefined ? null : { key, value };
}

function plainValue(value: unknown): unknown {
  if (!isObject(value)) return value;
  const [[type, typed] = [], ...others] = Object.entries(value);
  if (type === undefined || others.length > 0) return value;
  if (type === 'kvlistValue' && isObject(typed)) return typed['values'];
  return TYPED.test(type) ? typed : value;
}
