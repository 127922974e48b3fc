import { AiopsError } from '../../core/errors.js';
import { DELIMITERS, splitFields } from '../text/split-fields.js';
import { ExportLines } from './export-lines.js';
import type { ExportFormat, ExportInput, ExportTable, Translation } from './export.js';
import { GrafanaSeries, seriesOf, type NamedSeries } from './grafana-series.js';
import { freeName } from './json-record.js';
import { byLabels } from './mixed-labels.js';

/**
 * The CSV of a panel (https://grafana.com/docs/grafana/latest/panels-visualizations/panel-inspector/) whose columns are
 * called after series with labels. Where they have names of their own, it is an ordinary table.
 */
export const GRAFANA: ExportFormat = {
  name: 'grafana',
  what: 'CSV of Grafana',
  evidence: 'the names of its columns are series with labels',
  isBySeries: false,
  needsEnd: true,
  begins: (head) => headerOf(head) !== null,
  translate: (input) => new GrafanaExport(input),
};

const SEPARATOR = /^"?sep=(.)"?\r?\n/i;

interface Header {
  readonly delimiter: string;
  readonly time: string;
  readonly series: readonly NamedSeries[];
}

/** What the header says, even if it is cut off; null: its columns are not a time and series with labels. */
function headerOf(head: string): Header | null {
  const text = head.replace(/^\uFEFF/, '');
  const line = text.replace(SEPARATOR, '').replace(/\r?\n?$/, '');
  const given = SEPARATOR.exec(text)?.[1];
  for (const delimiter of given === undefined ? DELIMITERS : [given]) {
    const whole = splitFields(line, delimiter);
    const cut = line.lastIndexOf(`"${delimiter}"`);
    const split = 'fields' in whole || cut < 0 ? whole : splitFields(line.slice(0, cut + 1), delimiter);
    if (!('fields' in split) || split.fields.length < 2) continue;
    const [time = '', ...columns] = split.fields;
    const series = columns.flatMap((column) => seriesOf(column) ?? []);
    if (/time/i.test(time) && seriesOf(time) === null && series.length === columns.length)
      return { delimiter, time, series };
  }
  return null;
}

/** Writes a record for each row and target: its time, its labels, and its metrics. */
class GrafanaExport implements Translation {
  table: ExportTable | null = null;
  readonly notices = [];
  readonly #input: ExportInput;
  readonly #lines: ExportLines;
  #separator = '';
  #header: Header | null = null;
  #series: GrafanaSeries | null = null;
  #rows = 0;

  constructor(input: ExportInput) {
    this.#input = input;
    this.#lines = new ExportLines(input, (line) => this.#translate(line));
  }

  get found(): string {
    const names = this.#series?.labels ?? [];
    const series = this.#header?.series.length ?? 0;
    return `${series} series, ${names.length === 0 ? 'no labels' : `labels ${names.join(', ')}`}`;
  }

  push(bytes: Buffer): void {
    this.#lines.push(bytes);
  }

  end(): void {
    this.#lines.end();
    if (this.#rows === 0) throw this.#unusable('has no rows', 'check the time range of the panel');
  }

  #translate(line: string): string {
    if (line.trim() === '') return '\n';
    if (this.#header === null || this.#series === null) return this.#begin(line);
    const { delimiter, time, series } = this.#header;
    const split = splitFields(line, delimiter);
    if (!('fields' in split)) return misfit(line);
    const [at = '', ...cells] = split.fields;
    if (at === time)
      throw this.#unusable('holds several tables', 'export the data of each query in a file of its own');
    if (cells.length !== series.length) return misfit(line);
    this.#rows++;
    return this.#records(this.#series, delimiter, at, cells);
  }

  /** A target has no record where it has no value, as series are joined by time. */
  #records({ targets }: GrafanaSeries, delimiter: string, time: string, cells: readonly string[]): string {
    const records = targets.map(({ labels, columns }) => {
      const values = columns.map((column) => (column === undefined ? '' : (cells[column] ?? '')));
      return values.every((value) => value === '') ? '' : csvLine([time, ...labels, ...values], delimiter);
    });
    return records.join('');
  }

  #begin(line: string): string {
    if (this.#separator === '' && SEPARATOR.test(`${line}\n`)) {
      this.#separator = `${line}\n`;
      return '';
    }
    const header = headerOf(this.#separator + line);
    if (header === null)
      throw this.#unusable('has columns that are no series with labels', 'read it as it is: --format csv');
    const { file, options } = this.#input;
    const series = new GrafanaSeries(file, header.series, options);
    const { labels } = series;
    const time = freeName(header.time, labels);
    const taken = [time, ...labels];
    const metrics = series.metrics.map((metric) => freeName(metric, taken));
    this.#header = header;
    this.#series = series;
    this.table = {
      format: 'csv',
      defaults: {
        ...{ delimiter: header.delimiter, skipLines: 0, timeColumn: time, labelColumn: 'none' },
        targetColumns: byLabels(labels),
      },
    };
    return csvLine([time, ...labels, ...metrics], header.delimiter);
  }

  #unusable(what: string, hint: string): AiopsError {
    return new AiopsError('input_unusable', `${this.#input.file} ${what}`, { hint });
  }
}

/** A line that is no row: in one field, so that the reader of the table rejects it. */
function misfit(line: string): string {
  return `"${line.replaceAll('"', '""')}"\n`;
}

function csvLine(cells: readonly string[], delimiter: string): string {
  const quoted = cells.map((cell) =>
    cell.includes('"') || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${quoted.join(delimiter)}\n`;
}
