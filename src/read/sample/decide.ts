import { AiopsError } from '../../core/errors.js';
import { joinedTime } from '../lines/joined-time.js';
import { lenientParser } from '../lines/units.js';
import { rememberLast } from './remember-last.js';
import { ANY_TIME_FORMAT, parserOf, type ParseTime, type TimeFormat } from '../../core/time/format.js';
import type { NumberFormat } from '../lines/number-format.js';
import type { ReadOptions } from '../options.js';
import type { Decision } from './decision.js';
import { FieldShapes } from './field-shape.js';
import { decideLabel, type LabelChoice } from './label/label.js';
import { decideLong, type LongFields } from './metrics/long.js';
import { newName, quoteName } from './names.js';
import { decideNumbers } from './numbers/number-format.js';
import type { MixedUnits } from './numbers/number-suffixes.js';
import type { SampleTable, SampledTable } from './table.js';
import { decideTargets, type TargetChoice } from './target/target.js';
import { decideTime } from './time/time-column.js';
import { decideTimeFormat } from './time/time-format.js';

/** The column with the time, or several that hold it together, and how it is written. */
export interface FileTimes {
  readonly fields: readonly string[];
  readonly format: TimeFormat;
  readonly decisions: readonly Decision[];
}

/** A field of numbers that is no metric. */
export interface IgnoredField {
  readonly why: string;
  readonly level: 'info' | 'warning';
  /** Whether `--columns` makes it one. */
  readonly canAdd: boolean;
}

/** What the fields of a file are, by their names in the file. */
export interface FileFields {
  readonly times: FileTimes;
  /** Several together name a target; none: the file is one series. */
  readonly targets: readonly string[];
  readonly label: string | null;
  readonly numbers: NumberFormat;
  /** Whether nothing shows that the points of its numbers are decimal rather than between thousands. */
  readonly isMarkOpen: boolean;
  /** Columns of numbers in several units, which cannot be read. */
  readonly mixedUnits: readonly MixedUnits[];
  /** Of a table with a row per metric; null: a row has all metrics. */
  readonly long: LongFields | null;
  /** Fields of numbers that are no metrics, and why. */
  readonly ignored: ReadonlyMap<string, IgnoredField>;
  readonly decisions: readonly Decision[];
}

/**
 * Decides by the first rows of a file what its fields are. Later decisions build on earlier ones; `times` are known if
 * another sample of the file has shown them.
 *
 * @throws AiopsError `input_unusable` if there is no time column, or not one that a flag names, or if rows share their
 *   times and no column distinguishes them
 */
export function decideFields(
  sampled: SampledTable,
  options: ReadOptions,
  nowMs: number,
  times: FileTimes | null = null,
): FileFields {
  const time = times ?? decideTimes(sampled, options, nowMs);
  const { rows, shapes, numbers } = readRows(sampled, time, options);
  const { label, long, targets, ignored } = decideRoles(rows, time.fields, options, shapes, numbers.mixed);
  const roles = [label.decision, long.decision, targets.decision];
  return {
    times: time,
    targets: targets.fields,
    label: label.field,
    numbers: numbers.format,
    isMarkOpen: numbers.isOpen,
    mixedUnits: numbers.mixed,
    long: long.fields,
    ignored,
    decisions: [...time.decisions, ...numbers.decisions, ...roles],
  };
}

/** Rows of a sample with their times. */
interface DatedRows extends SampledTable {
  /** Of the table's rows, epoch ms. */
  readonly timesMs: readonly number[];
}

/** The rows that have a time, since others name nothing, and what their texts mean; all rows if none has. */
function readRows(sampled: SampledTable, { fields, format }: FileTimes, options: ReadOptions) {
  const parseTime = rememberLast(parserOf(format, options.timezone));
  const allMs = timeColumn(sampled.table, fields, format.pattern).map((value) => timeOf(value, parseTime));
  const table = sampled.table.where((row) => !Number.isNaN(allMs[row]));
  const rows: DatedRows = { ...sampled, table, timesMs: allMs.filter((timeMs) => !Number.isNaN(timeMs)) };
  const numbers = decideNumbers(rows, fields, options);
  const shapes = new FieldShapes(table, { parseTime, parseNumber: lenientParser(numbers.format) });
  return { rows, shapes, numbers };
}

/** What the other fields are, each decided among those that are left. */
function decideRoles(
  rows: DatedRows,
  times: readonly string[],
  options: ReadOptions,
  shapes: FieldShapes,
  mixedUnits: readonly MixedUnits[],
) {
  const known = [...times, ...givenNames(options, rows.table.names)];
  const notLabels = new Set([...known, ...givenTargets(options)]);
  const label = decideLabel({ ...rows, taken: notLabels }, options, shapes);
  const labels = [label.field, ...label.others, ...label.unsure].filter((name) => name !== null);
  const taken = new Set([...known, ...labels]);
  const long = decideLong({ ...rows, taken }, options, shapes);
  if (options.wide === true) refuseBatches(rows);
  const used = new Set([...taken, ...(long.fields === null ? [] : [long.fields.metric, long.fields.value])]);
  const metric = long.fields === null ? null : shapes.of(long.fields.metric);
  const targetOptions = withoutTargets(options) ? { ...options, targetColumns: ['none'] } : options;
  const targets = decideTargets({ ...rows, taken: used, metric }, targetOptions, shapes);
  if (long.fields === null) refuseMixed(rows, times.join(' and '), targets, options);
  for (const name of targets.fields) used.add(name);
  const idle = long.fields === null ? [] : rows.table.names.filter((name) => name !== '' && !used.has(name));
  const mixed = mixedUnits.filter(({ name }) => !used.has(name));
  const nameless = used.has('') ? [] : namelessFields(rows.table, shapes);
  const ignored = new Map([...ignoredFields(label, targets, idle, mixed), ...nameless]);
  return { label, long, targets, ignored };
}

