import { DAY_MS, MINUTE_MS, SECOND_MS, dateMs, inRange } from './calendar.js';
import { timeOn } from './clock.js';
import { fractionMs } from './iso.js';
import { startOfDay, type ToUtc } from './zone.js';

/** What numbers that are times count since 1970. */
export const EPOCH_UNITS = ['s', 'ms', 'us', 'ns'] as const;
/** Days: of spreadsheets since 1900 or 1904, modified Julian, Julian, of MATLAB, since 1970. */
const DAY_UNITS = ['days', 'days1904', 'mjd', 'jd', 'datenum', 'unixdays'] as const;
/** Seconds since 2001 as Apple counts; 100 ns since the year 1 as .NET, since 1601 as Windows counts. */
const OTHER_UNITS = ['cocoa', 'ticks', 'filetime'] as const;
export const TIME_UNITS = [...EPOCH_UNITS, ...DAY_UNITS, ...OTHER_UNITS] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];
type DayUnit = (typeof DAY_UNITS)[number];

/** How numbers are read: `auto` is s or ms, `compact` is a date such as 20180430 or 201804300058. */
export type NumberForm = (typeof NUMBER_FORMS)[number];
export const NUMBER_FORMS = ['auto', ...TIME_UNITS, 'compact'] as const;

/** An epoch number below this is in seconds (up to the year 5138), otherwise in milliseconds (from March 1973). */
const SECONDS_BELOW = 1e11;
/** The number of 1970-01-01T00:00. */
const DAY_OF_1970: Readonly<Record<DayUnit, number>> = {
  days: 25_569,
  days1904: 24_107,
  mjd: 40_587,
  jd: 2_440_587.5,
  datenum: 719_529,
  unixdays: 0,
};
const MS_TO_2001 = 978_307_200_000;
const MS_FROM_YEAR_1 = 62_135_596_800_000;
const MS_FROM_1601 = 11_644_473_600_000;

const NUMBER = /^[+-]?\d+(?:\.\d*)?(?:e\+?\d+)?$/i;
const WITH_COMMA = /^[+-]?\d+,\d*(?:e\+?\d+)?$/i;
/** The comma of `43,220` may be between thousands. */
const MAY_BE_GROUPED = /^[+-]?[1-9]\d{0,2},\d{3}$/;
const WHOLE = /^\d+$/;

/** Whether a text is a number that could be a time. */
export function isNumberText(text: string): boolean {
  return NUMBER.test(text) || hasDecimalComma(text);
}

/** Whether a text is a number whose comma can only be decimal. */
export function hasDecimalComma(text: string): boolean {
  return WITH_COMMA.test(text) && !MAY_BE_GROUPED.test(text);
}

/** Reads the text of a number, or the number itself, as epoch ms; NaN if it is not one. */
export type ParseNumber = (value: string | number) => number;

/** `toUtc` is for days and compact dates, which are local times. */
export function numberParser(form: NumberForm, toUtc: ToUtc): ParseNumber {
  const parse = pointParser(form, toUtc);
  return (value) => {
    if (typeof value === 'number' || !value.includes(',')) return parse(value);
    return hasDecimalComma(value) ? parse(value.replace(',', '.')) : NaN;
  };
}

function pointParser(form: NumberForm, toUtc: ToUtc): ParseNumber {
  switch (form) {
    case 'auto':
      return ofText((value) =>
        inRange(Math.abs(value) < SECONDS_BELOW ? secondsMs(value) : Math.floor(value)),
      );
    case 's':
      return ofText((value) => inRange(secondsMs(value)));
    case 'ms':
      return ofText((value) => inRange(Math.floor(value)));
    case 'us':
      return withoutDigits(3);
    case 'ns':
      return withoutDigits(6);
    case 'cocoa':
      return ofText((value) => inRange(secondsMs(value) + MS_TO_2001));
    case 'ticks':
      return withoutDigits(4, -MS_FROM_YEAR_1);
    case 'filetime':
      return withoutDigits(4, -MS_FROM_1601);
    case 'mjd':
    case 'jd':
      // Astronomers count them in UTC.
      return (value) => daysMs(String(value), DAY_OF_1970[form], (ms) => ms);
    case 'days':
    case 'days1904':
    case 'datenum':
    case 'unixdays':
      return (value) => daysMs(String(value), DAY_OF_1970[form], toUtc);
    case 'compact':
      return (value) => compactMs(String(value), toUtc);
  }
}

