import { commaSeparated } from '../../../core/comma-list.js';
import { plural } from '../../../core/count-text.js';
import { AiopsError } from '../../../core/errors.js';
import { oneLine } from '../../../core/one-line.js';
import type { ReadOptions } from '../../options.js';
import { clockApart, dayBeside } from './clock-apart.js';
import { datePartsFlags } from './date-parts.js';
import type { Decision } from '../decision.js';
import { namedField, requireField, usualField } from '../find-field.js';
import { lettersOf, listNames, newName, quoteName } from '../names.js';
import { refuseShortDates } from './short-dates.js';
import type { SampledTable, SampleTable } from '../table.js';
import { isTimeLike } from './time-format.js';
import {
  canBeTime,
  hasMostlyTimes,
  hasOnlyPeriods,
  hasOnlyTimes,
  hasOurTimes,
  looksLikeTime,
} from './time-shape.js';

/** Taken for the time if they hold any, unless another column is a likelier time. */
const USUAL_TIMES = ['timestamp', 'time', 'ts', 'minute', '@timestamp'];
/** Names of columns that are the time if they look like it; compared by their letters and digits alone. */
const OTHER_TIMES = [
  ...[
    'datetime',
    'timestamp',
    'time',
    'eventtime',
    'eventtimestamp',
    'timestamputc',
    'utctimestamp',
    'timeutc',
  ],
  ...[
    'utctime',
    'datetimeutc',
    'utcdatetime',
    'timestamplocal',
    'localtime',
    'date',
    'unixtime',
    'unixtimestamp',
  ],
  ...[
    'epoch',
    'epochtime',
    'epochseconds',
    'epochs',
    'epochms',
    'epochmillis',
    'timestampms',
    'timestamps',
    'timems',
  ],
  ...[
    'timestampus',
    'timestampns',
    'timeus',
    'timens',
    'tsms',
    'recordedat',
    'measuredat',
    'observedat',
    'sampledat',
  ],
  ...['timeunixnano', 'collectedat', 'createdat', 'starttime', 'endtime', 'ds', 'dt'],
];

/** The column with the time, or several that hold it together. */
export interface TimeChoice {
  readonly fields: readonly string[];
  readonly decision: Decision;
}

/**
 * Finds the column with the time, or those with its date and its time of day.
 *
 * @throws AiopsError `input_unusable` if there is none, or the time of day is in a column of its own
 */
export function decideTime(sampled: SampledTable, options: ReadOptions, nowMs: number): TimeChoice {
  const { table } = sampled;
  const names = table.lineNames;
  if (options.timeColumn !== undefined) return givenTime(sampled, options.timeColumn, options);
  const taken = new Set([...(options.columns ?? []), ...otherNames(options)]);
  const isUsual = (name: string): boolean => USUAL_TIMES.includes(newName(name, options).toLowerCase());
  const usual = names.filter((name) => isUsual(name) && hasTime(table, name));
  const field = usualField(USUAL_TIMES, usual, taken, options);
  const free = names.filter((name) => !taken.has(name) && !taken.has(newName(name, options)));
  if (field === null) return otherTime(sampled, free, options, nowMs);
  const day = dayBeside(table, field, free);
  const apart = day === null ? null : joinedWith(clockApart(sampled, day, false));
  if (apart !== null) return apart;
  const better = betterTime(table, { field, free }, options, nowMs);
  if (better === null) {
    return joinedWith(clockApart(sampled, field, true)) ?? timeChoice([field], 'name', 'it has a usual name');
  }
  const evidence = `it has times of our years, unlike "${oneLine(field)}"`;
  return joinedWith(clockApart(sampled, better, false)) ?? timeChoice([better], 'shape', evidence);
}

/** The columns that a flag names: one, whatever its name, or several separated by commas. */
function givenTime({ file, table }: SampledTable, given: string, options: ReadOptions): TimeChoice {
  const names = table.lineNames;
  const several = namedField(given, names, options) === null ? (commaSeparated(given) ?? []) : [];
  const wanted = several.length > 1 ? several : [given];
  const fields = wanted.map((name) => requireField(name, { file, names, flag: '--time-column' }, options));
  return timeChoice(
    [...new Set(fields)],
    'given',
    `--time-column names ${fields.length > 1 ? 'them' : 'it'}`,
  );
}

function joinedWith(fields: readonly string[] | null): TimeChoice | null {
  return fields && timeChoice(fields, 'shape', 'one has dates and the other times of day');
}

/**
 * A column that has times of our years as often as `field` has numbers that are none; null: there is none, or `field`
 * has.
 */
