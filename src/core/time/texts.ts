import { dateMs, inRange, ordinalDateMs, weekDateMs } from './calendar.js';
import { timeOn } from './clock.js';
import { fractionMs, offsetMs } from './iso.js';
import { MONTH_NAME, monthOf, periodMs } from './periods.js';
import { startOfDay, type ToUtc } from './zone.js';

/** How dates such as 04/05/2018 are read. */
export type DayMonth = 'day-first' | 'month-first';

const WEEKDAY = '(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? +)?';

/** What distinguishes the dates of one program from those of another; `iso`: `2018-04-30`. */
export type TextKind = 'iso' | 'year-first' | 'year-last' | 'month-name' | 'period';

const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/;
/** The digits alone could be a number. */
const BASIC = /^(\d{4})(\d\d)(\d\d)(?=[T ])/i;
const WEEK = /^(\d{4})(-?)W(\d\d)\2([1-7])(?!\d)/i;
const ORDINAL = /^(\d{4})-(\d{3})(?!\d)/;
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)/;
const DAY_NAME_YEAR = new RegExp(`^${WEEKDAY}(\\d{1,2})([ /-])${MONTH_NAME}\\2(\\d{4})(?!\\d)`, 'i');
const NAME_DAY_YEAR = new RegExp(`^${WEEKDAY}${MONTH_NAME} +(\\d{1,2}),? +(\\d{4})(?![\\d:])`, 'i');
/** As `date` and `asctime` write it: the year comes last. */
const CLOCK_BEFORE_YEAR = new RegExp(
  `^(${WEEKDAY}${MONTH_NAME} +\\d{1,2}) (\\d\\d:\\d\\d:\\d\\d)( [A-Z]+)? (\\d{4})$`,
  'i',
);

/** Web servers write a colon between date and time, Kibana an @; browsers write a narrow blank before AM. */
const CLOCK =
  /^(?:T|,? +(?:@ +)?|:(?=\d\d:\d\d:\d\d))(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[ \u202f\u00a0]?([ap])\.?m\.?)?/i;
/** After a date with dots, as in Finland. */
const DOT_CLOCK = /^ +(\d{1,2})\.(\d\d)(?:\.(\d\d))?$/;
const BASIC_CLOCK = /^[T ](\d\d)(\d\d)(?:(\d\d)(?:[.,](\d+))?)?/i;
/** The name of the zone, which Java writes after its offset, or a comment. */
const COMMENT = /(?: \([^()]*\)|\[[\w/+-]+\])$/;

/**
 * Reads dates, perhaps with a time of day, that are not in the usual ISO form but clear all the same; epoch ms, or NaN.
 * `dayMonth` null: dates with slashes or hyphens whose year comes last are NaN; with dots, the day comes first. Dates
 * of a kind that is not among `kinds` are NaN; null: there are no others.
 */
export function otherTextMs(
  given: string,
  toUtc: ToUtc,
  dayMonth: DayMonth | null,
  kinds: ReadonlySet<string> | null = null,
): number {
  const text = yearBeforeClock(given);
  const date = findDate(text, dayMonth);
  if (date === null || Number.isNaN(date.midnightMs) || kinds?.has(date.kind) === false) return NaN;
  const rest = text.slice(date.length);
  if (rest === '') return inRange(startOfDay(date.midnightMs, toUtc));
  const clock = CLOCK.exec(rest) ?? otherClock(text.slice(0, date.length), date.isIso)?.exec(rest) ?? null;
  if (clock === null) return NaN;
  const [found, hour, minute, second = '0', fraction = '', half] = clock;
  const ahead = aheadOf(rest.slice(found.length));
  const ofDay = {
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    ms: fractionMs(fraction),
    half: half === undefined ? undefined : /a/i.test(half) ? ('am' as const) : ('pm' as const),
  };
  return Number.isNaN(ahead) ? NaN : timeOn(date.midnightMs, ofDay, ahead, toUtc);
}

function otherClock(date: string, isIso: boolean): RegExp | null {
  if (isIso) return BASIC_CLOCK;
  return /^\d+\.\d+\.\d+$/.test(date) ? DOT_CLOCK : null;
}

/** The kind of a date in text; null: it is none. */
export function textKind(given: string): TextKind | null {
  return findDate(yearBeforeClock(given.trim()), 'day-first')?.kind ?? null;
}

