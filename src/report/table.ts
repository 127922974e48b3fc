import { csvField } from '../core/csv-field.js';
import { oneLine } from '../core/one-line.js';
import { alignedTable } from './format.js';
import { markdownText } from './markdown-text.js';

/** A value of a table: what it is as data, and how people read it. */
export interface Cell {
  /** Null: there is none. */
  readonly value: number | string | null;
  readonly text: string;
}

export interface Column {
  /** For machines, its unit in its name: `p50_ms`. */
  readonly key: string;
  /** For people. */
  readonly title: string;
}

/** What a report shows in rows: the same cells on a terminal, as CSV and as Markdown. */
export interface Table {
  readonly columns: readonly Column[];
  /** `[rows][columns]` */
  readonly rows: readonly (readonly Cell[])[];
}

export function textCell(text: string): Cell {
  return { value: text, text };
}

export function numberCell(value: number | null, text: (value: number) => string): Cell {
  return { value, text: value === null ? '' : text(value) };
}

/** Lines for a terminal. */
export function tableLines({ columns, rows }: Table): string[] {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(({ text }) => text))];
  return alignedTable(lines.map((line) => line.map(oneLine)));
}

/** CSV by RFC 4180, numbers as they are and `key`s for a header. */
export function tableCsv({ columns, rows }: Table): string {
  const lines = [
    columns.map(({ key }) => key),
    ...rows.map((row) => row.map(({ value }) => (value === null ? '' : String(value)))),
  ];
  return lines.map((line) => `${line.map(csvField).join(',')}\n`).join('');
}

/** A Markdown table; figures stand right-aligned. */
export function tableMarkdown({ columns, rows }: Table): string {
  const rule = columns.map((_, i) => (isText(rows, i) ? '---' : '--:'));
  const lines = [
    columns.map(({ title }) => markdownText(title)),
    rule,
    ...rows.map((row) => row.map(({ text }) => markdownText(text))),
  ];
  return lines.map((line) => `| ${line.join(' | ')} |\n`).join('');
}

function isText(rows: Table['rows'], column: number): boolean {
  return rows.every((row) => typeof row[column]?.value !== 'number');
}
