import { zoneOffsets } from './time/zone.js';

const DAY_MS = 86_400_000;
const QUARTER_MS = 15 * 60_000;
const MOST_CACHED = 4096;

/**
 * Whether the clocks of a zone show the time at `utcMs` again later, because they go back: local times cannot say which
 * of the two is meant, and the first one is taken.
 */
export function repeatedTimes(timezone: string): (utcMs: number) => boolean {
  if (timezone === 'UTC') return () => false;
  const offsetAt = zoneOffsets(timezone);
  const cache = new Map<number, boolean>();
  return (utcMs) => {
    const quarter = Math.floor(utcMs / QUARTER_MS);
    const known = cache.get(quarter);
    if (known !== undefined) return known;
    const before = offsetAt(utcMs);
    const after = offsetAt(utcMs + DAY_MS);
    const isRepeated = before > after && offsetAt(utcMs + before - after) === after;
    if (cache.size >= MOST_CACHED) cache.clear();
    cache.set(quarter, isRepeated);
    return isRepeated;
  };
}
