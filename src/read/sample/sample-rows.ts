import type { ParseTime } from '../../core/time.js';
import type { SeenNames } from './fields.js';
import { isObject, own } from '../lines/json-line.js';
import type { ReadOptions } from '../options.js';
import type { Layout } from '../lines/plan.js';

type Fields = Readonly<Record<string, unknown>>;

/** A row, or an item of a batch, of a sample. */
export interface SampleRow {
  readonly line: Fields;
  readonly item: Fields;
  /** Where the metrics are; null: among the item's fields. */
  readonly values: Fields | null;
  /** Whether the values came as a list, so that their names are numbers. */
  readonly isListed: boolean;
}

export function csvRow(header: readonly string[], values: readonly string[]): SampleRow {
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  header.forEach((name, i) => {
    fields[name] = values[i];
  });
  return { line: fields, item: fields, values: null, isListed: false };
}

/** The row that a line of JSON is, or the rows of its items. */
export function jsonRows(line: Fields, layout: Layout, options: ReadOptions): SampleRow[] {
  if (layout === 'rows') {
    const nested = own(line, 'values');
    return [{ line, item: line, values: isObject(nested) ? nested : null, isListed: false }];
  }
  const items = own(line, 'items');
  if (!Array.isArray(items)) return [];
  return (items as unknown[]).filter(isObject).flatMap((item): SampleRow[] => {
    const given = own(item, 'values');
    if (given === undefined) return [];
    const isListed = !isObject(given);
    return [{ line, item, values: isListed ? listedValues(given, options) : given, isListed }];
  });
}

/** A list of values, or one of lists, under column names: those of `--columns`, or numbered ones. */
function listedValues(values: unknown, options: ReadOptions): Fields {
  const list: unknown[] = Array.isArray(values) ? (values as unknown[]) : [values];
  const row = Array.isArray(list[0]) ? (list[list.length - 1] as unknown[]) : list;
  return Object.fromEntries(row.map((value, i) => [options.columns?.[i] ?? `column_${i + 1}`, value]));
}

/** The row's time, epoch ms; NaN where it has none. */
export function timeOf({ line }: SampleRow, field: string, parseTime: ParseTime): number {
  const time = own(line, field);
  return typeof time === 'string' || typeof time === 'number' ? parseTime(time) : NaN;
}

/** Names by which rows of JSON can be read: what only rows without a time have, names nothing. */
export function namesOfRows(rows: readonly SampleRow[], parseTime: ParseTime): SeenNames {
  const namesOf = (fields: readonly Fields[]): string[] => [...new Set(fields.flatMap(Object.keys))];
  const hasTime = (row: SampleRow, name: string): boolean => !Number.isNaN(timeOf(row, name, parseTime));
  return {
    line: namesOf(rows.map(({ line }) => line)),
    isTime: (name) => rows.some((row) => hasTime(row, name)),
    records: (time) => {
      const dated = rows.filter((row) => hasTime(row, time));
      return namesOf((dated.length > 0 ? dated : rows).map(({ item }) => item));
    },
  };
}

/** A header names the fields of all its records. */
export function namesOfHeader(header: readonly string[]): SeenNames {
  return { line: header, isTime: () => true, records: () => header };
}
