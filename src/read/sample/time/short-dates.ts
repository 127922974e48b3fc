import { AiopsError } from '../../../core/errors.js';
import { oneLine } from '../../../core/one-line.js';
import { AUTO_TIME, parserOf } from '../../../core/time/format.js';
import { joinedTime } from '../../lines/joined-time.js';
import { clockBeside } from './clock-apart.js';
import { textOf } from './day-parts.js';
import { inShell, quoteName } from '../names.js';
import type { SampledTable } from '../table.js';

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
    const clock = mark === undefined ? null : clockBeside(table, field, days);
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
