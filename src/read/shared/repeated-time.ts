import { zoneOffsets } from '../../core/time/zone.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const MOST_CACHED = 4096;

/**
 * Whether the clocks of a zone show the time at `utcMs` again later, because they go back: local times cannot say which
 * of the two is meant, and the first one is taken.
 */
export function repeatedTimes(timezone: string): (utcMs: number) => boolean {
  if (timezone === 'UTC') return () => false;
  const offsetAt = zoneOffsets(timezone);
  const cache = new Map<number, boolean>();
  const isRepeated = (utcMs: number): boolean => {
    const before = offsetAt(utcMs);
    const after = offsetAt(utcMs + DAY_MS);
    return before > after && offsetAt(utcMs + before - after) === after;
  };
  return (utcMs) => {
    const quarter = Math.floor(utcMs / QUARTER_MS);
    const known = cache.get(quarter);
    if (known !== undefined) return known;
    const found = isRepeated(utcMs);
    const [startMs, endMs] = [quarter * QUARTER_MS, (quarter + 1) * QUARTER_MS - MINUTE_MS];
    // In some zones, clocks change at 00:01.
    if (isRepeated(startMs) === found && isRepeated(endMs) === found) {
      if (cache.size >= MOST_CACHED) cache.clear();
      cache.set(quarter, found);
    }
    return found;
  };
}
