import { eachField } from '../lines/json-fields.js';
import type { JsonObject } from '../text/json-value.js';
import type { LineMarks } from '../lines/marks.js';
import type { FileFormat, Layout } from '../lines/plan.js';
import { Column } from './column.js';

/** Rows that show what the fields of a file are. */
export const TABLE_ROWS = 1024;

/** Longer texts are cut: they are neither times nor numbers. */
const MOST_TEXT = 256;

/** Columns by their names, in order of appearance; one that the last rows lack is shorter. */
type Columns = ReadonlyMap<string, Column>;

/** The raw fields of the first rows of a file, by which it is decided how to read it. */
export class SampleTable {
  /** Of rows, or of the lines of minute-batches, in order of appearance. */
  readonly lineNames: readonly string[];
  /** Of rows, or of the items of minute-batches. */
  readonly names: readonly string[];
  /** How many rows, or items, there are. */
  readonly length: number;
  readonly #lines: Columns;
  readonly #items: Columns;

  /** Whether there are names without a value, as a header has them. */
  readonly hasHeader: boolean;

  /** Rows are both lines and items. */
  constructor(lines: Columns, items: Columns, length: number, hasHeader: boolean) {
    this.hasHeader = hasHeader;
    this.#lines = lines;
    this.#items = items;
    this.length = length;
    this.lineNames = [...lines.keys()];
    this.names = lines === items ? this.lineNames : [...items.keys()];
  }

  /** What each row has in a field of its own, or of the line it is on; undefined where it lacks the field. */
  lineColumn(name: string): readonly unknown[] {
    return this.#whole(this.#lines.get(name));
  }

  /** What each row, or item, has in a field; undefined where it lacks the field. CSV has text, JSON any value. */
  column(name: string): readonly unknown[] {
    return this.#whole(this.#items.get(name));
  }

  /** The rows, or items, for which this holds; all if it holds for none. */
  where(holds: (row: number) => boolean): SampleTable {
    const kept: number[] = [];
    for (let row = 0; row < this.length; row++) if (holds(row)) kept.push(row);
    if (kept.length === 0 || kept.length === this.length) return this;
    const lines = rowsOf(this.#lines, kept, this.hasHeader);
    const items = this.#lines === this.#items ? lines : rowsOf(this.#items, kept, this.hasHeader);
    return new SampleTable(lines, items, kept.length, this.hasHeader);
  }

  /** The values of all rows; the last ones may lack the field. */
  #whole(column: Column | undefined): readonly unknown[] {
    const values = column?.values ?? [];
    if (values.length === this.length) return values;
    return [...values, ...new Array<undefined>(this.length - values.length).fill(undefined)];
  }
}

function rowsOf(columns: Columns, rows: readonly number[], hasHeader: boolean): Columns {
  const kept = new Map<string, Column>();
  for (const [name, { values: all }] of columns) {
    const values = rows.map((row) => all[row]);
    if (hasHeader || values.some((value) => value !== undefined)) kept.set(name, Column.of(values));
  }
  return kept;
}

/** A sampled file. */
export interface SampledTable {
  readonly file: string;
  readonly layout: Layout;
  readonly format: FileFormat;
  /** CSV only. */
  readonly delimiter: string;
  readonly marks: LineMarks;
  readonly table: SampleTable;
}

/** Collects the rows of a sample. */
export class TableBuilder {
  readonly #lines = new Map<string, Column>();
  readonly #items = new Map<string, Column>();
  /** CSV only: a column per name of the header. */
  #columns: readonly Column[] | null = null;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Takes a row of CSV with the header of all; of several fields of one name the first one counts. */
  addFields(header: readonly string[], fields: readonly string[]): void {
    const row = this.#length++;
    this.#columns ??= header.map((name) => columnOf(this.#lines, name));
    for (let i = 0; i < header.length; i++) {
      const column = this.#columns[i]!;
      if (column.length > row) continue;
      column.push(fields[i]?.slice(0, MOST_TEXT));
    }
  }

  /** Takes a row of JSON; fields of objects in it are named by their path. */
  addRow(fields: JsonObject): void {
    const row = this.#length++;
    eachField(fields, (path, value) => put(this.#lines, path, row, value));
  }

  /** Takes an item of a minute-batch with its line. */
  addItem(line: JsonObject, item: JsonObject): void {
    const row = this.#length++;
    for (const name in line) put(this.#lines, name, row, line[name]);
    for (const name in item) put(this.#items, name, row, item[name]);
  }

  /** `header`: the names of CSV; null: JSON has them in its rows. */
  table(layout: Layout, header: readonly string[] | null): SampleTable {
    for (const name of header ?? []) columnOf(this.#lines, name);
    const items = layout === 'rows' ? this.#lines : this.#items;
    return new SampleTable(this.#lines, items, this.#length, header !== null);
  }
}

/** JSON can have new names in every row; of so many, later ones name neither time nor target. */
const MOST_NAMES = 10_000;

function put(columns: Map<string, Column>, name: string, row: number, value: unknown): void {
  if (columns.size >= MOST_NAMES && !columns.has(name)) return;
  const column = columnOf(columns, name);
  while (column.length < row) column.push(undefined);
  if (column.length === row) column.push(value);
  else column.replace(value);
}

function columnOf(columns: Map<string, Column>, name: string): Column {
  let column = columns.get(name);
  if (column === undefined) columns.set(name, (column = new Column()));
  return column;
}
