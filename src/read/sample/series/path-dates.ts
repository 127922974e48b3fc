import { dirname, relative, sep } from 'node:path';
import { weekDateMs } from '../../../core/time/calendar.js';
import { MONTH_NAME, monthOf } from '../../../core/time/periods.js';
import { withoutExtension } from './series-names.js';

const DAY_MS = 86_400_000;
const MONTH_MS = 31 * DAY_MS;
const YEAR_MS = 366 * DAY_MS;

/** A date in a path. */
export interface PathDate {
  readonly timeMs: number;
  /** How long it lasts at most: a day, a week, a month, a quarter or a year, ms. */
  readonly spanMs: number;
  /** The path without dates and the punctuation beside them. */
  readonly rest: string;
}

/** Dates as files are named by them, with an hour and so on perhaps, also over several folders. */
const FORMS: readonly RegExp[] = [
  /year=(?<year>\d{4})\/month=(?<month>\d\d?)(?:\/day=(?<day>\d\d?)(?:\/hour=(?<hour>\d\d?))?)?(?!\d)/g,
  /(?:\b[a-z_]+=)?(?<!\d)(?<year>(?:19|20)\d\d)\/(?<month>\d\d)(?:\/(?<day>\d\d)(?:\/(?<hour>\d\d)(?=\/|$))?)?(?!\d)/g,
  /(?:\b[a-z_]+=)?(?<!\d)(?<year>(?:19|20)\d\d)(?<mark>[-_.]?)(?<month>\d\d)(?:\k<mark>(?<day>\d\d)(?:[T_. -]?(?!20\d\d[-_.]?\d\d)(?<hour>\d\d)(?:[:_.h-]?(?<minute>\d\d)(?:[:_.m-]?(?<second>\d\d))?)?Z?)?)?(?!\d)/g,
  /(?<!\d)(?<day>\d\d)(?<mark>[-_.])(?<month>\d\d)\k<mark>(?<year>(?:19|20)\d\d)(?!\d)/g,
  /(?<!\d)(?<month>\d\d)(?<mark>[-_.])(?<day>\d\d)\k<mark>(?<year>(?:19|20)\d\d)(?!\d)/g,
  ...namedForms(),
  /(?<!\d)(?<epoch>1\d{9})(?:\d{3})?(?!\d)/g,
  /(?<!\d)(?<year>(?:19|20)\d\d)(?!\d)/g,
];

/** Months by their names, quarters and weeks, on either side of the year. */
function namedForms(): RegExp[] {
  const year = '(?<!\\d)(?<year>(?:19|20)\\d\\d)';
  const parts = [`(?<name>${MONTH_NAME})`, 'Q(?<quarter>[1-4])'];
  return [
    ...parts.flatMap((part) => [
      `(?<![a-z\\d])${part}[-_. ]?${year}(?!\\d)`,
      `${year}[-_. ]?${part}(?![a-z\\d])`,
    ]),
    `${year}[-_. ]?W(?<week>\\d\\d)(?!\\d)`,
  ].map((form) => new RegExp(form, 'gi'));
}

/** How many ways there are to read the dates of paths. */
export const DATE_FORMS = FORMS.length;

/** The first date of this form in a path; null: there is none. */
export function dateIn(path: string, form: number): PathDate | null {
  for (const match of path.matchAll(FORMS[form]!)) {
    const [text] = match;
    const timeMs = timeOf(match.groups ?? {});
    if (Number.isNaN(timeMs)) continue;
    const rest = without(path, match.index, match.index + text.length);
    // Some name the end as well.
    return { timeMs, spanMs: spanOf(match.groups ?? {}), rest: dateIn(rest, form)?.rest ?? rest };
  }
  return null;
}

function timeOf({
  epoch,
  year,
  name,
  quarter,
  week,
  month = '1',
  day = '1',
  hour = '0',
  minute = '0',
}: Record<string, string>): number {
  if (epoch !== undefined) return Number(epoch) * 1000;
  if (week !== undefined) return weekDateMs(Number(year), Number(week), 1);
  const [d, h] = [Number(day), Number(hour)];
  const m =
    name !== undefined ? monthOf(name) : quarter !== undefined ? 3 * Number(quarter) - 2 : Number(month);
  if (m < 1 || m > 12 || d < 1 || d > 31 || h > 24) return NaN;
  return Date.UTC(Number(year), m - 1, d, h, Math.min(59, Number(minute)));
}

function spanOf({ epoch, month, day, name, quarter, week }: Record<string, string | undefined>): number {
  if (epoch !== undefined || day !== undefined) return DAY_MS;
  if (week !== undefined) return 7 * DAY_MS;
  if (quarter !== undefined) return 3 * MONTH_MS;
  return month === undefined && name === undefined ? YEAR_MS : MONTH_MS;
}

/** Whether a file of this date may begin with a record of this time, if the dates of others are this far away, ms. */
export function mayBegin(
  { timeMs, spanMs }: Pick<PathDate, 'timeMs' | 'spanMs'>,
  firstMs: number,
  gapMs: number,
): boolean {
  // Some files are named by their end, and some in another time zone than their records.
  return firstMs >= timeMs - Math.min(gapMs, MONTH_MS) - DAY_MS && firstMs <= timeMs + spanMs + DAY_MS;
}

const MARKS = '[-_. ~+,@]';

/** Cuts `[from, to)` out of a path, so that no mark and no nameless folder remains there. */
function without(path: string, from: number, to: number): string {
  const before = path.slice(0, from).replace(new RegExp(`${MARKS}+$`), '');
  const after = path.slice(to).replace(new RegExp(`^${MARKS}+`), '');
  const isInName = /[^/]$/.test(before) && /^[^/]/.test(after);
  const mark = isInName ? (path[from - 1] ?? '-') : '';
  const joined = `${before}${isInName && !/[-_. ~+,@]/.test(mark) ? '-' : mark}${after}`;
  return joined.replace(/\/{2,}/g, '/').replace(/^\/|\/$/g, '');
}

/** The folder that all of these files are below; not one that may be the beginning of dates. */
export function sharedFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => dirname(path).split(sep));
  const end = first.findIndex((folder, i) => others.some((folders) => folders[i] !== folder));
  const shared = end < 0 ? first : first.slice(0, end);
  const last = shared.findLastIndex((folder) => !/^(?:year=|month=)?\d{1,4}$/.test(folder));
  return shared.slice(0, last + 1).join(sep) || sep;
}

/** The path of a file below a folder, without extension and with slashes, as dates are looked for in it. */
export function belowFolder(folder: string, path: string): string {
  return withoutExtension(relative(folder, path)).split(sep).join('/');
}
