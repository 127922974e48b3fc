import { AiopsError } from '../../../core/errors.js';
import { oneLine } from '../../../core/one-line.js';
import { MIDNIGHT, joinedTime } from '../../lines/joined-time.js';
import {
  HOUR_NAMES,
  areClockDigits,
  areHours,
  isClock,
  isClockName,
  textOf,
  unclearPart,
} from './day-parts.js';
import { lettersOf, quoteName } from '../names.js';
import type { SampleTable, SampledTable } from '../table.js';
import { isTimeLike } from './time-format.js';
import { hasMostlyTimes } from './time-shape.js';

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
  const clock = clockBeside(table, field, days);
  if (clock === null) {
    refuseUnclear(sampled, field, days);
    return null;
  }
  const isSure = isClockName(clock) || isRising(days, table.lineColumn(clock));
  const hasMidnights = days.some((day, row) => day !== dates[row]?.trim());
  if ((isUsual || hasMidnights) && !isSure) return null;
  const fields = [field, clock];
  refuseMinutes(sampled, fields, days);
  const flag = flagOf(fields);
  const other = `if ${oneLine(clock)} is something else, give ${flagOf([field])}`;
  const clocks = table.lineColumn(clock);
  const isTime = days.some((_, row) => isTimeLike(joinedTime([dates[row], clocks[row]], null)));
  if (isSure && isTime) return fields;
  const remedy = isTime
    ? `give ${flag}`
    : `give ${flag} with --time-format, such as --time-format '${exampleFormat(days[0], textOf(clocks[0]))}'`;
  throw new AiopsError(
    'input_unusable',
    `${file} has the date in ${oneLine(field)} and the time of day in ${oneLine(clock)}`,
    { hint: `${remedy}; ${other}` },
  );
}

/** The field with the days, if `field` has but times of day; null: it may be the whole time. */
export function dayBeside(table: SampleTable, field: string, free: readonly string[]): string | null {
  const column = table.lineColumn(field);
  const isPart =
    isClock(column) ||
    areClockDigits(column) ||
    unclearPart(field, column) !== null ||
    MINUTE_NAMES.has(lettersOf(field));
  if (!isPart) return null;
  return free.find((name) => name !== field && areDays(table.lineColumn(name))) ?? null;
}

/** Whether a column has dates alone, or dates at midnight, written as text or as eight digits. */
function areDays(column: readonly unknown[]): boolean {
  if (!hasMostlyTimes(column)) return false;
  const days = column.map((date) => textOf(date).trim().replace(MIDNIGHT, '')).filter((day) => day !== '');
  return days.every((day) => !/:|T\d/.test(day) && (!NUMBER.test(day) || /^(?:19|20)\d{6}$/.test(day)));
}

const MINUTE_NAMES = new Set(['minute', 'minutes', 'minuto', 'minuten', 'mins']);

/** Beside a day and an hour, a column of minutes is a part of the time as well, which only a pattern reads. */
function refuseMinutes(
  { file, table }: SampledTable,
  fields: readonly string[],
  days: readonly string[],
): void {
  const [field = '', hour = ''] = fields;
  if (!areHours(table.lineColumn(hour))) return;
  const isMinutes = (name: string): boolean =>
    MINUTE_NAMES.has(lettersOf(name)) &&
    table.lineColumn(name).every((value) => /^[0-5]?\d$/.test(textOf(value)));
  const minute = table.lineNames.find((name) => !fields.includes(name) && isMinutes(name));
  if (minute === undefined) return;
  const pattern = exampleFormat(days[0], '').replace('%H:%M', '%H %M');
  throw new AiopsError(
    'input_unusable',
    `${file} has the date in ${oneLine(field)}, the hour in ${oneLine(hour)} and the minute in ${oneLine(minute)}`,
    {
      hint: `give ${flagOf([...fields, minute])} with --time-format, such as --time-format '${pattern}'; if ${oneLine(minute)} is something else, give ${flagOf(fields)}`,
    },
  );
}

