import type { Notice } from '../../../core/errors.js';
import type { Intervals } from '../../../core/grid.js';
import { isoTime } from '../../../core/time.js';
import type { ReadOptions } from '../../options.js';

/** Which intervals are served if `--from` or `--to` lies within one: those that begin in the range. */
export function rangeNotices(
  { fromMs, toMs }: Pick<ReadOptions, 'fromMs' | 'toMs'>,
  intervals: Intervals,
): Notice[] {
  const texts: string[] = [];
  const isInside = (timeMs: number): boolean => intervals.from(timeMs) !== timeMs;
  if (fromMs !== null && isInside(fromMs)) {
    const first = isoTime(intervals.from(fromMs));
    texts.push(
      `--from ${isoTime(fromMs)} lies within an interval: serving starts with the next one, ${first}`,
    );
  }
  if (toMs !== null && isInside(toMs)) {
    const last = isoTime(intervals.before(intervals.from(toMs), 1));
    texts.push(`--to ${isoTime(toMs)} lies within an interval: the whole of it, ${last}, is served`);
  }
  return texts.map((text) => ({ level: 'info', text }));
}
