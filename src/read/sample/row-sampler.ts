import type { ParseTime } from '../../core/time/format.js';
import type { Reject } from '../../core/types.js';
import type { FoundRow } from '../lines/found-row.js';
import { eachField } from '../lines/json-fields.js';
import type { JsonObject } from '../text/json-value.js';
import { LineCursor } from '../lines/lines.js';
import { LateFields, longPlan, metricName, timePlan, type FileFormat, type FilePlan } from '../lines/plan.js';
import type { RowSink } from '../lines/records.js';
import { IGNORED, foundRoles, valueRole, type Role } from '../lines/roles.js';
import { targetOf } from '../lines/target-name.js';
import type { ReadOptions } from '../options.js';
import type { FileFields, FileTimes } from './decide.js';
import type { FileHead } from './form/file-head.js';
import { MOST_VALUES, SampledRecords } from './field-values.js';
import type { HeadReader } from './head.js';
import { SampledTimes } from './time/times.js';

/** Records that show what the fields are. */
const FIELD_RECORDS = 1024;
/** The same for a table with a row per metric. */
const LONG_RECORDS = 32_768;
/** Lines after which the interval is taken from what has been seen. */
export const MAX_LINES = 65_536;
const CLEAR_STEPS = 32;
/** The same for an input that keeps us waiting: three records of one target will do. */
const CLEAR_STEPS_LIVE = 2;
/** Rows of a metric that show what it is. */
const METRIC_RECORDS = 64;
/** Distinct times, of which all but the last are seen completely. */
const MIN_TIMES = 3;

/** What lines and times of a file look like. */
export interface KnownForm {
  readonly head: FileHead;
  readonly times: FileTimes;
}

export interface SampledInput {
  readonly file: string;
  /** Null: detect it from the first line. */
  readonly format: FileFormat | null;
  /** Offset of the first byte. */
  readonly byteOffset: number;
  /** How many bytes to look at, at most. */
  readonly maxBytes: number;
  /** What another sample of the file has shown already; null: nothing. */
  readonly known: KnownForm | null;
}

/** Learns from rows what the fields hold and how often records come. */
export class RowSampler implements RowSink {
  readonly cursor: LineCursor;
  readonly late = new LateFields();
  /** Every field that is not time, target or label is a column; JSON adds them as they come. */
  readonly plan: FilePlan;
  readonly fields: FileFields;
  readonly times = new SampledTimes();
  /** Records whose values came in lists; their names count only if there are no others. */
  readonly listed = new SampledRecords(false);
  readonly #named: SampledRecords;
  readonly #roles = new Map<string, Role>();
  readonly #columns: string[] = [];
  readonly #input: SampledInput;
  readonly #options: ReadOptions;
  readonly #parseTime: ParseTime;
  #wide = new Float64Array();
  /** Of the row being read: whether its values are a list, of this length. */
  #listLength: number | null = null;
  /** Number of the last line that was rejected. */
  rejectedLine = 0;
  /** Rows with a time and a target, and those without. */
  #records = 0;
  #rejected = 0;
  /** How many rows each metric has, and the first times, of a table with a row per metric. */
  readonly #counts = new Map<string, number>();
  readonly #times = new Set<number>();

  constructor(
    input: SampledInput,
    { head, layout, header }: HeadReader,
    fields: FileFields,
    options: ReadOptions,
    parseTime: ParseTime,
  ) {
    this.#input = input;
    this.#options = options;
    this.#parseTime = parseTime;
    this.fields = fields;
    const { format, delimiter, marks } = head;
    const onReject = ({ source }: Reject): void => {
      this.rejectedLine = source.line;
      this.#stopIfEnough();
    };
    this.cursor = new LineCursor(input.file, options.maxLineBytes, onReject, { marks });
    const { long, ignored } = fields;
    this.#named = new SampledRecords(format === 'jsonl' || long !== null);
    for (const name of ignored.keys()) this.#roles.set(name, IGNORED);
    if (layout === 'rows') for (const [name, role] of foundRoles(fields)) this.#roles.set(name, role);
    this.plan = {
      file: input.file,
      ...{ format, layout, marks, delimiter, numbers: fields.numbers },
      header: header ?? [],
      // It is named once all inputs are sampled.
      series: '',
      ...timePlan(fields.times.fields),
      time: fields.times.format,
      targetFields: fields.targets,
      labelField: fields.label,
      long: long === null ? null : longPlan(long, [], 'reject'),
      wide: null,
      roles: this.#roles,
      columns: this.#columns,
    };
    for (const name of header ?? []) this.#learn(name);
  }