/** Refuses times of day that cannot be joined with their dates for sure: as targets or metrics they would be wrong. */
function refuseUnclear({ file, table }: SampledTable, field: string, days: readonly string[]): void {
  const isPerDay = 2 * new Set(days).size <= days.length;
  if (!isPerDay) return;
  for (const name of table.lineNames.filter((each) => each !== field)) {
    const column = table.lineColumn(name);
    const part = unclearPart(name, column);
    if (part === null || !(part.isSure || isRising(days, column))) continue;
    throw new AiopsError(
      'input_unusable',
      `${file} has the date in ${oneLine(field)} and ${part.what} in ${oneLine(name)}, which cannot be joined for sure`,
      {
        hint: `write the time in one column, such as 2018-04-30 00:30, and name it with --time-column; if ${oneLine(name)} is something else, give ${flagOf([field])}, and --target-column ${quoteName(name)} if it names the targets`,
      },
    );
  }
}

/** The field with times of day, or else with hours from 0 to 23; null: there is none. */
export function clockBeside(table: SampleTable, field: string, days: readonly string[]): string | null {
  const names = table.lineNames.filter((name) => name !== field);
  const isDigits = (name: string): boolean => {
    const column = table.lineColumn(name);
    if (!areClockDigits(column)) return false;
    return isRising(days, column) && /(?:time|hhmm|zeit|clock|hour|hora)$/.test(lettersOf(name));
  };
  const clocks = names.filter((name) => isClock(table.lineColumn(name)) || isDigits(name));
  const hours = names.filter((name) => HOUR_NAMES.has(lettersOf(name)) && areHours(table.lineColumn(name)));
  const rising = clocks.filter((name) => isRising(days, table.lineColumn(name)));
  return clocks.find(isClockName) ?? rising.find(isStartName) ?? rising[0] ?? clocks[0] ?? hours[0] ?? null;
}

/** Of the start and the end of a row's interval, the start is its time. */
function isStartName(name: string): boolean {
  return /start|begin|from|von|inicio|debut/.test(lettersOf(name));
}

function flagOf(fields: readonly string[]): string {
  return `--time-column ${fields.map(quoteName).join(',')}`;
}

/** A pattern that may fit a day and a time of day. */
function exampleFormat(day = '', clock: string): string {
  const mark = /^\d+([./-])\d+\1\d+$/.exec(day)?.[1];
  const date = /^\d{4}\D/.test(day)
    ? `%Y${mark}%m${mark}%d`
    : /^\d{8}$/.test(day)
      ? '%Y%m%d'
      : /^\d{6}$/.test(day)
        ? '%y%m%d'
        : `%d${mark ?? '.'}%m${mark ?? '.'}${/\d{4}$/.test(day) ? '%Y' : '%y'}`;
  const time = /^\d+\.\d\d\.\d\d$/.test(clock) ? '%H.%M.%S' : '%H:%M';
  return `${date} ${time}`;
}

function isDay(text: string): boolean {
  return isTimeLike(text) && (!NUMBER.test(text) || DIGIT_DATE.test(text));
}

/** So many steps forward within a day show that a column tells its time. */
const MIN_STEPS = 8;

/** Whether times of day go forward within each day. */
function isRising(days: readonly string[], clocks: readonly unknown[]): boolean {
  const padded = clocks
    .map((clock) =>
      textOf(clock)
        .trim()
        .replace(/^\d(?=[:.]\d\d)/, '0$&'),
    )
    .map((clock) => (/^\d+$/.test(clock) ? clock.padStart(4, '0') : clock));
  let steps = 0;
  for (let row = 1; row < days.length; row++) {
    if (days[row] !== days[row - 1] || padded[row] === padded[row - 1]) continue;
    if (padded[row]! < padded[row - 1]!) return false;
    steps++;
  }
  return steps >= MIN_STEPS;
}
