export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** 0001-01-01T00:00Z and 9999-12-31T23:59:59.999Z: the range of four-digit years. */
const EARLIEST_MS = -62_135_596_800_000;
const LATEST_MS = 253_402_300_799_999;

/** The time itself, or NaN outside the years 1 to 9999; -0 becomes 0. */
export function inRange(ms: number): number {
  return ms >= EARLIEST_MS && ms <= LATEST_MS ? ms + 0 : NaN;
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Midnight of a date, ms counted as if it were UTC; NaN if there is no such date. */
export function dateMs(year: number, month: number, day: number): number {
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return NaN;
  const days = month === 2 && isLeap(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
  return day <= days ? epochDay(year, month, day) * DAY_MS : NaN;
}

/** The same for a day of the year, from 1. */
export function ordinalDateMs(year: number, dayOfYear: number): number {
  const days = isLeap(year) ? 366 : 365;
  return year >= 1 && dayOfYear >= 1 && dayOfYear <= days
    ? (epochDay(year, 1, 1) + dayOfYear - 1) * DAY_MS
    : NaN;
}

/** The same for a day of an ISO week, Monday being 1. Week 1 has the year's first Thursday, so it has 4 January. */
export function weekDateMs(year: number, week: number, weekday: number): number {
  if (!(year >= 1 && weekday >= 1 && weekday <= 7 && week >= 1)) return NaN;
  const weeks = Math.round((firstMonday(year + 1) - firstMonday(year)) / 7);
  return week <= weeks ? (firstMonday(year) + (week - 1) * 7 + weekday - 1) * DAY_MS : NaN;
}

function firstMonday(year: number): number {
  const fourth = epochDay(year, 1, 4);
  // 1970-01-01 was a Thursday.
  return fourth - ((((fourth + 3) % 7) + 7) % 7);
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "days_from_civil"). */
export function epochDay(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
