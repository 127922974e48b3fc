import { plural } from '../../core/count-text.js';
import { AiopsError } from '../../core/errors.js';
import type { Notice } from '../../core/errors.js';
import type { Intervals } from '../../core/grid.js';
import { oneLine } from '../../core/one-line.js';
import { ROLE, longPlan, targetRoles } from '../lines/plan.js';
import type { FilePlan, LongPlan } from '../lines/plan.js';
import type { ReadOptions } from '../options.js';
import { countFields, isEmpty, isNumeric, metricsOf } from './field-values.js';
import type { FieldCounts } from './field-values.js';
import { isOneSeries } from './join-series.js';
import type { InputSeries } from './join-series.js';
import { listNames, newName } from './names.js';
import { markNotices } from './number-agreement.js';
import type { FileFields } from './decide.js';
import type { LongFields } from './long.js';
import type { FileSample } from './sampler.js';
import { wholeNames } from './whole-names.js';

/** A sample that has records, and their target if no field names one. */
export interface ReadableSample {
  readonly sample: FileSample;
  readonly series: InputSeries;
}

export interface ChosenColumns {
  readonly columns: readonly string[];
  /** In the order of the samples. */
  readonly plans: readonly FilePlan[];
  readonly notices: readonly Notice[];
}

/**
 * Decides which fields are metric columns: those of `--columns`, otherwise all that are mostly numbers in the sample,
 * some of them in accepted records; the union over the files in order of appearance.
 *
 * @throws AiopsError `input_unusable`: a header names a column twice, no numeric column, a column or a name to map that
 *   no file has
 */
export function chooseColumns(
  inputs: readonly ReadableSample[],
  given: ReadOptions,
  intervals: Intervals,
): ChosenColumns {
  const options = withWholeNames(given, inputs);
  for (const { sample } of inputs) refuseDuplicates(sample, options);
  refuseUnknownNames(inputs, options);
  const samples = inputs.map(({ sample, series }) => ({
    sampled: sample.sampled,
    series: isOneSeries(sample, options) ? series.name : null,
  }));
  const pooled = countFields(samples, options, intervals);
  const metrics = options.columns ?? metricsOf(pooled);
  if (metrics.length === 0) throw noNumericColumn(inputs, pooled);
  const columns = options.wide === true ? [WIDE_COLUMN] : metrics;
  const plans = inputs.map((input) => ({ ...planFile(input, metrics, pooled, options), columns }));
  const notices = [
    ...columnNotices(plans, metrics, pooled, options),
    ...ignoredNotices(inputs),
    ...markNotices(inputs.map(({ sample }) => sample)),
  ];
  return { columns, plans, notices };
}

/** The column of recordings in which every field of a row is a target of its own. */
const WIDE_COLUMN = 'value';
/** Spreadsheets separate fields by it where numbers have a decimal comma. Elsewhere a point is decimal. */
const DELIMITER_WITH_COMMAS = ';';

function planFile(
  { sample, series }: ReadableSample,
  metrics: readonly string[],
  pooled: ReadonlyMap<string, FieldCounts>,
  options: ReadOptions,
): Omit<FilePlan, 'columns'> {
  const { fields } = sample;
  if (fields === null) throw new Error('a file without records has no plan');
  const own = sample.sampled.names.concat(sample.header).map((field) => newName(field, options));
  const wide = options.wide === true ? metrics.filter((name) => own.includes(name)) : null;
  return {
    file: sample.file,
    format: sample.head.format,
    layout: sample.layout,
    marks: sample.head.marks,
    delimiter: sample.head.delimiter,
    numbers:
      sample.head.delimiter === DELIMITER_WITH_COMMAS ? fields.numbers : { ...fields.numbers, open: [] },
    header: sample.header,
    series: series.name,
    timeField: fields.time,
    time: fields.timeFormat,
    targetFields: fields.targets,
    labelField: fields.label,
    long: fields.long === null ? null : planLong(fields.long, metrics, pooled, options),
    wide,
    roles: rolesOf(sample, fields, wide ?? metrics, pooled, options),
  };
}

function planLong(
  long: LongFields,
  metrics: readonly string[],
  pooled: ReadonlyMap<string, FieldCounts>,
  options: ReadOptions,
): LongPlan {
  const columns = metrics.map((name, column) => [oldName(name, options), column] as const);
  const texts = [...pooled].filter(([name, counts]) => !metrics.includes(name) && !isUnseen(counts));
  const ignored = texts.map(([name]) => [oldName(name, options), ROLE.ignored] as const);
  return longPlan(long, [...columns, ...ignored], options.columns === undefined ? 'reject' : 'filter');
}

