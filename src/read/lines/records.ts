import { plural } from '../../core/count-text.js';
import type { Intervals } from '../../core/grid.js';
import type { ParseTime } from '../../core/time/format.js';
import type { Shard } from '../../core/shard.js';
import type { Label, MinuteRecord, Reject, RejectFacts } from '../../core/types.js';
import type { JsonObject } from '../text/json-value.js';
import type { AwaitedColumns } from './awaited-columns.js';
import { fieldText } from './field-text.js';
import { badShape, type FoundRow } from './found-row.js';
import type { LineCursor, TextBlock } from './lines.js';
import { labelOf } from './label-value.js';
import { metricName, valuesPerRow, type FilePlan, type LateFields, type LongPlan } from './plan.js';
import { show } from './show-value.js';
import { noTarget, targetOf } from './target-name.js';
import { RecordTimes } from './record-times.js';
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
  /** Of times without a zone. */
  readonly timezone: string;
  readonly intervals: Intervals;
  readonly filter: TargetFilter;
  /** The shard whose records and rejects are read; null: all. */
  readonly shard: Shard | null;
  /** The shape required of two-dimensional values; null: they are not allowed. */
  readonly ownWindow: { readonly window: number } | null;
  readonly maxLineBytes: number;
  /** Must not be shared by two readings of the same lines: each would count them. */
  readonly late: LateFields;
  /** The same. */
  readonly awaited: AwaitedColumns;
}

/** Takes records and rejects in the order of the file. */
export interface RecordSink {
  record(record: MinuteRecord): void;
  reject(reject: Reject): void;
  /** A record of a target that is not selected, by its place. */
  filtered(line: number, item?: number): void;
}

type Known = RejectFacts & { readonly target: string };

/** Values are cut from slabs of this length: a typed array per record would cost several times as much. */
const SLAB_VALUES = 8192;

/** Of a metric whose rows are not read. */
const NOT_SELECTED: readonly number[] = [];

/** Makes records of rows, and rejects of rows that cannot be one. */
export class RecordMaker implements RowSink {
  readonly cursor: LineCursor;
  readonly late: LateFields;
  readonly #plan: FilePlan;
  readonly #rules: ReadRules;
  readonly #times: RecordTimes;
  readonly #sink: RecordSink;
  readonly #width: number;
  #slab = new Float64Array(0);
  #slabUsed = 0;
  /** The next part of the slab, until a record is made of it. */
  #values: Float64Array | null = null;
  /** What a row is read into that is not a record by itself; null: it is one. */
  readonly #rowValues: Float64Array | null;
  readonly #metrics: ReadonlyMap<string | null, readonly number[]>;