function yearBeforeClock(text: string): string {
  return text.replace(CLOCK_BEFORE_YEAR, '$1 $5 $3$4');
}

interface FoundDate {
  readonly kind: TextKind;
  readonly midnightMs: number;
  /** Of its text. */
  readonly length: number;
  /** Whether a time of day without colons may follow. */
  readonly isIso: boolean;
}

function findDate(text: string, dayMonth: DayMonth | null): FoundDate | null {
  let match = YEAR_FIRST.exec(text);
  if (match !== null) {
    const kind = match[2] === '-' ? 'iso' : 'year-first';
    return found(match, kind, dateMs(Number(match[1]), Number(match[3]), Number(match[4])));
  }
  match = YEAR_LAST.exec(text);
  if (match !== null) return found(match, 'year-last', yearLast(match, dayMonth));
  match = BASIC.exec(text);
  if (match !== null) {
    return found(match, 'year-first', dateMs(Number(match[1]), Number(match[2]), Number(match[3])), true);
  }
  match = WEEK.exec(text);
  if (match !== null) {
    return found(match, 'year-first', weekDateMs(Number(match[1]), Number(match[3]), Number(match[4])), true);
  }
  match = ORDINAL.exec(text);
  if (match !== null)
    return found(match, 'year-first', ordinalDateMs(Number(match[1]), Number(match[2])), true);
  match = DAY_NAME_YEAR.exec(text);
  if (match !== null)
    return found(match, 'month-name', dateMs(Number(match[4]), monthOf(match[3]), Number(match[1])));
  match = NAME_DAY_YEAR.exec(text);
  if (match !== null)
    return found(match, 'month-name', dateMs(Number(match[3]), monthOf(match[1]), Number(match[2])));
  const startMs = periodMs(text);
  return Number.isNaN(startMs)
    ? null
    : { kind: 'period', midnightMs: startMs, length: text.length, isIso: false };
}

function found([text]: RegExpExecArray, kind: TextKind, midnightMs: number, isIso = false): FoundDate {
  return { kind, midnightMs, length: text.length, isIso };
}

/** The two numbers of a date with slashes or hyphens whose year comes last; null: it is no such date. */
export function dayAndMonth(text: string): readonly [number, number] | null {
  const match = YEAR_LAST.exec(text.trim());
  return match === null || match[2] === '.' ? null : [Number(match[1]), Number(match[3])];
}

/** The strptime pattern by which such a date, and the time of day after it, is written. */
export function patternOf(given: string, order: DayMonth): string | null {
  const text = given.trim();
  const date = YEAR_LAST.exec(text);
  if (date === null) return null;
  const mark = date[2];
  const day = order === 'day-first' ? `%d${mark}%m${mark}%Y` : `%m${mark}%d${mark}%Y`;
  const rest = text.slice(date[0].length);
  if (rest === '') return day;
  const [clock, , , second, fraction, half] = CLOCK.exec(rest) ?? [];
  if (clock === undefined) return null;
  const between = /^\D+/.exec(rest)?.[0] ?? '';
  const decimal = fraction === undefined ? '' : `${/[.,](?=\d+)/.exec(clock)?.[0] ?? '.'}%f`;
  const beforeHalf = `${/\d([ \u202f\u00a0])[ap]/i.exec(clock)?.[1] ?? ''}%p`;
  const zone = rest
    .slice(clock.length)
    .replace(/[+-][\d:]+$/, '%z')
    .replace(/(?:UTC|GMT|Z)$/i, '%Z');
  return [
    ...[day, between, half === undefined ? '%H' : '%I', ':%M', second === undefined ? '' : ':%S', decimal],
    ...[half === undefined ? '' : beforeHalf, zone],
  ].join('');
}

function yearLast([, first, mark, second, year]: RegExpExecArray, dayMonth: DayMonth | null): number {
  const order = mark === '.' ? 'day-first' : dayMonth;
  if (order === null) return NaN;
  const [day, month] = order === 'day-first' ? [first, second] : [second, first];
  return dateMs(Number(year), Number(month), Number(day));
}

/** How far the clock is ahead of UTC, ms, by what follows it; null: nothing does; NaN: anything else. */
function aheadOf(given: string): number | null {
  const text = given.replace(COMMENT, '');
  return text === ''
    ? null
    : offsetMs(text.replace(/^( ?)(?:UTC|GMT)(?=[+-])/i, '$1').replace(/^ UT$/i, 'Z'));
}