function rolesOf(
  { header, layout, sampled }: FileSample,
  fields: FileFields,
  metrics: readonly string[],
  pooled: ReadonlyMap<string, FieldCounts>,
  options: ReadOptions,
): Map<string, number> {
  const roles = new Map<string, number>();
  const indexes = new Map(metrics.map((name, index) => [name, index]));
  for (const field of new Set([...header, ...(fields.long === null ? sampled.names : [])])) {
    const name = newName(field, options);
    const index = field === '' ? undefined : indexes.get(name);
    const isLate = options.columns === undefined && field !== '' && isUnseen(pooled.get(name));
    roles.set(field, fields.long === null ? (index ?? (isLate ? ROLE.late : ROLE.ignored)) : ROLE.ignored);
  }
  // Values in lists are in the order of the columns, whatever those are called.
  if (layout === 'batches') metrics.forEach((name, i) => roles.set(oldName(name, options), i));
  for (const name of fields.ignored.keys()) roles.set(name, ROLE.ignored);
  if (layout === 'rows') {
    roles.set(fields.time, ROLE.time);
    for (const [target, role] of targetRoles(fields.targets)) roles.set(target, role);
    if (fields.label !== null) roles.set(fields.label, ROLE.label);
    if (fields.long !== null) roles.set(fields.long.metric, ROLE.metric).set(fields.long.value, 0);
  }
  return roles;
}

/** Whether no accepted record of the sample has a value in the field, so that a later one deserves a notice. */
function isUnseen(values: FieldCounts | undefined): boolean {
  return values === undefined || isEmpty(values) || (isNumeric(values) && !values.isAccepted);
}

function withWholeNames(options: ReadOptions, inputs: readonly ReadableSample[]): ReadOptions {
  if (options.columns === undefined) return options;
  const names = inputs.flatMap(({ sample }) => [...allNames(sample), ...sample.listed]);
  const seen = new Set(names.map((field) => newName(field, options)));
  return { ...options, columns: wholeNames(options.columns, seen) };
}

function oldName(name: string, options: ReadOptions): string {
  return Object.hasOwn(options.map, name) ? (options.map[name] ?? name) : name;
}

function allNames({ header, sampled, fields }: FileSample): string[] {
  const named = [fields?.time, ...(fields?.targets ?? []), fields?.label].filter(
    (name) => typeof name === 'string',
  );
  return [...new Set([...header, ...named, ...sampled.names])];
}

function refuseDuplicates(sample: FileSample, options: ReadOptions): void {
  const names = sample.header.length > 0 ? sample.header : allNames(sample);
  const seen = new Map<string, string>();
  const twice = new Set<string>();
  for (const field of names) {
    const name = newName(field, options);
    if (field !== '' && seen.has(name)) twice.add(name);
    seen.set(name, field);
  }
  if (twice.size === 0) return;
  const what = twice.size === 1 ? 'two columns' : 'two columns each';
  throw new AiopsError('input_unusable', `${sample.file} has ${what} called ${listNames([...twice])}`, {
    hint:
      Object.keys(options.map).length > 0
        ? 'give every column a unique name in the header, and in --map'
        : 'give every column a unique name in the header',
  });
}

function refuseUnknownNames(inputs: readonly ReadableSample[], options: ReadOptions): void {
  const seen = new Set(inputs.flatMap(({ sample }) => allNames(sample)));
  const listed = inputs.flatMap(({ sample }) => sample.listed);
  const renamed = new Set([...seen, ...listed].map((field) => newName(field, options)));
  const unmapped = Object.values(options.map).filter((old) => !seen.has(old));
  const absent = (options.columns ?? []).filter((name) => !renamed.has(name));
  // In a table with a row per metric, some may only come later.
  const mayCome = inputs.some(({ sample }) => (sample.fields?.long ?? null) !== null);
  const unknown = mayCome && absent.length < (options.columns?.length ?? 0) ? [] : absent;
  const label = options.labelColumn;
  const noLabel =
    label !== undefined && label !== 'none' && inputs.every(({ sample }) => sample.fields?.label === null);
  const lacking = [...unmapped, ...unknown, ...(noLabel ? [label] : [])];
  if (lacking.length === 0) return;
  const flag = unmapped.length > 0 ? '--map' : unknown.length > 0 ? '--columns' : '--label-column';
  const where = inputs.map(({ sample }) => sample.file);
  throw new AiopsError(
    'input_unusable',
    `${listNames(where, 3)} ${have(where)} no ${lacking.length === 1 ? 'column' : 'columns'} ${listNames(lacking)}: saw ${listNames([...seen])}`,
    { hint: `give ${flag} names as they are in the file (case counts)` },
  );
}

