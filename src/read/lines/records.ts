import { floorToInterval } from '../../core/time.js';
import type { Shard } from '../../core/shard.js';
import type { ExplainTime } from '../../core/skipped-time.js';
import type { ParseTime } from '../../core/time.js';
import type { Label, MinuteRecord, Reject } from '../../core/types.js';
import type { LineCursor, TextBlock } from './lines.js';
import { metricOfText } from './number-field.js';
import type { LateFields } from './plan.js';
import type { TargetFilter } from './target-filter.js';

/** What holds for all files of a recording. */
export interface ReadRules {
  readonly parseTime: ParseTime;
  readonly explainTime: ExplainTime;
  readonly intervalMs: number;
  readonly filter: TargetFilter;
  /** Whose records and rejects are read; null: all. */
  readonly shard: Shard | null;
  /** What two-dimensional values must have; null: they are not allowed. */
  readonly ownWindow: { readonly window: number } | null;
  readonly maxLineBytes: number;
  /** Not shared by two readings of the same lines: each would count them. */
  readonly late: LateFields;
}

/** Takes what a file's lines were made into, in the file's order. */
export interface RecordSink {
  record(record: MinuteRecord): void;
  reject(reject: Reject): void;
  /** A record of a target that is not selected, by its place. */
  filtered(line: number, item?: number): void;
}

/** Turns the lines of a block into records. */
export interface BlockReader {
  readonly cursor: LineCursor;
  /**
   * Reads the block; returns how many of its bytes are done. Fewer than all, unless `last`, when the
   * lines at the end cannot be understood without those after them.
   */
  read(block: TextBlock, last: boolean): number;
}

/** Values are cut from slabs this long: a typed array of its own costs several times as much. */
const SLAB_VALUES = 8192;
const SHOWN_TEXT = 60;

/** What readers of all formats do alike: times, values, labels, and handing over. */
export class RecordMaker {
  readonly cursor: LineCursor;
  readonly rules: ReadRules;
  readonly #sink: RecordSink;
  readonly #width: number;
  #slab = new Float64Array(0);
  #slabUsed = 0;
  #values: Float64Array | null = null;
  #lastTime: string | number = '';
  #lastMinuteMs = NaN;

  constructor(cursor: LineCursor, rules: ReadRules, sink: RecordSink, width: number) {
    this.cursor = cursor;
    this.rules = rules;
    this.#sink = sink;
    this.#width = width;
  }

  /** `values()` for a record whose fields are looked at from here on. */
  begin(): Float64Array {
    this.rules.late.forget();
    return this.values();
  }

  /** `[columns]` to be filled; the same again until a record was made of it. */
  values(): Float64Array {
    if (this.#values === null) {
      if (this.#slabUsed + this.#width > this.#slab.length) {
        this.#slab = new Float64Array(Math.max(SLAB_VALUES, this.#width));
        this.#slabUsed = 0;
      }
      this.#values = new Float64Array(this.#slab.buffer, this.#slabUsed * 8, this.#width);
      this.#slabUsed += this.#width;
    }
    return this.#values;
  }

  /** Start of the interval of a time, NaN where it is none. Records of one minute mostly share their time. */
  minuteOf(time: string | number): number {
    if (time === this.#lastTime) return this.#lastMinuteMs;
    this.#lastTime = time;
    this.#lastMinuteMs = floorToInterval(this.rules.parseTime(time), this.rules.intervalMs);
    return this.#lastMinuteMs;
  }

  /** The same for a value of JSON, which may be anything. */
  minuteOfJson(time: unknown): number {
    return typeof time === 'string' || typeof time === 'number' ? this.minuteOf(time) : NaN;
  }

  /** Rejects what is not a time; `target` is null where it is not known. */
  rejectTime(field: string, value: unknown, target: string | null): void {
    const isTimeLike = typeof value === 'string' || typeof value === 'number';
    const skipped = isTimeLike ? this.rules.explainTime(value) : null;
    const message = `${field}: ${skipped ?? `${show(value)} is not a time`}`;
    this.cursor.reject('bad_time', message, { target, minuteMs: NaN });
  }

  /** Whether `--targets` and `--shard` select the target; counts it if not. */
  selects(target: string, item?: number): boolean {
    if (this.rules.filter.selects(target)) return true;
    this.#sink.filtered(this.cursor.line, item);
    return false;
  }

  /** Makes the line a record of it. */
  make(minuteMs: number, target: string, values: Float64Array, label: Label): void {
    if (values === this.#values) this.#values = null;
    this.rules.late.accept();
    this.#sink.record({ minuteMs, target, values, bringsWindow: false, label, source: this.cursor.source() });
  }

  /** Makes an item of the line a record; `values` may be a `[window, columns]` of its own. */
  makeItem(minuteMs: number, target: string, values: Float64Array, label: Label, item: number): void {
    const bringsWindow = values !== this.#values;
    if (!bringsWindow) this.#values = null;
    this.rules.late.accept();
    this.#sink.record({ minuteMs, target, values, bringsWindow, label, source: this.cursor.source(item) });
  }
}

/** What a label says: numbers and truth values as numbers, other text as it is. */
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

/** JSON, which labels are written as, has neither -0 nor infinities. */
function numberLabel(value: number): Label {
  return Number.isFinite(value) ? value + 0 : String(value);
}

/** A value for a message, cut if it is long. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : jsonText(value);
  return text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text;
}

/** `JSON.stringify` recurses where `JSON.parse` does not, so what could be read may be too deep to be written. */
function jsonText(value: unknown): string {
  if (typeof value === 'number') return String(value);
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return 'a value nested too deeply to show';
    throw error;
  }
}
