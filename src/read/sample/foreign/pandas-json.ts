import { isObject, own, type JsonObject } from '../../text/json-value.js';
import { jqCommand, type Foreign } from './foreign.js';

/** How pandas wrote a table, by the names of its `orient`. */
interface Orient {
  readonly name: string;
  /** Of the row's index, where that is the time. */
  readonly isTimed: boolean;
  /** The jq filter that gives the rows; null: the columns have no names. */
  readonly filter: string | null;
}

const ROW = 'transpose | map({(.[0] | tostring): .[1]}) | add';
const TIME = 'tonumber? // .';

const FILTERS = {
  columns: '. as $t | first(.[]) | keys_unsorted[] as $i | $t | map_values(.[$i])',
  timedColumns: `. as $t | first(.[]) | keys_unsorted[] as $i | {time: ($i | ${TIME})} + ($t | map_values(.[$i]))`,
  index: '.[]',
  timedIndex: `to_entries[] | {time: (.key | ${TIME})} + .value`,
  split: `.columns as $c | .data[] | [$c, .] | ${ROW}`,
  timedSplit: `.columns as $c | [.index, .data] | transpose[] | {time: .[0]} + ([$c, .[1]] | ${ROW})`,
  list: '. as $t | range(first(.[]) | length) as $i | $t | map_values(.[$i])',
  table: '.data[] | del(.index)',
} as const;

/** A table that `DataFrame.to_json` wrote in another form than lines of records; null: it is something else. */
export function pandasJson(value: unknown, text: string): Foreign | null {
  const orient = orientOf(value) ?? cutOrient(text);
  if (orient === null) return null;
  const { name, isTimed, filter } = orient;
  return {
    what: `a table as pandas writes it with orient="${name}"`,
    command: filter === null ? null : jqCommand(filter),
    output: 'lines.jsonl',
    remedy: `write it with df${isTimed ? '.reset_index()' : ''}.to_json("lines.jsonl", orient="records", lines=True)`,
    isRemedyFirst: true,
    isSure: true,
    isNeverRead: true,
  };
}

function orientOf(value: unknown): Orient | null {
  if (Array.isArray(value)) return valuesOrient(value as readonly unknown[]);
  return isObject(value) ? (namedParts(value) ?? nested(value)) : null;
}

/** Rows without names; several, each of several plain values. */
function valuesOrient(rows: readonly unknown[]): Orient | null {
  const areRows = rows.every((row) => Array.isArray(row) && row.length > 1 && areAllPlain(row as unknown[]));
  return rows.length > 1 && areRows ? { name: 'values', isTimed: false, filter: null } : null;
}

function namedParts(value: JsonObject): Orient | null {
  const data = own(value, 'data');
  const schema = own(value, 'schema');
  if (Array.isArray(data) && isObject(schema) && own(schema, 'pandas_version') !== undefined)
    return { name: 'table', isTimed: false, filter: FILTERS.table };
  const [columns, index] = [own(value, 'columns'), own(value, 'index')];
  if (!Array.isArray(columns) || !Array.isArray(index) || (data !== undefined && !Array.isArray(data)))
    return null;
  const isTimed = isTime(String(index[0]));
  return { name: 'split', isTimed, filter: isTimed ? FILTERS.timedSplit : FILTERS.split };
}

/** An object of columns, or of rows, whose rows are numbered or named by their times. */
function nested(value: JsonObject): Orient | null {
  const [names, parts] = [Object.keys(value), Object.values(value)];
  if (parts.length === 0) return null;
  const lists = parts.filter(Array.isArray) as (readonly unknown[])[];
  if (lists.length === parts.length) {
    const areColumns = lists.length > 1 && lists.every((one) => one.length > 1 && areAllPlain(one));
    const isEven = lists.every(({ length }) => length === lists[0]?.length);
    return areColumns && isEven ? { name: 'list', isTimed: false, filter: FILTERS.list } : null;
  }
  const objects = parts.filter(isObject);
  if (objects.length < parts.length || !objects.every((one) => areAllPlain(Object.values(one)))) return null;
  const rowNames = Object.keys(objects[0]!);
  if (areRowNames(rowNames)) return columnsOrient(rowNames[0]!);
  if (!areRowNames(names)) return null;
  const isTimed = isTime(names[0]!);
  return { name: 'index', isTimed, filter: isTimed ? FILTERS.timedIndex : FILTERS.index };
}

function columnsOrient(rowName: string): Orient {
  const isTimed = isTime(rowName);
  return { name: 'columns', isTimed, filter: isTimed ? FILTERS.timedColumns : FILTERS.columns };
}

/** Of a text that ends within its first column: `{"timestamp":{"0":1704067200000,"1":…`. */
function cutOrient(text: string): Orient | null {
  const [, first, second] = CUT_COLUMN.exec(text) ?? [];
  if (first === undefined || second === undefined || text.includes('}')) return null;
  return areRowNames([first, second]) ? columnsOrient(first) : null;
}

const PLAIN = String.raw`(?:"(?:[^"\\]|\\.)*"|[-\w.+]+)`;
const CUT_COLUMN = new RegExp(
  String.raw`^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{\s*"([^"]*)"\s*:\s*${PLAIN}\s*,\s*"([^"]*)"\s*:`,
);

function areRowNames(names: readonly string[]): boolean {
  if (names.length < 2) return false;
  return names.every(isTime) || names.every((name, i) => /^\d+$/.test(name) && (i > 0 || name === '0'));
}

/** Milliseconds or seconds since 1973, or an ISO date. */
function isTime(name: string): boolean {
  return /^(?:\d{9,19}|\d{4}-\d\d-\d\d.*)$/.test(name);
}

function areAllPlain(values: readonly unknown[]): boolean {
  return values.every((value) => value === null || typeof value !== 'object');
}
