import { metricOfText } from './number-field.js';
import type { ReadOptions } from './options.js';

/** What the values of a field were in the sample. */
export interface FieldValues {
  numbers: number;
  texts: number;
  missing: number;
}

/** Counts a value of a field. */
export function countValue(metrics: Map<string, FieldValues>, field: string, value: unknown): void {
  let values = metrics.get(field);
  if (values === undefined) metrics.set(field, (values = { numbers: 0, texts: 0, missing: 0 }));
  const number = typeof value === 'string' ? metricOfText(value) : value;
  if (value === null || Number.isNaN(number)) values.missing++;
  else if (typeof number === 'number' && Number.isFinite(number)) values.numbers++;
  else values.texts++;
}

/** A list of values, or one of lists, under column names: those of `--columns`, or numbered ones. */
export function listedValues(values: unknown, options: ReadOptions): Readonly<Record<string, unknown>> {
  const list: unknown[] = Array.isArray(values) ? (values as unknown[]) : [values];
  const row = Array.isArray(list[0]) ? (list[list.length - 1] as unknown[]) : list;
  return Object.fromEntries(row.map((value, i) => [options.columns?.[i] ?? `column_${i + 1}`, value]));
}
