import { splitUnit } from '../../lines/units.js';
import { metricWordsOf, PART_NAMES } from '../metrics/metric-words.js';
import type { SampleTable } from '../table.js';

/** The names of columns of a table, those of its times apart. */
export interface UnitTable {
  readonly table: SampleTable;
  readonly timeFields: readonly string[];
}

/** So many of the rows of a full grid of times and names must be there. */
const FULL = 0.9;

/**
 * Whether texts such as `8 GB` or `10A` describe or name the targets, rather than being measured: they are one and the
 * same for each value of another column of texts, or recur at each time, or only a letter says that they have a unit.
 *
 * @param name after `--map`
 */
export function namesInUnits({ table, timeFields }: UnitTable, field: string, name: string): boolean {
  const values = textsOf(table, field);
  const unit = values.map((value) => splitUnit(value)?.unit).find((found) => found !== undefined) ?? '';
  if (unit === '') return false;
  const isCalledMetric = isMetricName(name);
  if (unit.length === 1 && !isCalledMetric) return true;
  const distinct = new Set(values.filter((value) => value !== '')).size;
  if (distinct <= 1) return !isCalledMetric;
  const others = table.names
    .filter((other) => other !== field && !timeFields.includes(other))
    .map((other) => textsOf(table, other))
    .filter((texts) => areWords(texts));
  if (others.some((keys) => dependsOn(values, keys))) return true;
  return others.length === 0 && fillsGrid(values, distinct, timesOf(table, timeFields));
}

function isMetricName(name: string): boolean {
  const last =
    /[\p{L}]+[^\p{L}]*$/u
      .exec(name)?.[0]
      .replaceAll(/[^\p{L}]/gu, '')
      .toLowerCase() ?? '';
  const isPart = PART_NAMES.has(last) && metricWordsOf(last).length === 0;
  return metricWordsOf(name).length > 0 && !isPart;
}

function textsOf(table: SampleTable, name: string): string[] {
  return table.column(name).map((value) => (typeof value === 'string' ? value.trim() : ''));
}

function timesOf(table: SampleTable, fields: readonly string[]): string[] {
  const columns = fields.map((name) => table.lineColumn(name));
  return table.lineColumn(fields[0] ?? '').map((_, row) => columns.map((column) => column[row]).join(' '));
}

function areWords(texts: readonly string[]): boolean {
  const held = texts.filter((text) => text !== '');
  const words = held.filter((text) => /\p{L}/u.test(text) && splitUnit(text) === null);
  return 2 * words.length > held.length;
}

/** Whether each key has one value in all of its rows, of which there are several. */
function dependsOn(values: readonly string[], keys: readonly string[]): boolean {
  const known = new Map<string, string>();
  for (const [row, key] of keys.entries()) {
    const value = values[row]!;
    if ((known.get(key) ?? value) !== value) return false;
    known.set(key, value);
  }
  return 2 * known.size <= values.length;
}

/** Whether each value comes once at each time, of which there are several. */
function fillsGrid(values: readonly string[], distinct: number, times: readonly string[]): boolean {
  const count = new Set(times).size;
  const places = new Set(values.map((value, row) => `${times[row]} ${value}`)).size;
  return count > 1 && places === values.length && values.length >= FULL * count * distinct;
}
