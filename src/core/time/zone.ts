import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, epochDay } from './calendar.js';

const QUARTER_MS = 15 * MINUTE_MS;
/** Since then, every zone changes its clocks on a full minute; before, offsets could have odd seconds. */
const MINUTES_SINCE_MS = Date.UTC(1973, 0, 1);
const MAX_CACHED_QUARTERS = 4096;
/** Kiribati is furthest ahead. */
const MOST_OFFSET_HOURS = 14;

/** Local wall-clock ms (counted as if it were UTC) → epoch ms, NaN if the zone skips that time. */
export type ToUtc = (localMs: number) => number;

/**
 * How to get from local times of a zone to UTC. Of two equal local times, the first one is meant.
 *
 * @throws RangeError when `timezone` is neither `UTC`, a fixed offset nor an IANA name known to Intl
 */
export function toUtcIn(timezone: string): ToUtc {
  if (timezone === 'UTC') return (localMs) => localMs;
  const fixedMs = fixedOffsetMs(timezone);
  return fixedMs === null ? zoneToUtc(timezone) : (localMs) => localMs - fixedMs;
}

/** So long a gap may be at most that begins or ends a day; in the Pacific, zones have skipped whole days. */
const LONGEST_GAP_MINUTES = 180;

/**
 * Epoch ms of the first instant of a local day, which has no midnight if clocks go forward then; NaN: there is none.
 */
export function startOfDay(midnightMs: number, toUtc: ToUtc): number {
  const startMs = toUtc(midnightMs);
  if (!Number.isNaN(startMs) || Number.isNaN(midnightMs)) return startMs;
  for (let minute = 1; minute <= LONGEST_GAP_MINUTES; minute++) {
    const laterMs = toUtc(midnightMs + minute * MINUTE_MS);
    if (!Number.isNaN(laterMs)) return laterMs;
  }
  return NaN;
}

/**
 * The usual way to write a zone: `UTC`, `+02:00`, or the IANA name as Intl writes it.
 *
 * @throws RangeError as `toUtcIn`
 */
export function canonicalZone(text: string): string {
  const fixedMs = fixedOffsetMs(text);
  if (fixedMs === 0) return 'UTC';
  if (fixedMs === null) return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  const minutes = Math.abs(fixedMs) / MINUTE_MS;
  const [hh, mm] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${fixedMs < 0 ? '-' : '+'}${hh}:${mm}`;
}

/** How far `+02:00`, `-0530` or `UTC+2` is ahead of UTC, ms; null if the text is no offset. */
function fixedOffsetMs(text: string): number | null {
  const [, sign, hours, minutes] = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?$/i.exec(text) ?? [];
  const ms = Number(hours) * HOUR_MS + Number(minutes ?? 0) * MINUTE_MS;
  if (!(ms <= MOST_OFFSET_HOURS * HOUR_MS)) return null;
  return sign === '-' ? 0 - ms : ms;
}

/** A recording has many files, and each converter its caches. */
const CONVERTERS = new Map<string, ToUtc>();

function zoneToUtc(timezone: string): ToUtc {
  let toUtc = CONVERTERS.get(timezone);
  if (toUtc === undefined) CONVERTERS.set(timezone, (toUtc = makeConverter(timezone)));
  return toUtc;
}

function makeConverter(timezone: string): ToUtc {
  const offsetAt = zoneOffsets(timezone);
  const cache = new Map<number, number>();
  return (localMs) => {
    if (Number.isNaN(localMs)) return NaN;
    if (localMs < MINUTES_SINCE_MS) return localMs - localOffset(localMs, offsetAt);
    const quarter = Math.floor(localMs / QUARTER_MS);
    const known = cache.get(quarter);
    if (known !== undefined) return localMs - known;
    const offset = localOffset(localMs, offsetAt);
    if (isOfQuarter(quarter, offset, offsetAt)) {
      if (cache.size >= MAX_CACHED_QUARTERS) cache.clear();
      cache.set(quarter, offset);
    }
    return localMs - offset;
  };
}

/** Whether all local times of a quarter of an hour have this offset: in some zones, clocks change at 00:01. */
function isOfQuarter(quarter: number, offset: number, offsetAt: (utcMs: number) => number): boolean {
  const startMs = quarter * QUARTER_MS;
  return [startMs, startMs + QUARTER_MS - MINUTE_MS].every((localMs) =>
    Object.is(localOffset(localMs, offsetAt), offset),
  );
}

/** The offset of a wall-clock time: either that of a day before or that of a day after. */
function localOffset(localMs: number, offsetAt: (utcMs: number) => number): number {
  const before = offsetAt(localMs - DAY_MS);
  const after = offsetAt(localMs + DAY_MS);
  if (before === after) return before;
  const holds = [before, after].filter((offset) => offsetAt(localMs - offset) === offset);
  return holds.length === 0 ? NaN : Math.max(...holds);
}

/** How far the clocks of a zone are ahead of UTC at a given time, ms. @throws RangeError as `toUtcIn` */
export function zoneOffsets(timezone: string): (utcMs: number) => number {
  const fixedMs = fixedOffsetMs(timezone);
  if (fixedMs !== null) return () => fixedMs;
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

const FOUR_WEEKS_MS = 28 * DAY_MS;
const CHANGES_UNTIL_MS = Date.UTC(2037, 0, 1);
const CHANGES = new Map<string, ReadonlySet<number>>();

/** By how much a zone puts its clocks forward, or, below 0, back, ms: 1973 to 2036. @throws RangeError as `toUtcIn` */
export function clockChanges(timezone: string): ReadonlySet<number> {
  let changes = CHANGES.get(timezone);
  if (changes === undefined) CHANGES.set(timezone, (changes = findChanges(zoneOffsets(timezone))));
  return changes;
}

function findChanges(offsetAt: (utcMs: number) => number): ReadonlySet<number> {
  const changes = new Set<number>();
  let before = offsetAt(MINUTES_SINCE_MS);
  for (let utcMs = MINUTES_SINCE_MS; utcMs < CHANGES_UNTIL_MS; utcMs += FOUR_WEEKS_MS) {
    const offset = offsetAt(utcMs);
    if (offset !== before) changes.add(offset - before);
    before = offset;
  }
  return changes;
}
