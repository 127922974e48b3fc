const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The mean month of the Gregorian calendar, in which 400 years have 146,097 days. */
export const MONTH_MS = (146_097 * DAY_MS) / 4800;
const QUARTER_MS = 15 * MINUTE_MS;

/** 0001-01-01T00:00Z and 9999-12-31T23:59:59.999Z: the range of four-digit years. */
const EARLIEST_MS = -62_135_596_800_000;
const LATEST_MS = 253_402_300_799_999;
/** An epoch number below this is in seconds (up to the year 5138), otherwise in milliseconds (from March 1973). */
const SECONDS_BELOW = 1e11;
/** Since then, every zone changes its clocks on a quarter of an hour; before, offsets could have odd seconds. */
const QUARTERS_SINCE_MS = Date.UTC(1973, 0, 1);
const MAX_CACHED_QUARTERS = 4096;

/** Parses a time to epoch ms; NaN if it is not one. */
export type ParseTime = (value: string | number) => number;

/**
 * Makes a parser of times: ISO 8601 dates and date-times with `T` or a space, optional seconds and fraction, and an
 * optional `Z`, `UTC`, `GMT` or offset; epoch seconds (also with a fraction) or milliseconds. Fractions of a
 * millisecond are truncated. Invalid times such as month 13, 31 February or hour 25 are NaN.
 *
 * A time without a zone is in `timezone`. If it occurs twice because clocks go back, the first one is meant; if it never
 * occurs because they go forward, it is NaN.
 *
 * @throws RangeError when `timezone` is neither `UTC` nor an IANA name known to Intl
 */
export function timeParser(timezone: string): ParseTime {
  const toUtc = timezone === 'UTC' ? (localMs: number) => localMs : zoneToUtc(timezone);
  return (value) => {
    if (typeof value === 'number') return epochMs(value);
    const text = needsTrim(value) ? value.trim() : value;
    return text.charCodeAt(4) === 45 /* - */ && text.length >= 10 ? isoMs(text, toUtc) : epochTextMs(text);
  };
}

/** A duration as a user would type it: `1m`, `90s`, `1d`, `250ms`, `1mo`. */
export function formatDuration(durationMs: number): string {
  const units = [
    ['mo', MONTH_MS],
    ['d', DAY_MS],
    ['h', HOUR_MS],
    ['m', MINUTE_MS],
    ['s', SECOND_MS],
  ] as const;
  for (const [name, unitMs] of units) {
    if (durationMs >= unitMs && durationMs % unitMs === 0) return `${durationMs / unitMs}${name}`;
  }
  return `${durationMs}ms`;
}

function needsTrim(text: string): boolean {
  return !(text.charCodeAt(0) > 32 && text.charCodeAt(text.length - 1) > 32);
}

function epochTextMs(text: string): number {
  return /^[+-]?\d+(?:\.\d*)?$/.test(text) ? epochMs(Number(text)) : NaN;
}

function epochMs(value: number): number {
  // Rounded to microseconds first: 1524614400.123 × 1000 must not floor to …122.
  const ms = Math.abs(value) < SECONDS_BELOW ? Math.floor(Math.round(value * 1e6) / 1e3) : Math.floor(value);
  return inRange(ms);
}

function inRange(ms: number): number {
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? ms + 0 : NaN;
}

/** Parses by fixed positions; beyond the end, `charCodeAt` is NaN, which fails every check. */
function isoMs(text: string, toUtc: (localMs: number) => number): number {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (text.charCodeAt(7) !== 45 || !isDate(year, month, day)) return NaN;
  const midnight = epochDay(year, month, day) * DAY_MS;
  if (text.length === 10) return inRange(toUtc(midnight));

  const separator = text.charCodeAt(10);
  if (separator !== 84 /* T */ && separator !== 32 && separator !== 116 /* t */) return NaN;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  if (text.charCodeAt(13) !== 58 /* : */ || !(hour < 24 && minute < 60)) return NaN;
  let local = midnight + hour * HOUR_MS + minute * MINUTE_MS;
  let at = 16;
  if (text.charCodeAt(16) === 58) {
    const second = twoDigits(text, 17);
    if (!(second < 60)) return NaN;
    local += second * SECOND_MS;
    at = 19;
    const mark = text.charCodeAt(19);
    if (mark === 46 /* . */ || mark === 44 /* , */) {
      at = endOfDigits(text, 20);
      if (at === 20) return NaN;
      local += Number(text.slice(20, Math.min(at, 23)).padEnd(3, '0'));
    }
  }
  if (at === text.length) return inRange(toUtc(local));
  return inRange(local - zoneOffsetMs(text.slice(at)));
}

function endOfDigits(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  return at;
}

function zoneOffsetMs(text: string): number {
  if (text === 'Z' || text === 'z') return 0;
  const match = /^ ?(?:(?:Z|UTC|GMT)|([+-])(\d\d)(?::?([0-5]\d))?)$/i.exec(text);
  if (match === null) return NaN;
  const hours = Number(match[2] ?? 0);
  if (hours > 23) return NaN;
  return (match[1] === '-' ? -1 : 1) * (hours * HOUR_MS + Number(match[3] ?? 0) * MINUTE_MS);
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(year: number, month: number, day: number): boolean {
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 && leap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0));
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "days_from_civil"). */
function epochDay(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Local wall-clock ms (counted as if it were UTC) → epoch ms in the zone, NaN in a gap. */
function zoneToUtc(timezone: string): (localMs: number) => number {
  const offsetAt = zoneOffsets(timezone);
  const cache = new Map<number, number>();
  return (localMs) => {
    if (localMs < QUARTERS_SINCE_MS) return localMs - localOffset(localMs, offsetAt);
    const quarter = Math.floor(localMs / QUARTER_MS);
    let offset = cache.get(quarter);
    if (offset === undefined) {
      if (cache.size >= MAX_CACHED_QUARTERS) cache.clear();
      offset = localOffset(localMs, offsetAt);
      cache.set(quarter, offset);
    }
    return localMs - offset;
  };
}

/** The offset of a wall-clock time: either that of a day before or that of a day after. */
function localOffset(localMs: number, offsetAt: (utcMs: number) => number): number {
  const before = offsetAt(localMs - DAY_MS);
  const after = offsetAt(localMs + DAY_MS);
  const holds = [before, after].filter((offset) => offsetAt(localMs - offset) === offset);
  return holds.length === 0 ? NaN : Math.max(...holds);
}

/** How far the clocks of a zone are ahead of UTC at a given time, ms. */
export function zoneOffsets(timezone: string): (utcMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (utcMs) => {
    const parts = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    for (const { type, value } of format.formatToParts(utcMs)) {
      if (type in parts) parts[type as keyof typeof parts] = Number(value);
    }
    const { year, month, day, hour, minute, second } = parts;
    const local = epochDay(year, month, day) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS;
    return local + second * SECOND_MS - Math.floor(utcMs / SECOND_MS) * SECOND_MS;
  };
}

/** `2018-04-30T00:00:00Z`, with milliseconds unless they are 0. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('.000Z', 'Z');
}
