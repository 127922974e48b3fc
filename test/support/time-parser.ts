import { AUTO_TIME, parserOf, type ParseTime } from '#build/core/time/format.js';

/** The parser of `AUTO_TIME`. */
export function timeParser(timezone: string): ParseTime {
  return parserOf(AUTO_TIME, timezone);
}
