import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './time/calendar.js';

/** The mean month of the Gregorian calendar, in which 400 years have 146,097 days. */
export const MONTH_MS = (146_097 * DAY_MS) / 4800;

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

const TWO_DIGITS = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));
/** The last day that was written: consecutive times usually share it. */
let known = { dayMs: NaN, date: '' };

/** `2018-04-30T00:00:00Z`, with milliseconds unless they are 0. @throws RangeError if that is no time */
export function isoTime(epochMs: number): string {
  const dayMs = Math.floor(epochMs / DAY_MS) * DAY_MS;
  if (dayMs !== known.dayMs)
    known = { dayMs, date: new Date(dayMs).toISOString().slice(0, -'00:00:00.000Z'.length) };
  const seconds = Math.floor((epochMs - dayMs) / 1000);
  const ms = Math.floor(epochMs - dayMs - 1000 * seconds);
  const minutes = Math.floor(seconds / 60);
  const fraction = ms === 0 ? '' : `.${String(ms).padStart(3, '0')}`;
  const [hour, minute, second] = [Math.floor(minutes / 60), minutes % 60, seconds % 60];
  return `${known.date}${TWO_DIGITS[hour]}:${TWO_DIGITS[minute]}:${TWO_DIGITS[second]}${fraction}Z`;
}
