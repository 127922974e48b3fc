import { MOST_METRICS } from './export.js';
import { freeName, jsonRecord } from './json-record.js';

/** A table of an answer: its columns, and what its annotations say of each; null: there are no annotations. */
export interface TableForm {
  readonly header: readonly string[];
  readonly types: readonly string[] | null;
  readonly groups: readonly string[] | null;
  readonly defaults: readonly string[];
}

/** Columns that are no tags: bounds, numbers and names of tables. */
const OWN_COLUMNS = new Set([
  '',
  'result',
  'table',
  '_start',
  '_stop',
  '_time',
  '_value',
  '_field',
  '_measurement',
]);
const NUMBERS = new Set(['double', 'long', 'unsignedLong']);

interface InfluxColumn {
  readonly name: string;
  readonly at: number;
}

/** How the rows of a table become records. */
export class InfluxTable {
  /** Columns that name the target; null: nothing shows which of the texts do. */
  readonly tags: readonly string[] | null;
  /** Columns with texts or booleans in place of numbers. */
  readonly ignored: readonly string[];
  readonly hasTime: boolean;
  readonly #form: TableForm;
  readonly #time: InfluxColumn;
  readonly #texts: readonly InfluxColumn[];
  readonly #metrics: readonly InfluxColumn[];
  readonly #places: Readonly<Record<'measurement' | 'field' | 'result', number>>;

  /** `given`: the columns that are to name the target. */
  constructor(form: TableForm, timeColumn: string, given: readonly string[] | null) {
    const { header, types, groups } = form;
    const at = (name: string): number => header.indexOf(name);
    this.#form = form;
    this.#time = { name: timeColumn, at: at(timeColumn) };
    this.hasTime = this.#time.at >= 0;
    this.#places = { measurement: at('_measurement'), field: at('_field'), result: at('result') };
    const own = header.map((name, place) => ({ name, at: place }));
    const free = own.filter(({ name }) => !OWN_COLUMNS.has(name) && name !== timeColumn);
    const isText = (column: InfluxColumn): boolean => (types?.[column.at] ?? 'string') === 'string';
    const isNumber = (column: InfluxColumn): boolean => types === null || NUMBERS.has(types[column.at] ?? '');
    const value = own.filter(({ name }) => name === '_value');
    const isPivoted = value.length === 0;
    const texts = free.filter(isText);
    const grouped = texts.filter((column) => groups?.[column.at] === 'true');
    const isKnown = !isPivoted || grouped.length > 0;
    const tags = isPivoted && isKnown ? grouped : texts;
    this.#texts = given === null ? tags : free.filter(({ name }) => given.includes(name));
    this.tags = given ?? (isKnown ? tags.map(({ name }) => name).sort() : null);
    const candidates = (isPivoted ? free : value).filter((column) => !this.#texts.includes(column));
    this.#metrics = candidates.filter(isNumber);
    this.ignored = free
      .concat(value)
      .filter(
        (column) =>
          !this.#metrics.includes(column) && !tags.includes(column) && !this.#texts.includes(column),
      )
      .map(({ name }) => name);
  }

  get width(): number {
    return this.#form.header.length;
  }

  /** Whether it has a number to read. */
  get hasMetric(): boolean {
    return this.#metrics.length > 0 || this.tags === null;
  }

  result(cells: readonly string[]): string {
    return this.#cell(cells, this.#places.result);
  }

  /** A line of JSON with the time, the tags and the metrics of a row; adds the names of those with a number to `seen`. */
  record(cells: readonly string[], seen: Set<string>): string {
    const { measurement, field } = this.#places;
    const prefix = this.#cell(cells, measurement);
    const taken = [this.#time.name, ...(this.tags ?? [])];
    const fields: (readonly [string, unknown])[] = [[this.#time.name, this.#cell(cells, this.#time.at)]];
    for (const { name, at } of this.#texts) {
      const text = this.#cell(cells, at);
      if (text !== '') fields.push([name, text]);
    }
    for (const { name, at } of this.#metrics) {
      const own = name === '_value' ? this.#cell(cells, field) : name;
      const metric = [prefix, own].filter((part) => part !== '').join('_');
      const free = freeName(metric === '' ? 'value' : metric, taken);
      const value = numberOf(this.#cell(cells, at));
      if (typeof value === 'number' && seen.size < MOST_METRICS) seen.add(free);
      fields.push([free, value]);
    }
    return jsonRecord(fields);
  }

  #cell(cells: readonly string[], at: number): string {
    const text = cells[at] ?? '';
    return text === '' ? (this.#form.defaults[at] ?? '') : text;
  }
}

/** Texts such as NaN and +Inf are left to the reader of the table. */
function numberOf(text: string): number | string | null {
  if (text === '') return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
