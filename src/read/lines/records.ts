import { floorToInterval } from '../../core/time.js';
import type { ParseTime } from '../../core/time.js';
import type { Shard } from '../../core/shard.js';
import type { ExplainTime } from '../../core/skipped-time.js';
import type { Label, MinuteRecord, Reject } from '../../core/types.js';
import type { JsonObject } from './json-text.js';
import type { LineCursor, TextBlock } from './lines.js';
import { metricOfText } from './number-format.js';
import type { FilePlan, LateFields } from './plan.js';
import type { TargetFilter } from './target-filter.js';

/** Turns the lines of a block into rows. */
export interface BlockReader {
  readonly cursor: LineCursor;
  /**
   * Reads the block; returns how many of its bytes are done. Fewer than all, unless `last`, if the lines at its end
   * depend on those after them.
   */
  read(block: TextBlock, last: boolean): number;
}

/** What a reader found on a line, or in an item of it. Each reader has one and fills it again for every row. */
export class FoundRow {
  time: unknown = undefined;
  target: unknown = undefined;
  label: unknown = undefined;
  /** `[columns]`, or `[window, columns]` of an item that brings its window: NaN where missing, Infinity where bad. */
  values: Float64Array = new Float64Array(0);
  /** What is wrong with its values; null: nothing. */
  problem: ValueProblem | null = null;

  badValue(field: string, value: unknown): void {
    this.problem ??= { reason: 'bad_value', message: `${field}: ${show(value)} is not a number` };
  }
}

interface ValueProblem {
  readonly reason: 'bad_value' | 'bad_shape';
  readonly message: string;
}

/**
 * Takes the rows that a reader finds. There are two: `RecordMaker` makes records or rejects of them, and the sampler
 * learns from them what the columns are, so the sample is read exactly as the recording will be.
 */
export interface RowSink {
  readonly cursor: LineCursor;
  readonly late: LateFields;
  /** Prepares `row.values` for a new row; `fields` is the object that they come from. */
  begin(row: FoundRow, fields?: JsonObject): void;
  /** The same for values in lists, one per interval of a window. False if they have the wrong shape. */
  beginLists(row: FoundRow, lists: readonly unknown[], isWindow: boolean): boolean;
  /** Whether to go through the items of a minute-batch of this time. */
  beginBatch(time: unknown): boolean;
  /** Takes a row, or item of a line, that was found. */
  take(row: FoundRow, item?: number): void;
  /** Rejects what is not even a row. */
  reject(reason: Reject['reason'], message: string, time: unknown, item?: number): void;
}

/** What all files of a recording are read by. */
export interface ReadRules {
  readonly parseTime: ParseTime;
  readonly explainTime: ExplainTime;
  readonly intervalMs: number;
  readonly filter: TargetFilter;
  /** The shard whose records and rejects are read; null: all. */
  readonly shard: Shard | null;
  /** The shape required of two-dimensional values; null: they are not allowed. */
  readonly ownWindow: { readonly window: number } | null;
  readonly maxLineBytes: number;
  /** Must not be shared by two readings of the same lines: each would count them. */
  readonly late: LateFields;
}

/** Takes records and rejects in the order of the file. */
export interface RecordSink {
  record(record: MinuteRecord): void;
  reject(reject: Reject): void;
  /** A record of a target that is not selected, by its place. */
  filtered(line: number, item?: number): void;
}

/** Values are cut from slabs of this length: a typed array per record would cost several times as much. */
const SLAB_VALUES = 8192;
const SHOWN_TEXT = 60;

/** Makes records of rows, and rejects of rows that cannot be one. */
export class RecordMaker implements RowSink {
  readonly cursor: LineCursor;
  readonly late: LateFields;
  readonly #plan: FilePlan;
  readonly #rules: ReadRules;
  readonly #sink: RecordSink;
  readonly #width: number;
  #slab = new Float64Array(0);
  #slabUsed = 0;
  /** The next part of the slab, until a record is made of it. */
  #values: Float64Array | null = null;
  #lastTime: string | number = '';
  #lastMinuteMs = NaN;

  constructor(cursor: LineCursor, plan: FilePlan, rules: ReadRules, sink: RecordSink) {
    this.cursor = cursor;
    this.late = rules.late;
    this.#plan = plan;
    this.#rules = rules;
    this.#sink = sink;
    this.#width = plan.columns.length;
  }

  begin(row: FoundRow): void {
    this.late.forget();
    row.problem = null;
    row.values = this.#values ??= this.#nextValues();
  }

