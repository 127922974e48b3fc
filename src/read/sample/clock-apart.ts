import { AiopsError } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import { STDIN_NAME } from '../bytes/raw-bytes.js';
import { inShell, quoteName } from './names.js';
import type { SampledTable } from './table.js';
import { isTimeLike } from './time-format.js';
import { areMost } from './time-shape.js';

const CLOCK = /^\s*\d{1,2}:\d\d(:\d\d([.,]\d+)?)?( ?[ap]\.?m\.?)?\s*$/i;
const MIDNIGHT = /[T ]0?0:00(:00([.,]0+)?)?Z?$/;
const NUMBER = /^[-+]?\d+([.,]\d+)?$/;
const DIGIT_DATE = /^\d{6}(\d\d)?$/;

/**
 * Refuses days in `field` if another field has their times of day: all records of a day would be at its midnight. A field
 * with a usual name, or with midnights, may be the whole time, beside a duration: there, times of day must rise.
 *
 * @throws AiopsError `input_unusable`, with the command that joins the two fields if there is a simple one
 */
export function refuseClockApart(sampled: SampledTable, field: string, isUsual: boolean): void {
  const { file, table } = sampled;
  const dates = table.lineColumn(field).map((date) => textOf(date));
  const days = dates.map((date) => date.trim().replace(MIDNIGHT, ''));
  if (!days.some(isDay) || days.some((day) => /:|T\d/.test(day))) return;
  const clock = table.lineNames.find((name) => name !== field && isClock(table.lineColumn(name)));
  if (clock === undefined) return;
  const hasMidnights = days.some((day, row) => day !== dates[row]?.trim());
  if ((isUsual || hasMidnights) && !isRising(days, table.lineColumn(clock))) return;
  const [date, time] = [oneLine(field), oneLine(clock)];
  const command = joinCommand(sampled, field, clock);
  const remedy = `join them in one column, ${command === null ? 'such as 2018-04-30 00:58' : `for example with ${command}`}`;
  throw new AiopsError('input_unusable', `${file} has the date in ${date} and the time of day in ${time}`, {
    hint: `${remedy}; if ${time} is something else, give --time-column ${quoteName(field)}`,
  });
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

/** A command that joins two fields of a file; null: there is no simple one. */
function joinCommand(sampled: SampledTable, date: string, clock: string): string | null {
  const { file, format, table } = sampled;
  const row = table
    .lineColumn(date)
    .findIndex((value, i) => value !== '' && isClock([table.lineColumn(clock)[i]]));
  if (!isTimeLike(`${textOf(table.lineColumn(date)[row])} ${textOf(table.lineColumn(clock)[row])}`))
    return null;
  const script = format === 'csv' ? sedScript(sampled, date, clock) : jqScript(sampled, date, clock);
  if (script === null) return null;
  const joined = format === 'csv' ? 'joined.csv' : 'joined.jsonl';
  if (file === STDIN_NAME) return script;
  if (/\.gz$/i.test(file)) return `gzip -dc ${inShell(file)} | ${script} > ${joined}`;
  return `${script} < ${inShell(file)} > ${joined}`;
}

/** Makes a space of the delimiter between two neighbours, and of the quotes around it. */
function sedScript({ delimiter, table }: SampledTable, date: string, clock: string): string | null {
  const names = table.lineNames;
  const at = names.indexOf(date);
  if (names[at + 1] !== clock || !/^[,;|]$/.test(delimiter)) return null;
  const isSplit = (value: unknown): boolean => typeof value === 'string' && /[,;|"\n]/.test(value);
  const before = names.slice(0, at + 2);
  if (before.some((name) => name === '' || isSplit(name) || table.lineColumn(name).some(isSplit)))
    return null;
  return `sed 's/"*${delimiter}"*/ /${at === 0 ? '' : at + 1}'`;
}

function jqScript({ marks, layout }: SampledTable, date: string, clock: string): string | null {
  const isPlain = [date, clock].every((name) => /^[a-z_]\w*$/i.test(name));
  if (!isPlain || layout !== 'rows' || marks.skipLines > 0) return null;
  const each = marks.isList ? '.[] | ' : '';
  return `jq -c '${each}.${date} = "\\(.${date}) \\(.${clock})" | del(.${clock})'`;
}
