import { csvField } from '../core/csv-field.js';
import { oneLine } from '../core/one-line.js';
import type { Estimate } from '../core/statistics.js';
import {
  estimateParts,
  type EstimateParts,
  type Format,
  markdownText,
  partsText,
  shortened,
  speedupParts,
} from './format.js';
import { estimateMarkup, figureMarkup, valueOf, type Shown } from './figures.js';
import { markup, type Content, type Markup } from './html/markup.js';

/* A report's table is a list of columns, defined once; every table is rendered as text, CSV, Markdown and HTML. */

/** A value of a table in all its forms. */
export interface Cell {
  /** For CSV: the value, and the bounds of its interval where the column has them. */
  readonly fields: readonly (number | string | null)[];
  readonly text: string;
  readonly html: Content;
}

export interface Heading {
  /** For people. */
  readonly title: string;
  /** For CSV, with its unit: `p50_ms`. */
  readonly key: string;
  /** In CSV, two more fields with the bounds of an interval: `p50_low_ms` and `p50_high_ms`. */
  readonly hasBounds?: boolean;
  /** Words are aligned to the left, figures to the right. */
  readonly isWords?: boolean;
}

/** A column of a table whose rows are made of `Row`s. */
export interface Column<Row> extends Heading {
  readonly cell: (row: Row) => Cell;
}

export interface Table {
  readonly columns: readonly Heading[];
  /** `[rows][columns]` */
  readonly rows: readonly (readonly Cell[])[];
}

export function tableOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Table {
  return { columns, rows: rows.map((row) => columns.map(({ cell }) => cell(row))) };
}

/** A column of names or words, cut to `length` characters on a terminal and in Markdown. */
export function words<Row>(
  title: string,
  key: string,
  of: (row: Row) => string,
  length = Infinity,
): Column<Row> {
  return { title, key, isWords: true, cell: (row) => textCell(shortened(of(row), length), of(row)) };
}

/** A column of figures; a page may need another format than text, since what it shows is checked. */
export function figure<Row>(
  title: string,
  key: string,
  format: Format,
  of: (row: Row) => Shown<number | null>,
  pageFormat = format,
): Column<Row> {
  return { title, key, isWords: false, cell: (row) => numberCell(of(row), format, pageFormat) };
}

/** A column of figures with their intervals. */
export function estimate<Row>(
  title: string,
  key: string,
  format: Format,
  of: (row: Row) => Shown<Estimate | null>,
): Column<Row> {
  return estimateColumn(title, key, of, (found) => estimateParts(found, format));
}

/** A column of speed-ups with their intervals. */
export function speedup<Row>(
  title: string,
  key: string,
  of: (row: Row) => Shown<Estimate | null>,
): Column<Row> {
  return estimateColumn(title, key, of, speedupParts);
}

function estimateColumn<Row>(
  title: string,
  key: string,
  of: (row: Row) => Shown<Estimate | null>,
  partsOf: (found: Estimate) => EstimateParts,
): Column<Row> {
  return { title, key, hasBounds: true, isWords: false, cell: (row) => estimateCell(of(row), partsOf) };
}

export function textCell(text: string, html: Content = text): Cell {
  return { fields: [text], text, html };
}

/** Shown where there is no figure; in CSV such a field is empty. */
const NONE = '–';

export function numberCell(shown: Shown<number | null>, format: Format, pageFormat = format): Cell {
  const value = valueOf(shown);
  return {
    fields: [value],
    text: value === null ? NONE : format(value),
    html: figureMarkup(shown, pageFormat),
  };
}

function estimateCell(shown: Shown<Estimate | null>, partsOf: (found: Estimate) => EstimateParts): Cell {
  const found = valueOf(shown);
  return {
    fields: found === null ? [null, null, null] : [found.value, found.low, found.high],
    text: found === null ? NONE : partsText(partsOf(found)),
    html: estimateMarkup(shown, partsOf),
  };
}

/** Lines for a terminal: columns of words to the left, figures to the right. */
export function tableLines(table: Table): string[] {
  const lines = [
    table.columns.map(({ title }) => title),
    ...table.rows.map((row) => row.map(({ text }) => text)),
  ].map((line) => line.map(oneLine));
  const isLeft = table.columns.map((_, column) => hasWords(table, column));
  const widths = table.columns.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines.map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isLeft[column] === true ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('   ')
      .trimEnd(),
  );
}

/** CSV with raw numbers. */
export function tableCsv({ columns, rows }: Table): string {
  const lines = [
    columns.flatMap(csvKeys),
    ...rows.map((row) =>
      row.flatMap(({ fields }, column) => {
        const used = columns[column]?.hasBounds === true ? fields : fields.slice(0, 1);
        return used.map((field) => (field === null ? '' : String(field)));
      }),
    ),
  ];
  return lines.map((line) => `${line.map(csvField).join(',')}\n`).join('');
}

/** `['speedup', 'speedup_low', 'speedup_high']`; a unit stays at the end. */
function csvKeys({ key, hasBounds = false }: Heading): string[] {
  const [, name = key, unit = ''] = /^(.*?)(_ms|_bytes)?$/.exec(key) ?? [];
  return hasBounds ? [key, `${name}_low${unit}`, `${name}_high${unit}`] : [key];
}

export function tableMarkdown(table: Table): string {
  const { columns, rows } = table;
  const lines = [
    columns.map(({ title }) => markdownText(title)),
    columns.map((_, column) => (hasWords(table, column) ? '---' : '--:')),
    ...rows.map((row) => row.map(({ text }) => markdownText(text))),
  ];
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('');
}

/** HTML that scrolls inside itself where the page is too narrow; the first cell of a row is its heading. */
export function tableMarkup(caption: string, table: Table): Markup {
  const kind = table.columns.map((_, column) => (hasWords(table, column) ? markup` class="words"` : null));
  const head = table.columns.map(({ title }, i) => markup`<th scope="col"${kind[i] ?? null}>${title}</th>`);
  const body = table.rows.map(([first, ...others]) => {
    const cells = others.map(({ html }, i) => markup`<td${kind[i + 1] ?? null}>${html}</td>`);
    return markup`<tr><th scope="row">${first?.html ?? null}</th>${cells}</tr>\n`;
  });
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>
`;
}

function hasWords({ columns, rows }: Table, column: number): boolean {
  return columns[column]?.isWords ?? rows.every((row) => typeof row[column]?.fields[0] !== 'number');
}
