import type { ParseTime } from '../../core/time.js';
import type { Reject } from '../../core/types.js';
import { isObject, own } from '../lines/json-text.js';
import type { JsonObject } from '../lines/json-text.js';
import { LineCursor } from '../lines/lines.js';
import { LateFields, ROLE } from '../lines/plan.js';
import type { FileFormat, FilePlan, Layout } from '../lines/plan.js';
import { LineAssembler, rowReader } from '../lines/reader.js';
import { targetOf } from '../lines/records.js';
import type { FoundRow, RowSink } from '../lines/records.js';
import type { ReadOptions } from '../options.js';
import { SampledRecords } from './field-values.js';
import { StepCounter } from './interval.js';
import { decideFields } from './decide.js';
import type { FileFields } from './decide.js';
import { HeadReader } from './head.js';

/** Records that show what the fields are. */
const FIELD_RECORDS = 1024;
/** Lines after which the interval is taken from what has been seen. */
const MAX_LINES = 65_536;
const CLEAR_STEPS = 32;
/** The same for an input that keeps us waiting: three records of one target will do. */
const CLEAR_STEPS_LIVE = 2;

/** What the beginning of a file showed. */
export interface FileSample {
  readonly file: string;
  readonly format: FileFormat;
  readonly layout: Layout;
  readonly delimiter: string;
  /** CSV only. */
  readonly header: readonly string[];
  /** Null if there was no record. */
  readonly fields: FileFields | null;
  /** By their names in the file, without time, target and label. */
  readonly sampled: SampledRecords;
  /** Batches only: the names of values in lists. */
  readonly listed: readonly string[];
  readonly steps: StepCounter;
  /** Lines that are not blank, without the header. */
  readonly lines: number;
  readonly lastLine: number;
  /** JSONL only: the beginning of the first line. */
  readonly firstLine: string;
  /** The first line that is too long, or not text. */
  readonly unread: Reject | null;
}

export interface SampledInput {
  readonly file: string;
  /** The target of its records if no field names one. */
  readonly series: string;
  /** Null: detect it from the first line. */
  readonly format: FileFormat | null;
  /** Offset of the first byte. */
  readonly byteOffset: number;
  /** How many bytes to look at, at most. */
  readonly maxBytes: number;
}

/**
 * Reads the beginning of one file until its columns and interval are clear: first the names of its fields, then, from
 * the start again, its rows, with the reader that will read the whole file.
 */
export class Sampler {
  /** The chunks that were read. */
  readonly chunks: Buffer[] = [];
  readonly #input: SampledInput;
  readonly #options: ReadOptions;
  readonly #parseTime: ParseTime;
  readonly #head: HeadReader;
  #lines: LineAssembler;
  /** Null until the names are clear. */
  #rows: RowSampler | null = null;

  constructor(input: SampledInput, options: ReadOptions, parseTime: ParseTime) {
    this.#input = input;
    this.#options = options;
    this.#parseTime = parseTime;
    this.#head = new HeadReader(input.file, input.format, options, MAX_LINES);
    this.#lines = new LineAssembler(this.#head, input.byteOffset);
  }

  /** @throws AiopsError `input_unusable` if the header or the time column cannot be found */
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.#lines.push(chunk);
    if (this.#rows === null && this.#head.isDone) this.#readRows();
  }

  get isEnough(): boolean {
    return this.#rows?.isEnough ?? this.#head.isDone;
  }