function ignoredFields(
  { field, others, unsure }: LabelChoice,
  { numbering }: TargetChoice,
  idle: readonly string[],
  mixed: readonly MixedUnits[],
): FileFields['ignored'] {
  return new Map([
    ...ignoring(field === null ? [] : others, 'labels as well', 'warning'),
    ...[...unsure, ...(field === null ? others : [])].flatMap((name) =>
      ignoring([name], unsureLabel(name), 'warning'),
    ),
    ...ignoring(numbering, 'numbers of rows or targets'),
    ...mixed.flatMap((each) => ignoring([each.name], mixedUnits(each), 'warning', false)),
    ...ignoring(idle, 'not the value of a row, which has one metric'),
  ]);
}

/** The first column of many tables numbers the rows. */
function namelessFields({ names }: SampleTable, shapes: FieldShapes) {
  const hasNumbers = names.indexOf('') > 0 && shapes.of('').isNumeric;
  const why = 'numbers without a name; name each such column in the header';
  return hasNumbers ? ignoring([''], why, 'warning', false) : [];
}

function ignoring(
  names: readonly string[],
  why: string,
  level: IgnoredField['level'] = 'info',
  canAdd = true,
) {
  return names.map((name) => [name, { why, level, canAdd }] as const);
}

function mixedUnits({ units }: MixedUnits): string {
  return `numbers in several units, ${units.join(' and ')}; write all in one`;
}

function unsureLabel(name: string): string {
  return `it may hold labels; if so, give --label-column ${quoteName(name)}`;
}

/** Whether columns are the targets, unless a flag names their column. */
function withoutTargets({ wide, targetColumns }: ReadOptions): boolean {
  return wide === true && targetColumns === undefined;
}

function refuseBatches({ file, layout }: SampledTable): void {
  if (layout !== 'batches') return;
  throw new AiopsError('input_unusable', `${file} holds minute-batches, which name their targets`, {
    hint: 'drop --wide, which is for rows with a column per target',
  });
}

function decideTimes(sampled: SampledTable, options: ReadOptions, nowMs: number): FileTimes {
  const { file, table } = sampled;
  const { fields, decision } = decideTime(sampled, options, nowMs);
  const values = timeColumn(table, fields, options.timeFormat ?? null);
  const format = decideTimeFormat({ file, field: fields.join(' and '), values }, options, nowMs);
  return { fields, format: format.format, decisions: [decision, format.decision] };
}

/** The times of all rows; `pattern` as `joinedTime` takes it, or `any`. */
function timeColumn(
  table: SampleTable,
  fields: readonly string[],
  pattern: string | null,
): readonly unknown[] {
  const [first = '', ...others] = fields;
  const columns = others.map((name) => table.lineColumn(name));
  const values = table.lineColumn(first);
  if (others.length === 0) return values;
  const known = pattern === ANY_TIME_FORMAT ? null : pattern;
  return values.map((value, row) => joinedTime([value, ...columns.map((column) => column[row])], known));
}

function timeOf(value: unknown, parseTime: ParseTime): number {
  return typeof value === 'string' || typeof value === 'number' ? parseTime(value) : NaN;
}

/** Fields that `--columns` makes metrics. */
function givenNames({ columns = [], map }: ReadOptions, names: readonly string[]): string[] {
  const given = new Set(columns);
  return names.filter((name) => given.has(name) || given.has(newName(name, { map })));
}

/** Names that flags use for something else than a label. */
function givenTargets({ targetColumns = [], metricColumn, valueColumn }: ReadOptions): string[] {
  return [...targetColumns, metricColumn, valueColumn].filter((name) => name !== undefined);
}

/** So many of the sampled rows would be duplicates, and more than a few. */
const MIXED_SHARE = 1 / 3;
const MIXED_ROWS = 3;
/** Columns that the refusal proposes. */
const MOST_POSSIBLE = 3;

/**
 * Refuses a file in which several series are mixed that nothing distinguishes: of each time, only the first row would
 * be read.
 */
function refuseMixed(
  { file, timesMs: { length: rows } }: DatedRows,
  time: string,
  { fields, repeated, possible }: TargetChoice,
  options: ReadOptions,
): void {
  const isGiven = options.targetColumns !== undefined || options.duplicates !== 'reject';
  const isMixed = repeated >= MIXED_ROWS && repeated > rows * MIXED_SHARE;
  if (fields.length > 0 || isGiven || options.wide === true || !isMixed) return;
  const flags = possible
    .slice(0, MOST_POSSIBLE)
    .map((names) => `--target-column ${names.map(quoteName).join(',')}`);
  const [why, remedy] =
    flags.length === 0
      ? ['no column distinguishes them', 'name the column of the targets with --target-column']
      : ['it is unclear which column names their targets', `give ${flags.join(' or ')}`];
  throw new AiopsError(
    'input_unusable',
    `${file}: ${repeated} of the first ${rows} records have the ${time} of an earlier one, and ${why}`,
    { hint: `${remedy}, or merge the records of an interval with --duplicates mean (or first, last)` },
  );
}
