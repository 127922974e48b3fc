import { AiopsError } from '../core/errors.js';
import type { ParseTime } from '../core/time.js';
import type { Reject } from '../core/types.js';
import { findDelimiter, splitFields } from './csv-fields.js';
import { countValue, listedValues } from './field-values.js';
import type { FieldValues } from './field-values.js';
import { findNamedFields } from './fields.js';
import type { NamedFields } from './fields.js';
import { StepCounter } from './interval.js';
import { isObject, own, parseJsonLine } from './json-line.js';
import type { LineCursor } from './lines.js';
import type { ReadOptions } from './options.js';
import type { FileFormat, Layout } from './plan.js';

/** Records that show what the fields are. */
const FIELD_RECORDS = 1024;
/** Records by which a JSONL file has shown the names of time, target and label. */
const NAME_RECORDS = 100;
/** Records after which the interval is taken from what there is. */
const MAX_RECORDS = 65_536;
const CLEAR_STEPS = 32;
/** The same for an input that keeps us waiting: three records of one target will do. */
const CLEAR_STEPS_LIVE = 2;

const SHOWN_TEXT = 60;

/** What to do about a line that no format could read. */
export function unreadHint(reason: Reject['reason']): string {
  return reason === 'line_too_long'
    ? 'a recording has a line for each record or each minute: check the line ends, or raise --max-line'
    : 'a recording is UTF-8 text; from Latin-1: iconv -f LATIN1 -t UTF-8';
}

/** What the beginning of a file showed. */
export interface FileSample {
  readonly file: string;
  readonly format: FileFormat;
  readonly layout: Layout;
  readonly delimiter: string;
  /** CSV only. */
  readonly header: readonly string[];
  /** Null where there was no record. */
  readonly fields: NamedFields | null;
  /** By name in the file, in order of appearance; without time, target and label. */
  readonly metrics: ReadonlyMap<string, FieldValues>;
  /** Batches only: what the places of lists of values are called. */
  readonly listed: readonly string[];
  readonly steps: StepCounter;
  /** Lines with anything on them, a header not counted. */
  readonly lines: number;
  /** Number of the last of them. */
  readonly lastLine: number;
  /** JSONL only: the beginning of the first of them. */
  readonly firstLine: string;
  /** The first line that no format could read. */
  readonly unread: Reject | null;
}

type Fields = Readonly<Record<string, unknown>>;

interface SampleRow {
  readonly line: Fields;
  readonly item: Fields;
  /** Where the metrics are; null: among the item's fields. */
  readonly values: Fields | null;
  /** Whether the names of the values were made up. */
  readonly isListed: boolean;
}

export interface SampledInput {
  readonly file: string;
  /** What its records are called when no field names their target. */
  readonly series: string;
  /** Null: tell it from the first line. */
  readonly format: FileFormat | null;
  /** Bytes of lines to look at, at most. */
  readonly maxBytes: number;
}

/** Looks at the lines of one file until its columns and its interval are clear. */
export class Sampler {
  readonly #options: ReadOptions;
  readonly #file: string;
  readonly #series: string;
  readonly #maxBytes: number;
  readonly #parseTime: ParseTime;
  readonly #steps = new StepCounter();
  readonly #metrics = new Map<string, FieldValues>();
  /** The same for values that came as lists; these names count only where there are no others. */
  readonly #listed = new Map<string, FieldValues>();
  #format: FileFormat | null = null;
  #layout: Layout = 'rows';
  #delimiter = ',';
  #header: readonly string[] | null = null;
  #fields: NamedFields | null = null;
  #waiting: SampleRow[] = [];
  #records = 0;
  #lines = 0;
  #lastLine = 0;
  #firstLine = '';
  #unread: Reject | null = null;
  #bytes = 0;

  constructor(input: SampledInput, options: ReadOptions, parseTime: ParseTime) {
    this.#file = input.file;
    this.#series = input.series;
    this.#format = input.format;
    this.#maxBytes = input.maxBytes;
    this.#options = options;
    this.#parseTime = parseTime;
  }

  /** Takes in lines from the cursor's block until there are enough or no more. */
  read(cursor: LineCursor): void {
    while (!this.isEnough && cursor.advance()) {
      this.#lastLine = cursor.line;
      this.#bytes += cursor.end - cursor.start;
      this.#line(cursor.block.slice(cursor.start, cursor.end));
    }
  }

