import type { ParseTime } from './time/format.js';
import { toUtcIn, zoneOffsets } from './time/zone.js';

const DAY_MS = 86_400_000;
const SECOND_MS = 1000;

/** Explains why a time does not exist; null if it does, or is invalid for another reason. */
export type ExplainTime = (value: string | number) => string | null;

/**
 * Explains times that a zone skips when its clocks go forward, for example
 * `02:30 on 2024-03-31 does not exist in Europe/Berlin: clocks go from 02:00 to 03:00`.
 *
 * @throws RangeError when `timezone` is neither `UTC` nor an IANA name known to Intl
 */
export function skippedTimes(parserIn: (timezone: string) => ParseTime, timezone: string): ExplainTime {
  if (timezone === 'UTC') return () => null;
  const parseWall = parserIn('UTC');
  const parseTime = parserIn(timezone);
  const toUtc = toUtcIn(timezone);
  const offsetAt = zoneOffsets(timezone);
  let last: string | number = '';
  let explained: string | null = null;
  return (value) => {
    if (value === last) return explained;
    last = value;
    const wallMs = parseWall(value);
    const isSkipped = Number.isNaN(parseTime(value)) && !Number.isNaN(wallMs) && Number.isNaN(toUtc(wallMs));
    explained = isSkipped ? gapText(wallMs, timezone, offsetAt) : null;
    return explained;
  };
}

function gapText(wallMs: number, timezone: string, offsetAt: (utcMs: number) => number): string {
  const [time, date] = wallTexts(wallMs);
  const changeMs = changeBetween(wallMs - DAY_MS, wallMs + DAY_MS, offsetAt);
  const [from, to] = [changeMs - SECOND_MS, changeMs].map((ms) => wallTexts(changeMs + offsetAt(ms)));
  const [shownFrom, shownTo] = [from, to].map((at) =>
    from?.[1] === to?.[1] ? at?.[0] : at?.toReversed().join(' '),
  );
  return `${time} on ${date} does not exist in ${timezone}: clocks go from ${shownFrom} to ${shownTo}`;
}

/** When the offset first changes, to the second. */
function changeBetween(earlyMs: number, lateMs: number, offsetAt: (utcMs: number) => number): number {
  const before = offsetAt(earlyMs);
  let early = Math.floor(earlyMs / SECOND_MS);
  let late = Math.ceil(lateMs / SECOND_MS);
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offsetAt(middle * SECOND_MS) === before) early = middle;
    else late = middle;
  }
  return late * SECOND_MS;
}

/** `HH:MM`, with seconds unless they are 0, and `YYYY-MM-DD`. */
function wallTexts(wallMs: number): [time: string, date: string] {
  const iso = new Date(wallMs).toISOString();
  const time = iso.slice(11, 19);
  return [time.endsWith(':00') ? time.slice(0, 5) : time, iso.slice(0, 10)];
}
