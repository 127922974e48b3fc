import { plural } from '../../core/count-text.js';
import { AiopsError, type Notice } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import { splitFields } from '../text/split-fields.js';
import { ExportLines } from './export-lines.js';
import type { ExportFormat, ExportInput, ExportTable, Translation } from './export.js';
import { InfluxTable } from './influx-table.js';
import { byLabels, givenLabels, listed, mixedLabels } from './mixed-labels.js';

/** What queries in Flux give (https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv/). */
export const INFLUXDB: ExportFormat = {
  name: 'influxdb',
  what: 'annotated CSV of InfluxDB',
  evidence: 'it begins with annotations, or with the columns result and table',
  isBySeries: true,
  needsEnd: true,
  begins: (head) => BEGINNING.test(head),
  translate: (input) => new InfluxExport(input),
};

const BEGINNING =
  /^\uFEFF?(?:#datatype,(?:string|long|double|boolean|dateTime|unsignedLong|duration)\b|#group(?:,(?:true|false))+\s*$|#default,|,result,table,|,error,reference)/;

/** Writes each row of each table as a record: its time, its tags, and its value as `measurement_field`. */
class InfluxExport implements Translation {
  table: ExportTable | null = null;
  readonly metrics = new Set<string>();
  readonly #file: string;
  readonly #input: ExportInput;
  readonly #lines: ExportLines;
  readonly #given: readonly string[] | null;
  readonly #timeColumn: string;
  /** By their names, of the table whose header comes next. */
  #annotations = new Map<string, readonly string[]>();
  /** Null: the next line that is no annotation is a header. */
  #current: InfluxTable | 'error' | null = null;
  #header = '';
  /** The lines of a record whose quoted field is still open. */
  #open = '';
  #first: InfluxTable | null = null;
  #result: string | null = null;
  #tables = 0;
  #records = 0;
  readonly #ignored = new Set<string>();

  constructor(input: ExportInput) {
    this.#file = input.file;
    this.#input = input;
    this.#given = givenLabels(input.options);
    this.#timeColumn = input.options.timeColumn ?? '_time';
    this.#lines = new ExportLines(input, (line) => this.#translate(line));
  }

  get found(): string {
    const tags = this.#first?.tags ?? null;
    const names = tags === null ? 'its columns' : tags.length === 0 ? 'no tags' : `tags ${tags.join(', ')}`;
    return `${plural(this.#tables, 'table')}, ${names}`;
  }

  get notices(): readonly Notice[] {
    if (this.#ignored.size === 0) return [];
    const names = listed([...this.#ignored]);
    return [{ level: 'info', text: `ignored in ${this.#file}: ${names} (no numbers)` }];
  }

  push(bytes: Buffer): void {
    this.#lines.push(bytes);
  }

  end(): void {
    this.#lines.end();
    if (this.#open !== '') throw this.#unusable('is cut off: a quoted field does not end', 'query it again');
    if (this.#current === 'error') throw this.#unusable('is an error of InfluxDB', 'correct the query');
    if (this.#records === 0)
      throw this.#unusable(
        'has no record with a number',
        'check the bucket, the range() and the filters of the query',
      );
  }

  #translate(line: string): string {
    const text = this.#open + line;
    if (text === '') return this.#endTable();
    const split = splitFields(text, ',');
    if ('problem' in split && split.problem === 'open' && text.length <= this.#input.options.maxLineBytes) {
      this.#open = `${text}\n`;
      return '';
    }
    this.#open = '';
    if (!('fields' in split)) return `${text}\n`;
    const { fields } = split;
    if (text.startsWith('#')) return this.#annotate(fields);
    if (this.#current === null) return this.#begin(text, fields);
    return text === this.#header ? '\n' : this.#row(this.#current, text, fields);
  }

  #endTable(): string {
    this.#current = null;
    this.#annotations = new Map();
    return '\n';
  }

  #annotate([name = '', ...values]: readonly string[]): string {
    if (this.#current !== null) this.#endTable();
    this.#annotations.set(name, ['', ...values]);
    return '\n';
  }

  #begin(text: string, header: readonly string[]): string {
    this.#header = text;
    if (header.includes('error') && header.includes('reference')) {
      this.#current = 'error';
      return '\n';
    }
    const form = {
      header,
      types: this.#annotations.get('#datatype') ?? null,
      groups: this.#annotations.get('#group') ?? null,
      defaults: this.#annotations.get('#default') ?? [],
    };
    const table = new InfluxTable(form, this.#timeColumn, this.#given);
    this.#current = table;
    this.#tables++;
    table.ignored.forEach((name) => this.#ignored.add(name));
    if (!table.hasTime)
      throw this.#unusable(
        `has no column ${this.#timeColumn}`,
        'an aggregate over all time drops it: use aggregateWindow() in the query, or name another one with --time-column',
      );
    this.#compare(table);
    return '\n';
  }

  #compare(table: InfluxTable): void {
    const first = (this.#first ??= table);
    if (this.table === null) {
      const { tags } = table;
      const targets = tags === null ? {} : { targetColumns: byLabels(tags) };
      this.table = {
        format: 'jsonl',
        defaults: { timeColumn: this.#timeColumn, labelColumn: 'none', ...targets },
      };
    }
    if (this.#given !== null || first.tags === null || first.tags.join('\n') === table.tags?.join('\n'))
      return;
    const keep = 'query one measurement at a time, or give all the same tags with keep(columns: […])';
    throw mixedLabels(
      this.#file,
      [
        { what: 'table 1', names: first.tags },
        { what: `table ${this.#tables}`, names: table.tags ?? [] },
      ],
      keep,
    );
  }

  #row(table: InfluxTable | 'error', text: string, cells: readonly string[]): string {
    if (table === 'error') {
      const after = this.#records === 0 ? '' : `, after ${plural(this.#records, 'record')}`;
      const said = cells.filter((cell) => cell !== '').join(', ');
      throw this.#unusable(
        `holds an error of InfluxDB in place of data${after}: ${oneLine(said)}`,
        'correct the query',
      );
    }
    if (cells.length !== table.width) return `${text}\n`;
    if (!table.hasMetric) return '\n';
    const result = table.result(cells);
    this.#result ??= result;
    if (result !== this.#result)
      throw this.#unusable(
        `holds several results, ${oneLine(this.#result)} and ${oneLine(result)}`,
        'keep one yield() in the query, or save each result in a file of its own',
      );
    this.#records++;
    return table.record(cells, this.metrics);
  }

  #unusable(what: string, hint: string): AiopsError {
    return new AiopsError('input_unusable', `${this.#file} ${what}`, { hint });
  }
}
