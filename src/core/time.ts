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

/** `2018-04-30T00:00:00Z`, with milliseconds unless they are 0. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('.000Z', 'Z');
}
