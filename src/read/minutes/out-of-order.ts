import { AiopsError, type Hint } from '../../core/errors.js';
import { intervalsBetween, type Intervals } from '../../core/grid.js';
import { placeText } from '../../core/place-text.js';
import { timeOf } from '../shared/record-time.js';
import { repeatedTimes } from '../shared/repeated-time.js';
import { isoTime } from '../../core/time.js';
import type { MinuteRecord } from '../../core/types.js';
import type { ReadOptions } from '../options.js';

const HOUR_MS = 3_600_000;
/** All intervals that `--grace` keeps open are in memory, and a live run reports them that much later. */
const MOST_GRACE = 100;

export interface OrderRules {
  readonly intervals: Intervals;
  /** How many intervals a record is known to go back; Infinity: from the end to the start. */
  readonly intervalsBack: number;
  readonly options: Pick<ReadOptions, 'sort' | 'timezone'>;
}

/** A record goes back further than `--grace` allows. */
export class OutOfOrder extends AiopsError {
  /** The file with that record. */
  readonly file: string;
  /** Clocks went back: sorting does not help. */
  readonly isRepeated: boolean;
  /** How many intervals `--grace` must allow at least; null: too many. */
  readonly graceIntervals: number | null;

  constructor(
    message: string,
    options: Pick<OutOfOrder, 'file' | 'isRepeated' | 'graceIntervals'> & { readonly hint: Hint },
  ) {
    super('input_out_of_order', message, options);
    this.file = options.file;
    this.isRepeated = options.isRepeated;
    this.graceIntervals = options.graceIntervals;
  }
}

/**
 * The error for a record that goes back further than `--grace` allows.
 *
 * `input_out_of_order`; `config` with `--sort`, which had found the file in order
 */
export function outOfOrder(record: MinuteRecord, newest: MinuteRecord, rules: OrderRules): AiopsError {
  const { sort = false, timezone } = rules.options;
  const { file } = record.source;
  const [atMs, newestMs] = [timeOf(record), timeOf(newest)];
  const newestLine = newest.source.line === 0 ? '' : ` (line ${newest.source.line})`;
  const found = `${placeText(record.source)}: ${isoTime(atMs)} comes after ${isoTime(newestMs)}${newestLine}`;
  if (sort) {
    return new AiopsError('config', `${found}: ${file} was in time order, but has grown by earlier records`, {
      hint: ({ startOver }) => `${startOver}: then --sort brings all of it into order`,
    });
  }
  const back = intervalsBetween(record.minuteMs, newest.minuteMs, rules.intervals.grid.intervalMs);
  const most = Math.max(back, rules.intervalsBack);
  const graceOf = (intervals: number, before: string): string =>
    intervals <= MOST_GRACE ? `${before} with --grace ${intervals} (intervals)` : '';
  const isRepeated = newestMs - atMs <= HOUR_MS && repeatedTimes(timezone)(atMs);
  const [what, hint] = isRepeated
    ? [
        `clocks in ${timezone} went back and showed it twice`,
        `record times in UTC or with their offset: without, sorting cannot distinguish the two${graceOf(most < Infinity ? most : back, '; or read both as the first one')}`,
      ]
    : [
        'the file is not in time order',
        `bring it into order while reading with --sort${graceOf(most, ', or allow it')}`,
      ];
  return new OutOfOrder(`${found}: ${what}`, {
    ...{ file, isRepeated },
    graceIntervals: most <= MOST_GRACE ? most : null,
    hint: ({ rereadRun }) => (rereadRun === '' ? hint : `${hint}; ${rereadRun}`),
  });
}