function ofText(read: (value: number) => number): ParseNumber {
  return (value) => {
    if (typeof value === 'number') return read(value);
    return NUMBER.test(value) ? read(Number(value)) : NaN;
  };
}

/** Rounded to microseconds first: 1524614400.123 × 1000 must not floor to …122. */
function secondsMs(value: number): number {
  return Math.floor(Math.round(value * 1e6) / 1e3);
}

/**
 * Epoch ms of a number whose last digits are fractions of one. Digits are cut from the text, which may have too many
 * for a double; one that has lost some is rounded to microseconds.
 */
function withoutDigits(digits: number, fromMs = 0): ParseNumber {
  const scale = 10 ** digits;
  const read = ofText((value) => {
    const ms = value / scale;
    return inRange(Math.floor(value > Number.MAX_SAFE_INTEGER ? Math.round(ms * 1000) / 1000 : ms) + fromMs);
  });
  return (value) =>
    typeof value === 'string' && value.length > 15 && WHOLE.test(value)
      ? inRange(Number(value.slice(0, -digits)) + fromMs)
      : read(value);
}

/** Sums such as `A1+1/1440`, filled down a column, drift that far. */
const DRIFT_MS = 2;

/**
 * Spreadsheets write few digits: unless they say a full second, the full minute is taken, or else the full second, that
 * has these digits; or else the nearest millisecond. The number of digits alone says little, as zeros at the end are
 * often cut.
 */
function daysMs(text: string, dayOf1970: number, toUtc: ToUtc): number {
  if (!NUMBER.test(text)) return NaN;
  const value = (Number(text) - dayOf1970) * DAY_MS;
  const [, fraction = '', exponent = '0'] = /^[^.e]*(?:\.(\d*))?(?:e(.+))?$/i.exec(text) ?? [];
  const halfDigitMs = (DAY_MS / 2) * 10 ** (Number(exponent) - fraction.length);
  const round = [
    { unitMs: SECOND_MS, withinMs: DRIFT_MS },
    { unitMs: MINUTE_MS, withinMs: halfDigitMs + DRIFT_MS },
    { unitMs: SECOND_MS, withinMs: halfDigitMs + DRIFT_MS },
  ].find(({ unitMs, withinMs }) => Math.abs(nearest(value, unitMs) - value) <= withinMs);
  return inRange(toUtc(nearest(value, round?.unitMs ?? 1)));
}

function nearest(ms: number, unitMs: number): number {
  return Math.round(ms / unitMs) * unitMs;
}

const COMPACT = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(\d{3})?)?)?)?(?:\.(\d*))?$/;

/**
 * `YYYYMMDD[HH[MM[SS[mmm]]]]`; a fraction of seconds after 14 digits, otherwise only zeros as some programs add them.
 */
function compactMs(text: string, toUtc: ToUtc): number {
  const match = COMPACT.exec(text);
  if (match === null) return NaN;
  const [, year, month, day, hour, minute = '0', second, ms, fraction = ''] = match;
  const isFractionOfSecond = second !== undefined && ms === undefined;
  if (!isFractionOfSecond && /[1-9]/.test(fraction)) return NaN;
  const midnightMs = dateMs(Number(year), Number(month), Number(day));
  if (hour === undefined) return inRange(startOfDay(midnightMs, toUtc));
  const clock = {
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
    ms: fractionMs(ms ?? (isFractionOfSecond ? fraction : '')),
  };
  return timeOn(midnightMs, clock, null, toUtc);
}