  /**
   * A line that no format could read matters to nobody here, unless it was to name the columns.
   *
   * @throws AiopsError `input_unusable`
   */
  passOver(reject: Reject): void {
    const { source, reason, message } = reject;
    this.#unread ??= reject;
    this.#lastLine = source.line;
    if (this.#header !== null || this.#format === 'jsonl') return;
    throw new AiopsError(
      'input_unusable',
      `${this.#file}:${source.line}: the header cannot be read: ${message}`,
      {
        hint: unreadHint(reason),
      },
    );
  }

  get isEnough(): boolean {
    if (this.#lines >= MAX_RECORDS || this.#bytes >= this.#maxBytes) return true;
    return this.#records >= FIELD_RECORDS && this.#isIntervalClear(CLEAR_STEPS);
  }

  /** Whether what there is would do for an input that does not give more at the moment. */
  wouldDo(): boolean {
    if (this.#waiting.length > 0) this.#settle();
    const numeric = [...this.#metrics.values(), ...this.#listed.values()].some(({ numbers }) => numbers > 0);
    return numeric && this.#isIntervalClear(CLEAR_STEPS_LIVE);
  }

  /** @throws AiopsError `input_unusable` when a named column or the time is not among the fields */
  finish(): FileSample {
    if (this.#waiting.length > 0 || (this.#header !== null && this.#lines > 0)) this.#settle();
    return {
      file: this.#file,
      format: this.#format ?? 'csv',
      layout: this.#layout,
      delimiter: this.#delimiter,
      header: this.#header ?? [],
      fields: this.#fields,
      metrics: this.#metrics.size > 0 ? this.#metrics : this.#listed,
      listed: [...this.#listed.keys()],
      steps: this.#steps,
      lines: this.#lines,
      lastLine: this.#lastLine,
      firstLine: this.#firstLine,
      unread: this.#unread,
    };
  }

  #isIntervalClear(minSteps: number): boolean {
    return this.#options.interval !== 'auto' || this.#steps.isClear(minSteps);
  }

  #line(text: string): void {
    this.#format ??= /^\s*[[{]/.test(text) ? 'jsonl' : 'csv';
    if (this.#format === 'jsonl') {
      if (this.#lines++ === 0) this.#firstLine = text.slice(0, SHOWN_TEXT);
      this.#json(text);
    } else if (this.#header === null) {
      this.#delimiter = findDelimiter(text);
      const split = splitFields(text, this.#delimiter);
      this.#header = 'fields' in split ? split.fields.map((name) => name.trim()) : [text];
    } else {
      this.#lines++;
      const split = splitFields(text, this.#delimiter);
      if ('fields' in split && split.fields.length === this.#header.length) this.#csv(split.fields);
    }
  }

  #csv(values: readonly string[]): void {
    const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    this.#header?.forEach((name, i) => {
      fields[name] = values[i];
    });
    this.#row({ line: fields, item: fields, values: null, isListed: false });
  }

  #json(text: string): void {
    const line = parseJsonLine(text);
    if (!isObject(line)) return;
    const items = own(line, 'items');
    if (this.#records === 0) this.#layout = Array.isArray(items) ? 'batches' : 'rows';
    if (this.#layout === 'rows') {
      const nested = own(line, 'values');
      this.#row({ line, item: line, values: isObject(nested) ? nested : null, isListed: false });
      return;
    }
    if (!Array.isArray(items)) return;
    for (const item of items as unknown[]) {
      if (!isObject(item)) continue;
      const values = own(item, 'values');
      const isNamed = isObject(values);
      this.#row({
        line,
        item,
        values: isNamed ? values : listedValues(values, this.#options),
        isListed: !isNamed,
      });
    }
  }

  #row(row: SampleRow): void {
    this.#records++;
    if (this.#fields !== null) {
      this.#count(row, this.#fields);
      return;
    }
    this.#waiting.push(row);
    if (this.#format === 'csv' || this.#waiting.length >= NAME_RECORDS) this.#settle();
  }

  #settle(): void {
    const rows = this.#waiting;
    this.#waiting = [];
    const line = new Set(rows.flatMap((row) => Object.keys(row.line)));
    const item = new Set(rows.flatMap((row) => Object.keys(row.item)));
    const seen =
      this.#format === 'csv'
        ? { line: this.#header ?? [], item: this.#header ?? [] }
        : { line: [...line], item: [...item] };
    this.#fields ??= findNamedFields(this.#file, seen, this.#options);
    for (const row of rows) this.#count(row, this.#fields);
  }

  #count(row: SampleRow, { time, target, label }: NamedFields): void {
    const at = own(row.line, time);
    const timeMs = typeof at === 'string' || typeof at === 'number' ? this.#parseTime(at) : NaN;
    const name = target === null ? this.#series : own(row.item, target);
    const isName = typeof name === 'string' || typeof name === 'number';
    if (!Number.isNaN(timeMs) && isName) this.#steps.see(String(name), timeMs);
    if (this.#records > FIELD_RECORDS) return;
    if (row.values !== null) {
      const metrics = row.isListed ? this.#listed : this.#metrics;
      for (const [field, value] of Object.entries(row.values)) countValue(metrics, field, value);
    }
    // The items of a batch have all their metrics in `values`.
    if (this.#layout === 'batches') return;
    for (const [field, value] of Object.entries(row.item)) {
      const isNamed = field === time || field === target || field === label;
      if (!isNamed && value !== row.values) countValue(this.#metrics, field, value);
    }
  }
}
