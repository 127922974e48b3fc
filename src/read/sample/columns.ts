import { plural } from '../../core/count-text.js';
import { AiopsError, type Notice } from '../../core/errors.js';
import type { Intervals } from '../../core/grid.js';
import { longPlan, timePlan, type FilePlan, type LongPlan } from '../lines/plan.js';
import { IGNORED, LATE, foundRoles, valueIndex, valueRole, type Role } from '../lines/roles.js';
import type { ReadOptions } from '../options.js';
import { awaitedNotices, columnNotices, ignoredNotices } from './column-notices.js';
import { decideCounters } from './metrics/counter-columns.js';
import type { Decision } from './decision.js';
import { countFields, isEmpty, isNumeric, metricsOf, type FieldCounts } from './field-values.js';
import { isOneSeries, type InputSeries } from './series/join-series.js';
import { listNames, newName } from './names.js';
import { markNotices } from './numbers/number-agreement.js';
import { mixedText } from './numbers/number-suffixes.js';
import type { FileFields } from './decide.js';
import type { LongFields } from './metrics/long.js';
import type { FileSample } from './sampler.js';
import { wholeNames } from './whole-names.js';

/** A sample that has records, their target if no field names one, and the options for it. */
export interface ReadableSample {
  readonly sample: FileSample;
  readonly series: InputSeries;
  readonly options: ReadOptions;
}

export interface ChosenColumns {
  readonly columns: readonly string[];
  /** In the order of the samples. */
  readonly plans: readonly FilePlan[];
  readonly notices: readonly Notice[];
  readonly decisions: readonly Decision[];
  /** Those that no sample has: they may come later. */
  readonly awaited: readonly string[];
}

/**
 * Decides which fields are metric columns: those of `--columns`, otherwise all that are mostly numbers in the sample,
 * some of them in accepted records; the union over the files in order of appearance.
 *
 * @throws AiopsError `input_unusable`: a header names a column twice, no numeric column, a column or a name to map that
 *   no file has
 */
export function chooseColumns(
  given: readonly ReadableSample[],
  shared: ReadOptions,
  intervals: Intervals,
): ChosenColumns {
  const options = withWholeNames(shared, given);
  const inputs = given.map((input) => ({ ...input, options: { ...options, map: input.options.map } }));
  for (const input of inputs) refuseDuplicates(input);
  const awaited = awaitedNames(inputs, options);
  refuseUnknownNames(inputs, options, awaited);
  const samples = inputs.map(({ sample, series, options: own }) => ({
    sampled: sample.sampled,
    series: isOneSeries(sample, options) ? series.name : null,
    options: own,
  }));
  const pooled = countFields(samples, options.duplicates, intervals);
  const metrics = options.columns ?? [...metricsOf(pooled), ...laterMetrics(inputs, pooled)];
  if (metrics.length === 0) throw noNumericColumn(inputs, pooled);
  const columns = options.wide === true ? [WIDE_COLUMN] : metrics;
  const plans = inputs.map((input) => ({ ...planFile(input, metrics, pooled), columns }));
  const notices = [
    ...columnNotices(plans, metrics, pooled, options),
    ...awaitedNotices(awaited),
    ...ignoredNotices(inputs),
    ...markNotices(inputs.map(({ sample }) => sample)),
  ];
  return { columns, plans, notices, decisions: decideCounters(samples, columns, options), awaited };
}

/** Metrics of exports that were read to their end, of which the sample has no number. */
function laterMetrics(inputs: readonly ReadableSample[], pooled: ReadonlyMap<string, FieldCounts>): string[] {
  const all = inputs.flatMap(({ sample, options }) => sample.metrics.map((name) => newName(name, options)));
  return [...new Set(all)].filter((name) => isEmpty(pooled.get(name) ?? { numbers: 0, texts: 0 }));
}

/** The column of recordings in which every field of a row is a target of its own. */
const WIDE_COLUMN = 'value';
/** Spreadsheets separate fields by it where numbers have a decimal comma. Elsewhere a point is decimal. */
const DELIMITER_WITH_COMMAS = ';';

function planFile(
  { sample, series, options }: ReadableSample,
  metrics: readonly string[],
  pooled: ReadonlyMap<string, FieldCounts>,
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
    ...timePlan(fields.times.fields),
    time: fields.times.format,
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
  const ignored = texts.map(([name]) => [oldName(name, options), null] as const);
  return longPlan(long, [...columns, ...ignored], options.columns === undefined ? 'reject' : 'filter');
}

