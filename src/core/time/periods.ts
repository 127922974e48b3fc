import { dateMs, weekDateMs } from './calendar.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** The name of a month in English, as a group. */
export const MONTH_NAME =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';

/** 1 for `Jan` or `january`; NaN for what is no month. */
export function monthOf(name = ''): number {
  const index = MONTHS.indexOf(name.slice(0, 3).toLowerCase());
  return index < 0 ? NaN : index + 1;
}

const YEAR = '((?:19|20)\\d\\d)';

/** Each with how its groups give a date. */
const PERIODS: readonly (readonly [form: RegExp, startOf: (first: string, second: string) => number])[] = [
  [new RegExp(`^${YEAR}(?:[-/]|-?M)(\\d\\d)$`, 'i'), (year, month) => monthMs(year, Number(month))],
  [/^(\d\d?)[-/]((?:19|20)\d\d)$/, (month, year) => monthMs(year, Number(month))],
  [new RegExp(`^${MONTH_NAME}\\.?[ -/]?${YEAR}$`, 'i'), (name, year) => monthMs(year, monthOf(name))],
  [new RegExp(`^${YEAR}[ -/]?${MONTH_NAME}$`, 'i'), (year, name) => monthMs(year, monthOf(name))],
  [new RegExp(`^${YEAR}[ -]?Q([1-4])$`, 'i'), (year, quarter) => monthMs(year, 3 * Number(quarter) - 2)],
  [new RegExp(`^Q([1-4])[ -/]?${YEAR}$`, 'i'), (quarter, year) => monthMs(year, 3 * Number(quarter) - 2)],
  [new RegExp(`^${YEAR}-?W(\\d\\d)$`, 'i'), (year, week) => weekDateMs(Number(year), Number(week), 1)],
];

function monthMs(year: string, month: number): number {
  return dateMs(Number(year), month, 1);
}

/**
 * The first midnight of a month, quarter or ISO week such as `2018-04`, `Apr 2018`, `2018Q2` or `2018-W18`, ms counted
 * as if it were UTC; NaN for anything else.
 */
export function periodMs(text: string): number {
  for (const [form, startOf] of PERIODS) {
    const [, first, second] = form.exec(text) ?? [];
    if (first !== undefined && second !== undefined) return startOf(first, second);
  }
  return NaN;
}
