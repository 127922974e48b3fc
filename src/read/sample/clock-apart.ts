import { AiopsError } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import { AUTO_TIME, parserOf } from '../../core/time/format.js';
import { MIDNIGHT, joinedTime } from '../lines/joined-time.js';
import { inShell, lettersOf, quoteName } from './names.js';
import type { SampleTable, SampledTable } from './table.js';
import { isTimeLike } from './time-format.js';
import { areMost } from './time-shape.js';

const CLOCK = /^\s*\d{1,2}:\d\d(:\d\d([.,]\d+)?)?( ?[ap]\.?m\.?)?\s*$/i;
const NUMBER = /^[-+]?\d+([.,]\d+)?$/;
const DIGIT_DATE = /^\d{6}(\d\d)?$/;

/**
 * The fields that hold the time together if `field` has days, and another field their times of day: read by the days
 * alone, all records of a day would be at its midnight. A field with a usual name, or with midnights, may be the whole
 * time, beside a duration: there, the other one must have a usual name of times of day, or rise. Null: it is the time.
 *
 * @throws AiopsError `input_unusable` if the times of day may be something else, or the two are no time together
 */
export function clockApart(sampled: SampledTable, field: string, isUsual: boolean): readonly string[] | null {
  const { file, table } = sampled;
  const dates = table.lineColumn(field).map((date) => textOf(date));
  const days = dates.map((date) => date.trim().replace(MIDNIGHT, ''));
  if (!days.some(isDay) || days.some((day) => /:|T\d/.test(day))) return null;
  const clock = clockBeside(table, field);
  if (clock === null) return null;
  const isSure = isClockName(clock) || isRising(days, table.lineColumn(clock));
  const hasMidnights = days.some((day, row) => day !== dates[row]?.trim());
  if ((isUsual || hasMidnights) && !isSure) return null;
  const fields = [field, clock];
  const flag = `--time-column ${fields.map(quoteName).join(',')}`;
  const other = `if ${oneLine(clock)} is something else, give --time-column ${quoteName(field)}`;
  const clocks = table.lineColumn(clock);
  const isTime = days.some((_, row) => isTimeLike(joinedTime([dates[row], clocks[row]], null)));
  if (isSure && isTime) return fields;
  const remedy = isTime
    ? `give ${flag}`
    : `give ${flag} with --time-format, such as --time-format '%d.%m.%y %H:%M'`;
  throw new AiopsError(
    'input_unusable',
    `${file} has the date in ${oneLine(field)} and the time of day in ${oneLine(clock)}`,
    { hint: `${remedy}; ${other}` },
  );
}

const YEAR_MS = 366 * 86_400_000;
const SHORT_DAY = /^\s*\d{1,2}([-./])\d{1,2}\1\d\d\s*$/;
const CLOCK_PATTERNS = ['%H:%M', '%H:%M:%S', '%I:%M %p', '%I:%M:%S %p'];

/**
 * Refuses dates with years of two digits in a field beside their times of day, which are read by a pattern alone.
 *
 * @throws AiopsError `input_unusable`, with the patterns that read all of them
 */
export function refuseShortDates(
  { file, table }: SampledTable,
  fields: readonly string[],
  nowMs: number,
): void {
  for (const field of fields) {
    const days = table.lineColumn(field).map(textOf);
    const mark = SHORT_DAY.exec(days.find((day) => day !== '') ?? '')?.[1];
    const clock = mark === undefined ? null : clockBeside(table, field);
    if (mark === undefined || clock === null || !fields.includes(clock)) continue;
    const clocks = table.lineColumn(clock);
    const times = days.map((day, row) => joinedTime([day, clocks[row]], '')).filter(isGiven);
    const patterns = ['%d %m %y', '%m %d %y', '%y %m %d'].flatMap((day) =>
      CLOCK_PATTERNS.map((time) => `${day.replaceAll(' ', mark)} ${time}`),
    );
    const fitting = patterns.filter((pattern) => readsAll(pattern, times, nowMs + YEAR_MS));
    if (fitting.length === 0) continue;
    const formats = fitting.map((pattern) => `--time-format ${inShell(pattern)}`).join(' or ');
    throw new AiopsError(
      'input_unusable',
      `${file} has the date in ${oneLine(field)}, with a year of two digits, and the time of day in ${oneLine(clock)}`,
      { hint: `give --time-column ${[field, clock].map(quoteName).join(',')} with ${formats}` },
    );
  }
}

function isGiven(time: unknown): boolean {
  return time !== undefined && time !== null && time !== '';
}

/** Whether all texts are times by a pattern, none of them later than `untilMs`. */
function readsAll(pattern: string, times: readonly unknown[], untilMs: number): boolean {
  const parse = parserOf({ ...AUTO_TIME, pattern }, 'UTC');
  return times.every((time) => typeof time === 'string' && parse(time) <= untilMs);
}

/** The field with times of day, or else with hours from 0 to 23; null: there is none. */
function clockBeside(table: SampleTable, field: string): string | null {
  const names = table.lineNames.filter((name) => name !== field);
  const clocks = names.filter((name) => isClock(table.lineColumn(name)));
  const hours = names.filter((name) => HOUR_NAMES.has(lettersOf(name)) && areHours(table.lineColumn(name)));
  return clocks.find(isClockName) ?? clocks[0] ?? hours[0] ?? null;
}

const HOUR_NAMES = new Set([
  'hour',
  'hours',
  'hr',
  'hourofday',
  'stunde',
  'heure',
  'hora',
  'ora',
  'uur',
  'godzina',
]);
const CLOCK_NAMES = new Set([
  ...HOUR_NAMES,
  ...[
    'time',
    'timeofday',
    'clock',
    'localtime',
    'utctime',
    'timeutc',
    'uhrzeit',
    'zeit',
    'tijd',
    'czas',
    'hhmm',
  ],
]);

function isClockName(name: string): boolean {
  return CLOCK_NAMES.has(lettersOf(name));
}

/** Whether a column has hours as numbers from 0 to 23, several of them. */
function areHours(column: readonly unknown[]): boolean {
  const hours = column.map((value) => textOf(value).trim()).filter((text) => text !== '');
  return new Set(hours).size > 1 && hours.every((text) => /^\d{1,2}$/.test(text) && Number(text) < 24);
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function isDay(text: string): boolean {
  return isTimeLike(text) && (!NUMBER.test(text) || DIGIT_DATE.test(text));
}

function isClock(column: readonly unknown[]): boolean {
  const values = column.filter((value) => value !== undefined && value !== '');
  const clocks = values.filter((value) => typeof value === 'string' && CLOCK.test(value));
  return areMost(clocks.length, values.length);
}

/** So many steps forward within a day show that a column tells its time. */
const MIN_STEPS = 8;

/** Whether times of day go forward within each day. */
function isRising(days: readonly string[], clocks: readonly unknown[]): boolean {
  const padded = clocks.map((clock) => textOf(clock).trim().replace(/^\d:/, '0$&'));
  let steps = 0;
  for (let row = 1; row < days.length; row++) {
    if (days[row] !== days[row - 1] || padded[row] === padded[row - 1]) continue;
    if (padded[row]! < padded[row - 1]!) return false;
    steps++;
  }
  return steps >= MIN_STEPS;
}
