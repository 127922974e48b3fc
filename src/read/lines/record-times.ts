import type { Intervals } from '../../core/grid.js';
import { skippedTimes, type ExplainTime } from '../../core/skipped-time.js';
import { parserOf, type ParseTime } from '../../core/time/format.js';
import type { Reject } from '../../core/types.js';
import { timeFieldsOf, type FilePlan } from './plan.js';
import { OTHER_KIND } from './reject-remedies.js';
import { show } from './show-value.js';

/** Reads the times of a file's records. */
export class RecordTimes {
  readonly #plan: FilePlan;
  readonly #timezone: string;
  readonly #intervals: Intervals;
  readonly #parseTime: ParseTime;
  #explain: ExplainTime | null = null;
  #last: string | number = '';
  #minuteMs = NaN;
  /** How long after the start of its interval the last time is, ms. */
  offsetMs = 0;

  constructor(plan: FilePlan, timezone: string, intervals: Intervals, parseTime: ParseTime) {
    this.#plan = plan;
    this.#timezone = timezone;
    this.#intervals = intervals;
    this.#parseTime = parseTime;
  }

  /** Start of the interval of a time; NaN if it is not a time. Records of a minute mostly share their time. */
  minuteOf(time: unknown): number {
    if (time === this.#last) return this.#minuteMs;
    if (typeof time !== 'string' && typeof time !== 'number') return NaN;
    this.#last = time;
    const timeMs = this.#parseTime(time);
    this.#minuteMs = this.#intervals.of(timeMs);
    this.offsetMs = Number.isNaN(this.#minuteMs) ? 0 : timeMs - this.#minuteMs;
    return this.#minuteMs;
  }

  /** Why a record without a readable time is rejected. */
  problem(time: unknown): Pick<Reject, 'reason' | 'message'> {
    const { format } = this.#plan;
    const timeField = timeFieldsOf(this.#plan).join(' and ');
    if (time === undefined) return { reason: 'no_time', message: `no ${timeField}` };
    if (time === null || time === '' || (format === 'csv' && typeof time === 'string' && time.trim() === ''))
      return { reason: 'no_time', message: `${timeField} is empty` };
    const isTimeLike = typeof time === 'string' || typeof time === 'number';
    if (!isTimeLike) return { reason: 'bad_time', message: `${timeField}: ${show(time)} is not a time` };
    const why =
      this.#explainTime(time) ?? `${show(time)} is ${this.#isOfOtherKind(time) ? OTHER_KIND : 'not a time'}`;
    return { reason: 'bad_time', message: `${timeField}: ${why}` };
  }

  #isOfOtherKind(time: string | number): boolean {
    const { kinds } = this.#plan.time;
    return (
      kinds !== null && !Number.isNaN(parserOf({ ...this.#plan.time, kinds: null }, this.#timezone)(time))
    );
  }

  /** Why a zone does not have the time; made when needed, as most recordings have no such time. */
  #explainTime(time: string | number): string | null {
    this.#explain ??= skippedTimes((zone) => parserOf(this.#plan.time, zone), this.#timezone);
    return this.#explain(time);
  }
}