  beginLists(row: FoundRow, lists: readonly unknown[], isWindow: boolean): boolean {
    this.begin(row);
    if (isWindow) return this.#beginWindow(row, lists);
    const [list] = lists as readonly (readonly unknown[])[];
    const length = list?.length ?? 0;
    if (length === this.#width) return true;
    row.problem = badShape(`${length} values, but the recording has ${this.#width} columns`);
    return false;
  }

  beginBatch(time: unknown): boolean {
    if (!Number.isNaN(this.#minuteOf(time))) return true;
    this.#rejectTime(time, null);
    return false;
  }

  take(row: FoundRow, item?: number): void {
    const { cursor } = this;
    const target = targetOf(this.#plan, row.target);
    if (target === null) {
      this.reject('no_target', noTarget(this.#plan.targetFields, row.target), row.time, item);
      return;
    }
    if (!this.#rules.filter.selects(target)) {
      this.#sink.filtered(cursor.line, item);
      return;
    }
    const minuteMs = this.#minuteOf(row.time);
    if (Number.isNaN(minuteMs)) {
      this.#rejectTime(row.time, target);
    } else if (row.problem !== null) {
      cursor.reject(row.problem.reason, row.problem.message, { target, minuteMs }, item);
    } else {
      const { values } = row;
      const bringsWindow = values !== this.#values;
      if (!bringsWindow) this.#values = null;
      this.late.accept();
      const label = this.#plan.labelField === null ? null : labelOf(row.label);
      this.#sink.record({ minuteMs, target, values, bringsWindow, label, source: cursor.source(item) });
    }
  }

  reject(reason: Reject['reason'], message: string, time: unknown, item?: number): void {
    this.cursor.reject(reason, message, { target: null, minuteMs: this.#minuteOf(time) }, item);
  }

  #nextValues(): Float64Array {
    if (this.#slabUsed + this.#width > this.#slab.length) {
      this.#slab = new Float64Array(Math.max(SLAB_VALUES, this.#width));
      this.#slabUsed = 0;
    }
    const values = new Float64Array(this.#slab.buffer, this.#slabUsed * 8, this.#width);
    this.#slabUsed += this.#width;
    return values;
  }

  #beginWindow(row: FoundRow, lists: readonly unknown[]): boolean {
    const width = this.#width;
    const window = this.#rules.ownWindow?.window ?? null;
    const isShaped = lists.every((list) => Array.isArray(list) && list.length === width);
    if (lists.length === window && isShaped) {
      row.values = new Float64Array(window * width);
      return true;
    }
    const wanted = window === null ? 'values without a window' : `[${window}][${width}]`;
    const lengths = new Set(lists.map((list) => (Array.isArray(list) ? list.length : 'not a list')));
    row.problem = badShape(`values are [${lists.length}][${[...lengths].join(' or ')}], not ${wanted}`);
    return false;
  }

  /** Start of the interval of a time; NaN if it is not a time. Records of a minute mostly share their time. */
  #minuteOf(time: unknown): number {
    if (time === this.#lastTime) return this.#lastMinuteMs;
    if (typeof time !== 'string' && typeof time !== 'number') return NaN;
    this.#lastTime = time;
    this.#lastMinuteMs = floorToInterval(this.#rules.parseTime(time), this.#rules.intervalMs);
    return this.#lastMinuteMs;
  }

  #rejectTime(time: unknown, target: string | null): void {
    const { timeField, format } = this.#plan;
    const known = { target, minuteMs: NaN };
    const isBlank = time === '' || (format === 'csv' && String(time).trim() === '');
    if (time === undefined) this.cursor.reject('no_time', `no ${timeField}`, known);
    else if (time === null || isBlank) this.cursor.reject('no_time', `${timeField} is empty`, known);
    else {
      const isTimeLike = typeof time === 'string' || typeof time === 'number';
      const skipped = isTimeLike ? this.#rules.explainTime(time) : null;
      const message = `${timeField}: ${skipped ?? `${show(time)} is not a time`}`;
      this.cursor.reject('bad_time', message, known);
    }
  }
}

export function badShape(message: string): ValueProblem {
  return { reason: 'bad_shape', message };
}

/** Half a character, which only an escape in JSON can write; no text file could hold it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The target of a row; null if the value cannot be a name. */
export function targetOf({ targetFields, format, series }: FilePlan, value: unknown): string | null {
  if (targetFields.length === 0) return series;
  if (typeof value === 'string') {
    return value === '' || (format === 'jsonl' && LONE_SURROGATE.test(value)) ? null : value;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  // Two longer numbers may have become the same one.
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? null : String(value);
}

function noTarget(fields: readonly string[], value: unknown): string {
  const name = fields.join(' and ');
  if (value === undefined) return `no ${name}`;
  if (value === '' || value === null) return `${name} is empty`;
  return typeof value === 'number'
    ? `${name}: ${value} has more digits than a number keeps; write it as text`
    : `${name}: ${show(value)} is not a name`;
}

/** The meaning of a label: numbers and truth values become numbers, other text stays text. */
export function labelOf(value: unknown): Label {
  if (typeof value === 'number') return numberLabel(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') return jsonText(value);
  const text = value.trim();
  if (/^true$/i.test(text)) return 1;
  if (/^false$/i.test(text)) return 0;
  const number = metricOfText(text);
  return number === undefined ? text : Number.isNaN(number) ? null : numberLabel(number);
}

/** Labels are written as JSON, which has neither -0 nor infinities. */
function numberLabel(value: number): Label {
  return Number.isFinite(value) ? value + 0 : String(value);
}

/** A value for a message, cut if it is long. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : jsonText(value);
  return text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text;
}

/** `JSON.stringify` recurses where `JSON.parse` does not, so a value that was parsed may be too deep to write. */
function jsonText(value: unknown): string {
  if (typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return 'a value nested too deeply to show';
    throw error;
  }
}