function noNumericColumn(
  inputs: readonly ReadableSample[],
  pooled: ReadonlyMap<string, FieldCounts>,
): AiopsError {
  const files = inputs.map(({ sample }) => sample.file);
  const [misfit] = inputs.flatMap(({ sample }) => (sample.misfit === null ? [] : [sample]));
  if (misfit !== undefined && inputs.every(({ sample }) => sample.misfit !== null)) throw noRowFits(misfit);
  const seen = [...new Set(inputs.flatMap(({ sample }) => allNames(sample)))];
  const texts = [...pooled].filter(([, values]) => values.texts > 0).map(([name]) => name);
  const why = texts.length > 0 ? `; text in ${listNames(texts)}` : '';
  return new AiopsError(
    'input_unusable',
    `${listNames(files, 3)} ${have(files)} no numeric column: saw ${listNames(seen)}${why}`,
    {
      hint: 'metrics are numbers such as 50.1; for other ways to write them see --decimal and --missing-values',
    },
  );
}

function have(files: readonly string[]): string {
  return files.length === 1 ? 'has' : 'have';
}

function noRowFits({ file, misfit, header }: FileSample): AiopsError {
  const message = `no row of ${file} fits its header: rows have ${plural(misfit ?? 0, 'field')}, the header has ${header.length}`;
  return new AiopsError('input_unusable', message, {
    hint: 'name every column in the header (with write.table of R: col.names=NA), and see --delimiter',
  });
}

function columnNotices(
  plans: readonly FilePlan[],
  metrics: readonly string[],
  pooled: ReadonlyMap<string, FieldCounts>,
  options: ReadOptions,
): Notice[] {
  const notices: Notice[] = [];
  const [first] = plans;
  if (first !== undefined) {
    const target = targetText(first, plans);
    const label = first.labelField === null ? 'no label' : `label from "${oneLine(first.labelField)}"`;
    const what = first.wide === null ? 'metric' : 'target';
    const text = `time from "${oneLine(first.timeField)}", ${target}, ${label}, ${plural(metrics.length, what)}: ${listNames(metrics, 8)}`;
    notices.push({ level: 'info', text });
  }
  if (options.columns === undefined) {
    const texts = [...pooled].filter(([, values]) => !isNumeric(values) && !isEmpty(values));
    const empty = [...pooled].filter(([, values]) => isEmpty(values));
    const taken = new Set(metrics);
    const rejected = [...pooled].filter(([name, values]) => isNumeric(values) && !taken.has(name));
    const [mixed, pure] = [
      texts.filter(([, { numbers }]) => numbers > 0),
      texts.filter(([, { numbers }]) => numbers === 0),
    ];
    if (pure.length > 0) notices.push(ignored('text', pure));
    if (mixed.length > 0)
      notices.push(ignored(`mostly text; ${addWith(mixed)}, which rejects the records with text`, mixed));
    if (empty.length > 0) notices.push(ignored(`no value in the sample; ${addWith(empty)}`, empty));
    if (rejected.length > 0) notices.push(ignored('values in rejected records only', rejected));
  }
  return notices;
}

function targetText({ targetFields, series, wide }: FilePlan, plans: readonly FilePlan[]): string {
  if (targetFields.length > 0)
    return `target from ${targetFields.map((name) => `"${oneLine(name)}"`).join(' and ')}`;
  if (wide !== null) return 'each column a target';
  const isOne = plans.every((plan) => plan.series === series);
  return isOne ? `one target (${oneLine(series)})` : 'targets by the names of the files';
}

/** Names the fields that are no metrics although they hold numbers. */
function ignoredNotices(inputs: readonly ReadableSample[]): Notice[] {
  const byReason = new Map<string, { level: Notice['level']; readonly names: Set<string> }>();
  for (const { sample } of inputs) {
    for (const [name, { why, level }] of sample.fields?.ignored ?? []) {
      const known = byReason.get(why) ?? { level, names: new Set() };
      known.names.add(name);
      byReason.set(why, known);
    }
  }
  return [...byReason].map(([why, { level, names }]) => ({
    level,
    text: `ignored: ${listNames([...names])} (${why}; ${addWith([...names])})`,
  }));
}

function addWith({ length }: readonly unknown[]): string {
  return `add ${length === 1 ? 'it' : 'them'} with --columns`;
}

function ignored(why: string, columns: readonly (readonly [string, FieldCounts])[]): Notice {
  const names = listNames(columns.map(([name]) => name));
  return { level: 'warning', text: `ignored: ${names} (${why})` };
}
