import { AiopsError } from '../../core/errors.js';
import { intervalsBetween, type Intervals } from '../../core/grid.js';
import { isoTime } from '../../core/time.js';
import type { MinuteRecord } from '../../core/types.js';

export interface OrderRules {
  readonly intervals: Intervals;
  /** How many intervals a record is known to go back. */
  readonly intervalsBack: number;
  /** What to do about a file that goes back further than `--grace` allows. */
  readonly sortHint: string;
}

/** Refuses a record that goes back further than `--grace` allows. */
export function outOfOrder(
  record: MinuteRecord,
  newest: MinuteRecord,
  { intervals, intervalsBack, sortHint }: OrderRules,
): AiopsError {
  const { file, line } = record.source;
  const [at, before] = [record, newest].map(timeOf);
  const back = intervalsBetween(record.minuteMs, newest.minuteMs, intervals.grid.intervalMs);
  const grace = Math.max(back, intervalsBack);
  const message = `${file}:${line}: ${at} comes after ${before} (line ${newest.source.line}): the file is not in time order`;
  const hint = `${sortHint}; or allow it with --grace ${grace} (intervals); add --restart if --out holds an unfinished run`;
  return new AiopsError('input_out_of_order', message, { hint });
}

function timeOf({ minuteMs, offsetMs }: MinuteRecord): string {
  return isoTime(minuteMs + offsetMs);
}