  /** Whether what was read is enough for an input from which nothing more comes at the moment. */
  get wouldDo(): boolean {
    if (this.#rows !== null) return this.#rows.wouldDo;
    const lines = this.#lines;
    if (this.#readRows()?.wouldDo === true) return true;
    // Rows that are still to come may show more.
    this.#rows = null;
    this.#lines = lines;
    return false;
  }

  /** @throws AiopsError `input_unusable` if there is no time column, or not one that a flag names */
  finish(hasEnded: boolean): FileSample {
    this.#readRest(hasEnded);
    if (this.#rows === null) {
      this.#readRows();
      this.#readRest(hasEnded);
    }
    const head = this.#head;
    const rows = this.#rows;
    const { cursor } = rows ?? head;
    return {
      file: this.#input.file,
      format: head.format ?? 'csv',
      layout: head.layout,
      delimiter: head.delimiter,
      header: head.header ?? [],
      fields: rows?.fields ?? null,
      sampled: rows?.sampled ?? new SampledRecords(),
      listed: rows?.listed.names ?? [],
      steps: rows?.steps ?? new StepCounter(),
      lines: cursor.found - (head.header === null ? 0 : 1),
      // A long line at the end is rejected before the cursor gets there.
      lastLine: Math.max(cursor.line, rows?.rejectedLine ?? 0),
      firstLine: head.firstLine,
      unread: head.unread,
    };
  }

  /** Starts over with the reader of rows, if there is a row to name the fields. */
  #readRows(): RowSampler | null {
    if (this.#rows !== null || !this.#head.hasRow) return this.#rows;
    const fields = decideFields(
      { file: this.#input.file, table: this.#head.table },
      this.#options,
      this.#parseTime,
    );
    this.#rows = new RowSampler(this.#input, this.#head, fields, this.#options, this.#parseTime);
    const reader = rowReader(this.#rows.plan, this.#rows, { parseTime: this.#parseTime });
    this.#lines = new LineAssembler(reader, this.#input.byteOffset);
    for (const chunk of this.chunks) if (!this.#rows.isEnough) this.#lines.push(chunk);
    return this.#rows;
  }

  #readRest(hasEnded: boolean): void {
    if (this.isEnough) return;
    if (hasEnded) this.#lines.end();
    else this.#lines.drain();
  }
}

/** Learns from rows what the fields hold and how often records come. */
class RowSampler implements RowSink {
  readonly cursor: LineCursor;
  readonly late = new LateFields();
  /** Every field that is not time, target or label is a column; JSON adds them as they come. */
  readonly plan: FilePlan;
  readonly fields: FileFields;
  readonly steps = new StepCounter();
  /** Records whose values came in lists; their names count only if there are no others. */
  readonly listed = new SampledRecords();
  readonly #named = new SampledRecords();
  readonly #roles = new Map<string, number>();
  readonly #columns: string[] = [];
  readonly #input: SampledInput;
  readonly #options: ReadOptions;
  readonly #parseTime: ParseTime;
  /** Of the row being read: whether its values are a list, of this length. */
  #listLength: number | null = null;
  /** Number of the last line that was rejected. */
  rejectedLine = 0;
  /** Rows with a time and a target, and those without. */
  #records = 0;
  #rejected = 0;

  constructor(
    input: SampledInput,
    { format, layout, delimiter, header }: HeadReader,
    fields: FileFields,
    options: ReadOptions,
    parseTime: ParseTime,
  ) {
    this.#input = input;
    this.#options = options;
    this.#parseTime = parseTime;
    this.fields = fields;
    this.cursor = new LineCursor(input.file, options.maxLineBytes, ({ source }) => {
      this.rejectedLine = source.line;
      this.#stopIfEnough();
    });
    if (layout === 'rows') {
      this.#roles.set(fields.time, ROLE.time);
      for (const target of fields.targets) this.#roles.set(target, ROLE.target);
      if (fields.label !== null) this.#roles.set(fields.label, ROLE.label);
    }
    for (const name of header ?? []) this.#learn(name);
    this.plan = {
      file: input.file,
      format: format ?? 'csv',
      layout,
      delimiter,
      header: header ?? [],
      series: input.series,
      timeField: fields.time,
      targetFields: fields.targets,
      labelField: fields.label,
      roles: this.#roles,
      columns: this.#columns,
    };
  }

  begin(row: FoundRow, fields?: JsonObject): void {
    if (fields !== undefined && this.#records < FIELD_RECORDS) this.#learnObject(fields);
    this.late.forget();
    this.#listLength = null;
    row.problem = null;
    row.values = new Float64Array(this.#named.width).fill(NaN);
  }

  beginLists(row: FoundRow, lists: readonly unknown[]): boolean {
    const last = lists.at(-1);
    const length = Array.isArray(last) ? last.length : 0;
    for (let i = 0; i < length; i++) this.listed.indexOf(this.#options.columns?.[i] ?? `column_${i + 1}`);
    this.#listLength = length;
    row.problem = null;
    row.values = new Float64Array(lists.length * length).fill(NaN);
    return true;
  }

  beginBatch(): boolean {
    return true;
  }

  take(row: FoundRow): void {
    if (row.problem?.reason === 'bad_shape') return;
    const { time } = row;
    const isTimeLike = typeof time === 'string' || typeof time === 'number';
    const timeMs = isTimeLike ? this.#parseTime(time) : NaN;
    const target = targetOf(this.plan, row.target);
    const isWhole = !Number.isNaN(timeMs) && target !== null;
    if (isWhole) this.steps.see(target, timeMs);
    const count = isWhole ? ++this.#records : ++this.#rejected;
    if (count <= FIELD_RECORDS) {
      const facts = { isWhole, timeMs, target: target ?? '' };
      const length = this.#listLength;
      if (length === null) this.#named.add(facts, row.values);
      else this.listed.add(facts, row.values.subarray(row.values.length - length));
    }
    this.#stopIfEnough();
  }

  reject(): void {
    this.#stopIfEnough();
  }

  get isEnough(): boolean {
    const { found, block, next } = this.cursor;
    const bytes = block.byteOffset + next - this.#input.byteOffset;
    if (found >= MAX_LINES || bytes >= this.#input.maxBytes) return true;
    return this.#records >= FIELD_RECORDS && this.#isIntervalClear(CLEAR_STEPS);
  }

  get wouldDo(): boolean {
    return (this.#named.hasNumbers || this.listed.hasNumbers) && this.#isIntervalClear(CLEAR_STEPS_LIVE);
  }

  get sampled(): SampledRecords {
    return this.#named.width > 0 ? this.#named : this.listed.ofCommonestLength();
  }

  #stopIfEnough(): void {
    if (this.isEnough) this.cursor.stop();
  }

  #isIntervalClear(minSteps: number): boolean {
    return this.#options.interval !== 'auto' || this.steps.isClear(minSteps);
  }

  /** Rows may have metrics in an object called `values`; those come first. */
  #learnObject(fields: JsonObject): void {
    const nested = this.plan.layout === 'rows' ? own(fields, 'values') : null;
    if (isObject(nested)) for (const name in nested) this.#learn(name);
    for (const name in fields) if (!(name === 'values' && isObject(nested))) this.#learn(name);
  }

  #learn(name: string): void {
    if (this.#roles.has(name)) return;
    const index = this.#named.indexOf(name);
    this.#roles.set(name, index);
    this.#columns[index] = name;
  }
}