  constructor(cursor: LineCursor, plan: FilePlan, rules: ReadRules, parseTime: ParseTime, sink: RecordSink) {
    this.cursor = cursor;
    this.late = rules.late;
    this.#plan = plan;
    this.#rules = rules;
    this.#times = new RecordTimes(plan, rules.timezone, rules.intervals, parseTime);
    this.#sink = sink;
    this.#width = plan.columns.length;
    const { long, wide } = plan;
    this.#rowValues = long === null && wide === null ? null : new Float64Array(valuesPerRow(plan));
    if (wide !== null) cursor.fieldText = fieldText(plan);
    this.#metrics = new Map(
      long?.metrics.map(([name, column]) => [name, column === null ? NOT_SELECTED : [column]]),
    );
  }

  begin(row: FoundRow): void {
    this.late.forget();
    row.problem = null;
    row.values = this.#rowValues ?? (this.#values ??= this.#nextValues());
  }

  beginLists(row: FoundRow, lists: readonly unknown[], isWindow: boolean): boolean {
    this.begin(row);
    if (isWindow) return this.#beginWindow(row, lists);
    const [list] = lists as readonly (readonly unknown[])[];
    const length = list?.length ?? 0;
    if (length === this.#width) return true;
    row.problem = badShape(
      `${plural(length, 'value')}, but the recording has ${plural(this.#width, 'column')}`,
    );
    return false;
  }

  beginBatch(time: unknown): boolean {
    if (!Number.isNaN(this.#times.minuteOf(time))) return true;
    this.#rejectTime(time, null);
    return false;
  }

  take(row: FoundRow, item?: number): void {
    const { cursor } = this;
    const plan = this.#plan;
    const target = targetOf(plan, row);
    if (target === null) {
      this.reject('no_target', noTarget(plan, row), row.time, item);
      return;
    }
    if (plan.wide !== null) {
      this.#takeWide(row, plan.targetFields.length === 0 ? null : target, plan.wide);
      return;
    }
    if (!this.#rules.filter.selects(target)) {
      this.#sink.filtered(cursor.line, item);
      return;
    }
    const minuteMs = this.#times.minuteOf(row.time);
    if (Number.isNaN(minuteMs)) {
      this.#rejectTime(row.time, target);
    } else if (plan.long !== null) {
      this.#takeMetric(row, { target, minuteMs }, plan.long);
    } else if (row.problem !== null) {
      cursor.reject(row.problem.reason, row.problem.message, { target, minuteMs }, item);
    } else {
      const { values, brings } = row;
      if (this.#rules.awaited.isWaiting) this.#rules.awaited.see(values);
      const bringsWindow = values !== this.#values;
      if (!bringsWindow) this.#values = null;
      this.late.accept(minuteMs, cursor);
      const label = this.#labelOf(row);
      const source = cursor.source(item);
      const { offsetMs } = this.#times;
      const record = { minuteMs, target, values, bringsWindow, label, source };
      // Most records need no more fields, and reading is faster without them.
      this.#sink.record(offsetMs === 0 && brings === null ? record : { ...record, offsetMs, brings });
    }
  }

  /** Takes a row of one metric. */
  #takeMetric(row: FoundRow, { target, minuteMs }: Known, { metricField, others }: LongPlan): void {
    const { cursor } = this;
    const brings = this.#metrics.get(metricName(row.metric));
    if (brings === NOT_SELECTED || (brings === undefined && others === 'filter')) {
      this.#sink.filtered(cursor.line);
    } else if (brings === undefined) {
      const isNamed = metricName(row.metric) !== null;
      const message = isNamed
        ? `${metricField}: ${show(row.metric)} had no number in the sample`
        : `no ${metricField}`;
      cursor.reject('unknown_metric', message, { target, minuteMs });
    } else if (row.problem !== null) {
      cursor.reject(row.problem.reason, row.problem.message, { target, minuteMs });
    } else {
      const values = this.#nextValues();
      values.fill(NaN);
      for (const column of brings) values[column] = row.values[0] ?? NaN;
      if (this.#rules.awaited.isWaiting) this.#rules.awaited.see(values);
      this.late.accept(minuteMs, cursor);
      const label = this.#labelOf(row);
      const source = cursor.source();
      const { offsetMs } = this.#times;
      this.#sink.record({ minuteMs, offsetMs, target, values, bringsWindow: false, brings, label, source });
    }
  }

  /** Takes a row that has a record for each of its fields; `host` is its target if it names one itself. */
  #takeWide(row: FoundRow, host: string | null, fields: readonly string[]): void {
    const { cursor } = this;
    const minuteMs = this.#times.minuteOf(row.time);
    if (Number.isNaN(minuteMs)) {
      this.#rejectTime(row.time, null);
      return;
    }
    this.late.accept(minuteMs, cursor);
    const label = this.#labelOf(row);
    for (const [item, field] of fields.entries()) {
      const target = host === null ? field : `${host}/${field}`;
      const value = row.values[item] ?? NaN;
      if (!this.#rules.filter.selects(target)) {
        this.#sink.filtered(cursor.line, item);
      } else if (value === Infinity) {
        cursor.reject('bad_value', `${field} is not a number`, { target, minuteMs }, item);
      } else {
        const values = this.#nextValues();
        values[0] = value;
        const source = cursor.source(item);
        this.#sink.record({
          minuteMs,
          offsetMs: this.#times.offsetMs,
          target,
          values,
          bringsWindow: false,
          brings: null,
          label,
          source,
        });
      }
    }
  }

  reject(reason: Reject['reason'], message: string, time: unknown, item?: number): void {
    this.cursor.reject(reason, message, { target: null, minuteMs: this.#times.minuteOf(time) }, item);
  }

  #labelOf({ label }: FoundRow): Label {
    return this.#plan.labelField === null ? null : labelOf(label);
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
    const wanted = window === null ? 'values without a window, which --rate needs' : `[${window}][${width}]`;
    const lengths = new Set(lists.map((list) => (Array.isArray(list) ? list.length : 'not a list')));
    row.problem = badShape(`values are [${lists.length}][${[...lengths].join(' or ')}], not ${wanted}`);
    return false;
  }

  #rejectTime(time: unknown, target: string | null): void {
    const { reason, message } = this.#times.problem(time);
    this.cursor.reject(reason, message, { target, minuteMs: NaN });
  }
}
