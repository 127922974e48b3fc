import { AiopsError } from '../../core/errors.js';
import type { ParseTime } from '../../core/time.js';
import type { Reject } from '../../core/types.js';
import { findDelimiter } from '../lines/csv-fields.js';
import { csvRecord, headerRules, recordRules } from '../lines/csv-record.js';
import type { CsvRules } from '../lines/csv-record.js';
import { findNamedFields } from './fields.js';
import type { NamedFields } from './fields.js';
import { StepCounter } from './interval.js';
import { targetOf } from '../lines/json-fields.js';
import { isObject, own, parseJsonLine } from '../lines/json-line.js';
import type { LineCursor } from '../lines/lines.js';
import type { ReadOptions } from '../options.js';
import type { FileFormat, Layout } from '../lines/plan.js';
import { csvRow, jsonRows, namesOfHeader, namesOfRows, timeOf } from './sample-rows.js';
import type { SampleRow } from './sample-rows.js';
import { SampledRecords } from './sampled-records.js';

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
  /** By their names in the file, without time, target and label. */
  readonly sampled: SampledRecords;
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
  readonly #named = new SampledRecords();
  /** Records whose values came as lists; their names count only where there are no others. */
  readonly #listed = new SampledRecords();
  #format: FileFormat | null = null;
  #layout: Layout = 'rows';
  #delimiter = ',';
  #header: readonly string[] | null = null;
  /** CSV only; null before the header. */
  #recordRules: CsvRules | null = null;
  #fields: NamedFields | null = null;
  #waiting: SampleRow[] = [];
  #rows = 0;
  /** Rows with a time and a target, and those without. */
  #records = 0;
  #rejected = 0;
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

  /**
   * Takes in lines from the cursor's block until there are enough or no more. False: those from the cursor's `next`
   * on can only be understood with what comes after the block, unless it is the `last`.
   */
  read(cursor: LineCursor, last: boolean): boolean {
    while (!this.isEnough && cursor.advance()) {
      const { start, line } = cursor;
      if (!this.#line(cursor, last)) {
        cursor.giveBack();
        return false;
      }
      this.#lastLine = line;
      this.#bytes += cursor.end - start;
    }
    return true;
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
    const isNumeric = this.#named.hasNumbers || this.#listed.hasNumbers;
    return isNumeric && this.#isIntervalClear(CLEAR_STEPS_LIVE);
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
      sampled: this.#named.names.length > 0 ? this.#named : this.#listed.ofCommonestLength(),
      listed: this.#listed.names,
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

  /** False when only the lines of the next block can tell what the line is. */
  #line(cursor: LineCursor, last: boolean): boolean {
    const { block, start, end } = cursor;
    const text = block.slice(start, end);
    this.#format ??= /^\s*[[{]/.test(text) ? 'jsonl' : 'csv';
    if (this.#format === 'csv') return this.#csv(cursor, text, last);
    if (this.#lines++ === 0) this.#firstLine = text.slice(0, SHOWN_TEXT);
    this.#json(text);
    return true;
  }

  #csv(cursor: LineCursor, text: string, last: boolean): boolean {
    if (this.#header === null) this.#delimiter = findDelimiter(text);
    const record = csvRecord(cursor, this.#recordRules ?? headerRules(this.#delimiter), last);
    if (record === 'more') return false;
    if ('fields' in record) cursor.line += record.lines - 1;
    if (this.#header === null) {
      const header = 'fields' in record ? record.fields.map((name) => name.trim()) : [text];
      const timeField = (): string => this.#namedFields().time;
      this.#header = header;
      this.#recordRules = recordRules(this.#delimiter, header, timeField, this.#parseTime);
      return true;
    }
    this.#lines++;
    if (!('fields' in record) || record.fields.length !== this.#header.length) return true;
    this.#row(csvRow(this.#header, record.fields));
    return true;
  }

  #json(text: string): void {
    const line = parseJsonLine(text);
    if (!isObject(line)) return;
    if (this.#rows === 0) this.#layout = Array.isArray(own(line, 'items')) ? 'batches' : 'rows';
    for (const row of jsonRows(line, this.#layout, this.#options)) this.#row(row);
  }

  #row(row: SampleRow): void {
    this.#rows++;
    if (this.#fields !== null) {
      this.#count(row, this.#fields);
      return;
    }
    this.#waiting.push(row);
    if (this.#format === 'csv' || this.#waiting.length >= NAME_RECORDS) this.#settle();
  }

  #settle(): void {
    const fields = this.#namedFields();
    const rows = this.#waiting;
    this.#waiting = [];
    for (const row of rows) this.#count(row, fields);
  }

  #namedFields(): NamedFields {
    return (this.#fields ??= findNamedFields(
      this.#file,
      this.#header === null ? namesOfRows(this.#waiting, this.#parseTime) : namesOfHeader(this.#header),
      this.#options,
    ));
  }

  #count(row: SampleRow, { time, target, label }: NamedFields): void {
    const timeMs = timeOf(row, time, this.#parseTime);
    const name = target === null ? this.#series : this.#targetOf(own(row.item, target));
    const isWhole = !Number.isNaN(timeMs) && name !== null;
    if (isWhole) {
      this.#records++;
      this.#steps.see(name, timeMs);
    } else {
      this.#rejected++;
    }
    if ((isWhole ? this.#records : this.#rejected) > FIELD_RECORDS) return;
    const { values, item, isListed } = row;
    // The items of a batch have all their metrics in `values`.
    const isBatch = this.#layout === 'batches';
    const skips = (field: string, value: unknown): boolean =>
      isBatch || field === time || field === target || field === label || value === values;
    const into = isListed ? this.#listed : this.#named;
    into.add({ isWhole, timeMs, target: name ?? '' }, item, skips, values);
  }

  /** Null for what cannot be a target's name. */
  #targetOf(value: unknown): string | null {
    if (this.#format === 'jsonl') return targetOf(value);
    const name = String(value).trim();
    return name === '' ? null : name;
  }
}
