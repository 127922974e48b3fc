import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, inRange } from './calendar.js';
import type { ToUtc } from './zone.js';

/** The parts of a time of day; those that are absent are 0. */
export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly ms: number;
  /** With it, the hour is 1 to 12. */
  readonly half?: 'am' | 'pm' | undefined;
}

/**
 * Epoch ms of a time of day on the date that starts at `midnightMs` (local, as if it were UTC), NaN if it does not
 * exist. `ahead`: how far the clock is ahead of UTC, ms; null: as `toUtc` says.
 *
 * Second 60 is a leap second, which only 23:59 UTC can have; it is read as the full second that follows it.
 */
export function timeOn(midnightMs: number, clock: ClockTime, ahead: number | null, toUtc: ToUtc): number {
  const { minute, second, ms } = clock;
  const hour = hourOf(clock);
  if (!(hour < 24 && minute < 60 && second <= 60)) return NaN;
  const minuteMs = midnightMs + hour * HOUR_MS + minute * MINUTE_MS;
  if (second < 60) return inRange(utc(minuteMs + second * SECOND_MS + ms, ahead, toUtc));
  const leapMs = utc(minuteMs + 59 * SECOND_MS, ahead, toUtc) + SECOND_MS;
  return leapMs % DAY_MS === 0 ? inRange(leapMs) : NaN;
}

function utc(localMs: number, ahead: number | null, toUtc: ToUtc): number {
  return ahead === null ? toUtc(localMs) : localMs - ahead;
}

function hourOf({ hour, half }: ClockTime): number {
  if (half === undefined) return hour;
  if (!(hour >= 1 && hour <= 12)) return NaN;
  return (hour % 12) + (half === 'pm' ? 12 : 0);
}