function betterTime(
  table: SampleTable,
  { field, free }: { readonly field: string; readonly free: readonly string[] },
  options: ReadOptions,
  nowMs: number,
): string | null {
  if (hasOurTimes(table.lineColumn(field), nowMs)) return null;
  const least = ALMOST_AS_MANY * countTimes(table, field);
  const sure = free.filter((name) => {
    const values = table.lineColumn(name);
    return countTimes(table, name) >= least && hasMostlyTimes(values) && hasOurTimes(values, nowMs);
  });
  const shaped = sure.filter((name) => looksLikeTime(table.lineColumn(name), nowMs));
  return (
    usualField(USUAL_TIMES, sure, new Set(), options) ?? otherField(sure, options) ?? onlyOne(table, shaped)
  );
}

/** Times of the likelier column that may be missing. */
const ALMOST_AS_MANY = 0.9;

/** Different times of a column. */
function countTimes(table: SampleTable, name: string): number {
  return new Set(table.lineColumn(name).filter(isTimeLike)).size;
}

/** The first field that has one of the other names. */
function otherField(names: readonly string[], options: ReadOptions): string | null {
  const found = OTHER_TIMES.map((each) =>
    names.find((name) => lettersOf(newName(name, options)) === each),
  ).find((name) => name !== undefined);
  return found ?? null;
}

/** The only column that looks like the time; of several, the only one that has nothing else. */
function onlyOne(table: SampleTable, all: readonly string[]): string | null {
  // A month beside the time is a part of it.
  const finer = all.filter((name) => !hasOnlyPeriods(table.lineColumn(name)));
  const shaped = finer.length > 0 ? finer : all;
  const pure = shaped.filter((name) => hasOnlyTimes(table.lineColumn(name)));
  const [found, ...others] = pure.length > 0 ? pure : shaped;
  return others.length === 0 ? (found ?? null) : null;
}

function otherTime(
  sampled: SampledTable,
  free: readonly string[],
  options: ReadOptions,
  nowMs: number,
): TimeChoice {
  const { file, table } = sampled;
  // A name that is a time is a value, of a file without a header.
  const isHeader = !table.lineNames.some(isTimeLike);
  const shaped = free.filter((name) => isHeader && looksLikeTime(table.lineColumn(name), nowMs));
  const able = free.filter(
    (name) => isHeader && canBeTime(newName(name, options), table.lineColumn(name), nowMs),
  );
  const named = otherField(able, options);
  const found = named ?? onlyOne(table, shaped);
  if (found !== null) {
    const evidence = named === null ? 'no other column has times in all rows' : 'it has a usual name';
    const joined = joinedWith(clockApart(sampled, found, false));
    return joined ?? timeChoice([found], named === null ? 'shape' : 'name', evidence);
  }
  if (isHeader) refuseShortDates(sampled, free, nowMs);
  // A usual name without times: the first reject says what is wrong with them.
  const field = usualField(USUAL_TIMES, free, new Set(), options);
  if (field !== null) return timeChoice([field], 'name', 'it has a usual name');
  throw noTime({ file, table }, shaped);
}

/** Whether columns of this name usually have times. */
export function isTimeName(name: string): boolean {
  const letters = lettersOf(name);
  return USUAL_TIMES.includes(letters) || OTHER_TIMES.includes(letters);
}

function noTime(
  { file, table }: Pick<SampledTable, 'file' | 'table'>,
  shaped: readonly string[],
): AiopsError {
  const names = table.lineNames;
  const parts = datePartsFlags(table);
  const unknown = names.some((name) => /^[-+]?\d/.test(name))
    ? 'the first line must name the columns; put a line such as timestamp,target,value before it'
    : `name it with --time-column${table.hasHeader ? '; if the header is further down, see --skip-lines and --delimiter' : ''}`;
  const hint = parts === null ? unknown : `give ${parts}`;
  return new AiopsError(
    'input_unusable',
    shaped.length > 1
      ? `${file} has several columns with times: ${listNames(shaped)}`
      : `${file} has no time column: saw ${listNames(names)}`,
    { hint: shaped.length > 1 ? `give ${timeColumnFlags(shaped)}` : hint },
  );
}

/** Flags that a hint lists; the others are counted. */
const MOST_FLAGS = 3;

function timeColumnFlags(names: readonly string[]): string {
  const flags = names.slice(0, MOST_FLAGS).map((name) => `--time-column ${quoteName(name)}`);
  const others = names.length - flags.length;
  return others === 0 ? flags.join(' or ') : `${flags.join(' or ')} (and ${plural(others, 'other')})`;
}

function otherNames({ targetColumns = [], labelColumn }: ReadOptions): string[] {
  return labelColumn === undefined ? [...targetColumns] : [...targetColumns, labelColumn];
}

function hasTime(table: SampleTable, name: string): boolean {
  return table.lineColumn(name).some(isTimeLike);
}

function timeChoice(fields: readonly string[], source: Decision['source'], evidence: string): TimeChoice {
  const names = fields.map((field) => `"${field}"`).join(' and ');
  const choice = `${fields.length === 1 ? 'column' : 'columns'} ${names}`;
  const flag = `--time-column ${fields.map(quoteName).join(',')}`;
  return { fields, decision: { about: 'time', choice, evidence, source, flag, alternatives: [] } };
}