  begin(row: FoundRow, fields?: JsonObject): void {
    if (fields !== undefined && this.#records < FIELD_RECORDS) this.#learnObject(fields);
    this.late.forget();
    this.#listLength = null;
    row.problem = null;
    row.values = this.#valuesOf(this.plan.long === null ? this.#named.width : 1);
  }

  /** Values that are not kept are overwritten by those of the next row. */
  #valuesOf(width: number): Float64Array {
    if (width > MOST_VALUES && this.#wide.length === width) return this.#wide.fill(NaN);
    return (this.#wide = new Float64Array(width).fill(NaN));
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
    const target = targetOf(this.plan, row);
    const isWhole = !Number.isNaN(timeMs) && target !== null;
    const { long } = this.plan;
    if (isWhole && long === null) this.times.see(target, timeMs, row.values);
    else if (isWhole) this.times.seeMetric(target, timeMs, metricName(row.metric) ?? '');
    const count = isWhole ? ++this.#records : ++this.#rejected;
    if (count <= (long === null ? FIELD_RECORDS : LONG_RECORDS)) {
      const facts = { isWhole, timeMs, target: target ?? '' };
      const length = this.#listLength;
      if (long !== null) this.#addMetric(facts, row);
      else if (length === null) this.#named.add(facts, row.values);
      else this.listed.add(facts, row.values.subarray(row.values.length - length));
    }
    this.#stopIfEnough();
  }

  reject(): void {
    this.#stopIfEnough();
  }

  /** Takes a row with one metric for a record that has no other. */
  #addMetric(facts: Parameters<SampledRecords['add']>[0], { metric, values }: FoundRow): void {
    const name = metricName(metric);
    if (name === null) return;
    if (facts.isWhole && this.#times.size < MIN_TIMES) this.#times.add(facts.timeMs);
    // Once enough is known of a metric, only new ones matter.
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    if (count > METRIC_RECORDS) return;
    const index = this.#named.indexOf(name);
    const record = new Float64Array(index + 1).fill(NaN);
    record[index] = values[0] ?? NaN;
    this.#named.add(facts, record);
  }

  /** How many rows it has seen, those without a time or target included. */
  get seen(): number {
    return this.#records + this.#rejected;
  }

  /** Whether all rows so far have shown their fields, and their metrics. */
  get hasShownAll(): boolean {
    const most = this.plan.long === null ? FIELD_RECORDS : LONG_RECORDS;
    return this.#records <= most && this.#rejected <= most;
  }

  get isEnough(): boolean {
    const { found, block, next } = this.cursor;
    const bytes = block.byteOffset + next - this.#input.byteOffset;
    if (found >= MAX_LINES || bytes >= this.#input.maxBytes) return true;
    // In a table with a row per metric, only all rows of a time show all metrics.
    if (this.plan.long !== null && this.#records < LONG_RECORDS && this.#times.size < MIN_TIMES) return false;
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
    return this.#options.interval !== 'auto' || this.times.isClear(minSteps);
  }

  #learnObject(fields: JsonObject): void {
    if (this.plan.layout === 'rows') eachField(fields, (path) => this.#learn(path));
    else for (const name in fields) this.#learn(name);
  }

  #learn(name: string): void {
    if (this.#roles.has(name)) return;
    if (this.plan.long !== null) {
      this.#roles.set(name, IGNORED);
      return;
    }
    const index = this.#named.indexOf(name);
    this.#roles.set(name, valueRole(index));
    this.#columns[index] = name;
  }
}