function rolesOf(
  { header, layout, sampled, head: { format } }: FileSample,
  fields: FileFields,
  metrics: readonly string[],
  pooled: ReadonlyMap<string, FieldCounts>,
  options: ReadOptions,
): Map<string, Role> {
  const roles = new Map<string, Role>();
  const values = new Map(metrics.map((name, index) => [name, valueRole(index)]));
  for (const field of new Set([...header, ...(fields.long === null ? sampled.names : [])])) {
    const name = newName(field, options);
    const value = field === '' ? undefined : values.get(name);
    const isLate = options.columns === undefined && field !== '' && isUnseen(pooled.get(name));
    roles.set(field, fields.long === null ? (value ?? (isLate ? LATE : IGNORED)) : IGNORED);
  }
  // Values in lists are in the order of the columns, whatever those are called.
  if (layout === 'batches') metrics.forEach((name, i) => roles.set(oldName(name, options), valueRole(i)));
  for (const name of fields.ignored.keys()) roles.set(name, IGNORED);
  if (format === 'jsonl' && fields.long === null && options.wide !== true) addLate(roles, metrics, options);
  if (layout === 'rows') for (const [name, role] of foundRoles(fields)) roles.set(name, role);
  return roles;
}

/** Metrics that the sample of a file lacks come in later records, perhaps: any line of JSON may bring new fields. */
function addLate(roles: Map<string, Role>, metrics: readonly string[], options: ReadOptions): void {
  const known = new Set([...roles.values()].map(valueIndex));
  for (const [index, name] of metrics.entries()) {
    const field = oldName(name, options);
    if (!known.has(index) && !roles.has(field)) roles.set(field, valueRole(index));
  }
}

/** Whether no accepted record of the sample has a value in the field, so that a later one deserves a notice. */
function isUnseen(values: FieldCounts | undefined): boolean {
  return values === undefined || isEmpty(values) || (isNumeric(values) && !values.isAccepted);
}

function withWholeNames(options: ReadOptions, inputs: readonly ReadableSample[]): ReadOptions {
  if (options.columns === undefined) return options;
  const seen = new Set(inputs.flatMap((input) => newNames(input)));
  return { ...options, columns: wholeNames(options.columns, seen) };
}

function oldName(name: string, options: ReadOptions): string {
  return Object.hasOwn(options.map, name) ? (options.map[name] ?? name) : name;
}

function allNames({ header, sampled, fields, metrics }: FileSample): string[] {
  const named = [...(fields?.times.fields ?? []), ...(fields?.targets ?? []), fields?.label].filter(
    (name) => typeof name === 'string',
  );
  return [...new Set([...header, ...named, ...sampled.names, ...metrics])];
}

/** All names of a file after `--map`. */
function newNames({ sample, options }: ReadableSample): string[] {
  return [...allNames(sample), ...sample.listed].map((field) => newName(field, options));
}

function refuseDuplicates({ sample, options }: ReadableSample): void {
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
  const isMapped = new Set(names).size === names.length;
  const by = isMapped ? ', with the names that --map gives' : '';
  throw new AiopsError('input_unusable', `${sample.file} has ${what} called ${listNames([...twice])}${by}`, {
    hint:
      Object.keys(options.map).length > 0
        ? isMapped
          ? 'give other names in --map: those that the header does not have'
          : 'give every column a unique name in the header, and in --map'
        : 'give every column a unique name in the header',
  });
}

/** Names of `--columns` that no sample has, if they may come later. */
function awaitedNames(inputs: readonly ReadableSample[], options: ReadOptions): string[] {
  if (options.columns === undefined || options.wide === true) return [];
  const seen = new Set(inputs.flatMap((input) => newNames(input)));
  const absent = options.columns.filter((name) => !seen.has(name));
  const isLong = inputs.some(({ sample }) => (sample.fields?.long ?? null) !== null);
  // In a table with a row per metric, names of which the sample has none are mostly those of fields.
  if (isLong) return absent.length < options.columns.length ? absent : [];
  if (!inputs.some(({ sample }) => sample.head.format === 'jsonl' && !sample.isWhole)) return [];
  // One that differs in case is a slip.
  const lower = new Set([...seen].map((name) => name.toLowerCase()));
  return absent.filter((name) => !lower.has(name.toLowerCase()));
}

function refuseUnknownNames(
  inputs: readonly ReadableSample[],
  options: ReadOptions,
  awaited: readonly string[],
): void {
  const seen = new Set(inputs.flatMap(({ sample }) => allNames(sample)));
  const renamed = new Set(inputs.flatMap((input) => newNames(input)));
  const mapped = Object.entries(options.map).filter(
    ([name, old]) => !seen.has(old) && !awaited.includes(name),
  );
  const unmapped = mapped.map(([, old]) => old);
  const unknown = (options.columns ?? []).filter((name) => !renamed.has(name) && !awaited.includes(name));
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
  const mixed = inputs.flatMap(({ sample }) => sample.fields?.mixedUnits ?? []);
  const hint =
    mixed.length === 0
      ? 'metrics are numbers such as 50.1; for other ways to write them see --decimal and --missing-values'
      : `write all numbers of a column in one unit: ${mixedText(mixed)}`;
  return new AiopsError(
    'input_unusable',
    `${listNames(files, 3)} ${have(files)} no numeric column: saw ${listNames(seen)}${why}`,
    { hint },
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
