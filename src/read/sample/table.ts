import { eachField, own } from '../lines/json-text.js';
import type { JsonObject } from '../lines/json-text.js';
import type { Layout } from '../lines/plan.js';

/** Rows that show what the fields of a file are. */
export const TABLE_ROWS = 1024;

/** Longer texts are cut: they are neither times nor numbers. */
const MOST_TEXT = 256;

/** The raw fields of the first rows of a file, by which it is decided how to read it. */
export class SampleTable {
  /** Of rows, or of the lines of minute-batches, in order of appearance. */
  readonly lineNames: readonly string[];
  /** Of rows, or of the items of minute-batches. */
  readonly names: readonly string[];
  /** How many rows, or items, there are. */
  readonly length: number;
  readonly #lines: readonly JsonObject[];
  readonly #items: readonly JsonObject[];
  readonly #header: readonly string[] | null;

  /** Rows are both lines and items. `header`: the names of CSV; null: JSON has them in its rows. */
  constructor(lines: readonly JsonObject[], items: readonly JsonObject[], header: readonly string[] | null) {
    this.#lines = lines;
    this.#items = items;
    this.#header = header;
    this.length = items.length;
    this.lineNames = header ?? namesOf(lines);
    this.names = lines === items ? this.lineNames : namesOf(items);
  }

  /** What each row has in a field of its own, or of the line it is on; undefined where it lacks the field. */
  lineColumn(name: string): unknown[] {
    return this.#lines.map((line) => own(line, name));
  }

  /** What each row, or item, has in a field; undefined where it lacks the field. CSV has text, JSON any value. */
  column(name: string): unknown[] {
    return this.#items.map((item) => own(item, name));
  }

  /** The rows, or items, for which this holds; all if it holds for none. */
  where(holds: (row: number) => boolean): SampleTable {
    const kept = [...this.#items.keys()].filter(holds);
    if (kept.length === 0 || kept.length === this.length) return this;
    const lines = kept.map((row) => this.#lines[row]!);
    const items = this.#lines === this.#items ? lines : kept.map((row) => this.#items[row]!);
    return new SampleTable(lines, items, this.#header);
  }
}

function namesOf(rows: readonly JsonObject[]): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return [...names];
}

/** A sampled file. */
export interface SampledTable {
  readonly file: string;
  readonly layout: Layout;
  readonly table: SampleTable;
}

/** Collects the rows of a sample. */
export class TableBuilder {
  readonly #lines: JsonObject[] = [];
  readonly #items: JsonObject[] = [];

  get length(): number {
    return this.#items.length;
  }

  /** Takes a row of CSV with its header. */
  addFields(header: readonly string[], fields: readonly string[]): void {
    const row = Object.create(null) as Record<string, unknown>; // a column may be called __proto__
    for (const [i, name] of header.entries()) {
      const field = fields[i];
      if (field !== undefined && !Object.hasOwn(row, name)) row[name] = field.slice(0, MOST_TEXT);
    }
    this.addItem(row, row);
  }

  /** Takes a row of JSON; fields of objects in it are named by their path. */
  addRow(row: JsonObject): void {
    const flat = Object.create(null) as Record<string, unknown>;
    eachField(row, (path, value) => (flat[path] = value));
    this.addItem(flat, flat);
  }

  /** Takes an item of a minute-batch with its line. */
  addItem(line: JsonObject, item: JsonObject): void {
    this.#lines.push(line);
    this.#items.push(item);
  }

  table(layout: Layout, header: readonly string[] | null): SampleTable {
    return new SampleTable(this.#lines, layout === 'rows' ? this.#lines : this.#items, header);
  }
}
