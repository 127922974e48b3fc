import { plural } from '../../core/count-text.js';
import type { Notice } from '../../core/errors.js';
import type { Grid } from '../../core/grid.js';
import { oneLine } from '../../core/one-line.js';
import type { TimeFormat } from '../../core/time/format.js';
import type { LineMarks } from './marks.js';
import type { NumberFormat } from './number-format.js';
import type { Role } from './roles.js';

export type FileFormat = 'csv' | 'jsonl';
export type Layout = 'rows' | 'batches';

/** How to read one file. */
export interface FilePlan {
  readonly file: string;
  readonly format: FileFormat;
  readonly layout: Layout;
  readonly marks: LineMarks;
  /** CSV only. */
  readonly delimiter: string;
  readonly numbers: NumberFormat;
  /** CSV only: the names in the header, before `--map`. */
  readonly header: readonly string[];
  /** The target of all its records if no field names one. */
  readonly series: string;
  readonly timeField: string;
  /** Several that hold the time together, `timeField` first; absent: that one does. */
  readonly timeFields?: readonly string[];
  readonly time: TimeFormat;
  /** Several together name a target; none: the file is one series. */
  readonly targetFields: readonly string[];
  readonly labelField: string | null;
  /** Of a table with a row per metric; null: a row has all metrics. */
  readonly long: LongPlan | null;
  /** The targets that each metric field is, in the order of their roles; null: fields are columns. */
  readonly wide: readonly string[] | null;
  /** By the names of the fields. */
  readonly roles: ReadonlyMap<string, Role>;
  /** The recording's columns. */
  readonly columns: readonly string[];
}

/** How to read a table with a row per metric. */
export interface LongPlan {
  readonly metricField: string;
  readonly valueField: string;
  /** Names in the metric field, with the indexes of their columns; null: not selected. */
  readonly metrics: readonly (readonly [name: string, column: number | null])[];
  /** What becomes of rows of other metrics: they are rejected, or not selected. */
  readonly others: 'reject' | 'filter';
}

export function longPlan(
  { metric, value }: { readonly metric: string; readonly value: string },
  metrics: LongPlan['metrics'],
  others: LongPlan['others'],
): LongPlan {
  return { metricField: metric, valueField: value, metrics, others };
}

/** What a metric is called in the field that names it; null if it has no name. */
export function metricName(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** How many values a row has, for its metrics. */
export function valuesPerRow({ long, wide, columns }: Pick<FilePlan, 'long' | 'wide' | 'columns'>): number {
  if (long !== null) return 1;
  return wide?.length ?? columns.length;
}

/** The fields that hold the time. */
export function timeFieldsOf({ timeField, timeFields }: TimePlan): readonly string[] {
  return timeFields ?? [timeField];
}

type TimePlan = Pick<FilePlan, 'timeField' | 'timeFields'>;

/** What a plan says of the fields that hold the time. */
export function timePlan(fields: readonly string[]): TimePlan {
  const [timeField = ''] = fields;
  return fields.length > 1 ? { timeField, timeFields: fields } : { timeField };
}

/** What all files of a recording share. */
export interface RecordingFacts {
  readonly columns: readonly string[];
  readonly intervalMs: number;
  readonly grid: Grid;
  readonly intervalSource: 'given' | 'detected' | 'default';
  readonly layout: Layout;
}

/** Names beyond this many are counted together: a file may bring new ones forever. */
const MAX_LATE_NAMES = 100;
const OTHER_FIELDS = '(others)';

/** A field for which the sample had no value, and how many accepted records have one. */
export interface LateField {
  readonly field: string;
  readonly records: number;
  /** Whether the sample had the field. */
  readonly wasEmpty: boolean;
}

/** Where a record is read. */
export interface RecordPlace {
  readonly file: string;
  readonly byteOffset: number;
}

/** Counts accepted records that have a value in a field for which the sample had none. */
export class LateFields {
  /** Called when a field is counted for the first time; once for all those that are counted together. */
  onFirst: (notice: Notice) => void = () => undefined;
  readonly #isCounted: (minuteMs: number, place: RecordPlace) => boolean;
  readonly #counts = new Map<string, number>();
  /** Fields of the record being read. */
  readonly #seen: string[] = [];
  /** Counted fields that the sample had, without a value. */
  readonly #empty = new Set<string>();

  /** @param isCounted whether records of a minute and place count; default: all */
  constructor(isCounted: (minuteMs: number, place: RecordPlace) => boolean = () => true) {
    this.#isCounted = isCounted;
  }

  /** `isNew`: the sample lacked the field; otherwise it had no value in it. */
  see(field: string, isNew: boolean): void {
    this.#seen.push(field);
    if (!isNew && !this.#counts.has(field)) this.#empty.add(field);
  }

  /** Counts the fields seen in the record, which is accepted. */
  accept(minuteMs: number, place: RecordPlace): void {
    if (this.#seen.length === 0) return; // almost always
    if (this.#isCounted(minuteMs, place)) for (const field of this.#seen) this.#count(field);
    this.forget();
  }

  /** Drops the fields seen in the record, which is rejected or not selected. */
  forget(): void {
    if (this.#seen.length > 0) this.#seen.length = 0;
  }

  /** In the order in which they were found. */
  found(): LateField[] {
    return [...this.#counts].map(([field, records]) => this.#found(field, records));
  }

  #count(field: string): void {
    const name = isNamed(field, this.#counts) ? field : OTHER_FIELDS;
    const before = this.#counts.get(name) ?? 0;
    this.#counts.set(name, before + 1);
    if (before === 0) this.onFirst(firstLateNotice(this.#found(name, 1)));
  }

  #found(field: string, records: number): LateField {
    return { field, records, wasEmpty: this.#empty.has(field) };
  }
}

function isNamed(field: string, named: ReadonlyMap<string, unknown>): boolean {
  return named.has(field) || named.size < MAX_LATE_NAMES;
}

/** The late fields of two parts of a recording, the second of which comes after the first. */
export function joinedLate(before: readonly LateField[], after: readonly LateField[]): LateField[] {
  const joined = new Map(before.map((one) => [one.field, one]));
  for (const one of after) {
    const field = isNamed(one.field, joined) ? one.field : OTHER_FIELDS;
    const { records, wasEmpty } = joined.get(field) ?? { records: 0, wasEmpty: one.wasEmpty };
    joined.set(field, { field, records: records + one.records, wasEmpty });
  }
  return [...joined.values()];
}

/** Says that a field has a value for the first time. */
export function firstLateNotice(field: LateField): Notice {
  return lateText(field, 'has a value now');
}

/** Says how many records have a value in a field. */
export function lateNotice(field: LateField): Notice {
  return lateText(field, `has a value in ${plural(field.records, 'record')}`);
}

function lateText({ field, wasEmpty }: LateField, seen: string): Notice {
  const isOthers = field === OTHER_FIELDS;
  const name = isOthers ? 'any further column like these' : `column ${oneLine(field)}`;
  const before = isOthers ? 'had no value' : wasEmpty ? 'was empty' : 'was not';
  return {
    level: 'warning',
    text: `ignored ${name}: it ${before} in the sample and ${seen}; add it with --columns`,
  };
}
