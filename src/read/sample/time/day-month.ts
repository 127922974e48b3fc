import { AiopsError } from '../../../core/errors.js';
import { oneLine } from '../../../core/one-line.js';
import { AUTO_TIME, parserOf } from '../../../core/time/format.js';
import { dayAndMonth, patternOf, type DayMonth } from '../../../core/time/texts.js';
import type { Decision } from '../decision.js';
import { inShell } from '../names.js';

const DAY_MS = 86_400_000;
/** Days and months that are mixed up turn the step from one day to the next into one of a month. */
const MONTH_STEP_MS = 27 * DAY_MS;

interface Column {
  readonly file: string;
  readonly field: string;
}

interface Order {
  readonly dayMonth: DayMonth;
  readonly decision: Decision;
}

/**
 * Decides whether the day or the month comes first in dates such as 04/05/2018: the first number over 12 is a day. Null
 * if less than half of the times are such dates.
 *
 * @throws AiopsError `input_unusable` if nothing tells days from months
 */
export function decideDayMonth(column: Column, times: readonly string[]): Order | null {
  const dates = times.filter((time) => dayAndMonth(time) !== null);
  const [first] = dates;
  if (first === undefined || dates.length * 2 < times.length) return null;
  const days = dates.filter((date) => (dayAndMonth(date)?.[0] ?? 0) > 12);
  const months = dates.filter((date) => (dayAndMonth(date)?.[1] ?? 0) > 12);
  const telling = dates.find((date) => days.includes(date) || months.includes(date));
  if (telling !== undefined) {
    const dayMonth = days.includes(telling) ? 'day-first' : 'month-first';
    const isMixed = days.length > 0 && months.length > 0;
    return decided(dayMonth, telling, `${oneLine(telling)} has no other reading`, isMixed);
  }
  const stepping = byLongestStep(dates);
  if (stepping !== null)
    return decided(stepping, first, 'otherwise it would jump from one month to another at midnight', true);
  throw ambiguous(column, first);
}

function decided(dayMonth: DayMonth, sample: string, evidence: string, isDoubtful: boolean): Order {
  const choice = dayMonth === 'day-first' ? 'day before month' : 'month before day';
  const flag = flagOf(sample, dayMonth);
  const other = flagOf(sample, dayMonth === 'day-first' ? 'month-first' : 'day-first');
  const alternatives = isDoubtful && other !== null ? [other] : [];
  return {
    dayMonth,
    decision: { about: 'time format', choice, evidence, source: 'shape', flag, alternatives },
  };
}

/** The order in which times pass by without a step of a month, if the other one has such a step. */
function byLongestStep(dates: readonly string[]): DayMonth | null {
  const [day = NaN, month = NaN] = (['day-first', 'month-first'] as const).map((dayMonth) => {
    const parse = parserOf({ ...AUTO_TIME, dayMonth }, 'UTC');
    const times = [...new Set(dates.map(parse))].filter((time) => !Number.isNaN(time)).sort((a, b) => a - b);
    return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
  });
  if (day <= DAY_MS && month >= MONTH_STEP_MS && day < month) return 'day-first';
  return month <= DAY_MS && day >= MONTH_STEP_MS ? 'month-first' : null;
}

function flagOf(sample: string, order: DayMonth): string | null {
  const pattern = patternOf(sample, order);
  return pattern === null ? null : `--time-format ${inShell(pattern)}`;
}

function ambiguous({ file, field }: Column, sample: string): AiopsError {
  const [day, month] = [flagOf(sample, 'day-first'), flagOf(sample, 'month-first')];
  return new AiopsError(
    'input_unusable',
    `${file}: ${oneLine(field)}: nothing in the sample tells whether the day or the month comes first in ${oneLine(sample)}`,
    { hint: `give ${day} if it is the day, ${month} if it is the month` },
  );
}
