import { countText, plural } from '../core/count-text.js';
import { AiopsError } from '../core/errors.js';
import { placeText } from '../core/place-text.js';
import type { ReadStep } from '../core/types.js';
import type { ReadCounts, RejectCount, RejectLimit } from '../core/counts.js';
import { remedyOf } from './lines/reject-remedies.js';
import { byFrequency, RejectTally } from './reject-tally.js';

/** What was counted, to continue from. */
export interface Counted {
  readonly counts: ReadCounts;
  readonly found: number;
  readonly rejects: readonly RejectCount[];
}

/** Counts what became of every record, so that none gets lost silently. */
export class Counters {
  #accepted = 0;
  #merged = 0;
  #rejected = 0;
  #filtered = 0;
  #minutes = 0;
  #found = 0;
  readonly #tally: RejectTally;

  /** @param before what earlier sessions of the run counted */
  constructor(before: Counted | null = null) {
    this.#tally = new RejectTally(before?.rejects);
    if (before === null) return;
    const { counts, found } = before;
    this.#accepted = counts.accepted;
    this.#merged = counts.merged;
    this.#rejected = counts.rejected;
    this.#filtered = counts.filtered;
    this.#minutes = counts.minutes;
    this.#found = found;
  }

  addStep(step: ReadStep): void {
    this.#found += step.found;
    this.#accepted += step.batch?.records.length ?? 0;
    this.#merged += step.merged;
    this.#rejected += step.rejects.length;
    this.#filtered += step.filtered;
    this.#minutes += step.batch === null ? 0 : 1;
    this.#tally.add(step.rejects);
  }

  /** Records that the reader found, before any of them was accepted, merged or rejected. */
  get found(): number {
    return this.#found;
  }

  get counts(): ReadCounts {
    return {
      records: this.#accepted + this.#merged + this.#rejected,
      accepted: this.#accepted,
      merged: this.#merged,
      rejected: this.#rejected,
      filtered: this.#filtered,
      minutes: this.#minutes,
    };
  }

  /**
   * A share is one of the whole recording, so it is judged at its end: elsewhere the result would depend on where the
   * rejects are.
   *
   * @throws AiopsError `reject_limit` once there are more rejects than `limit` allows
   */
  checkRejects(limit: RejectLimit | null, ended: boolean): void {
    if (limit === null) return;
    const { records, rejected } = this.counts;
    const passed =
      limit.kind === 'count' ? rejected > limit.count : ended && rejected > limit.share * records;
    if (!passed) return;
    const allowed = limit.kind === 'count' ? countText(limit.count) : `${limit.share * 100}%`;
    throw new AiopsError(
      'reject_limit',
      `${countText(rejected)} of ${plural(records, 'record')} were rejected, more than --max-rejects ${allowed}${this.reasons}`,
      { hint: ({ allowMore }) => `${this.remedy ?? 'see the rejects for what was wrong'}; or ${allowMore}` },
    );
  }

  /** In the order in which the reasons were met. */
  get rejects(): readonly RejectCount[] {
    return this.#tally.all;
  }

  /**
   * Why records were rejected, with an example of the most frequent reason, to end a message with; empty if none was.
   */
  get reasons(): string {
    const sorted = byFrequency(this.rejects);
    const [most] = sorted;
    if (most === undefined) return '';
    const counts = sorted.map(({ reason, count }) => `${count} ${reason}`);
    return `: ${counts.join(', ')}; the first ${most.reason} is ${placeText(most.example)}: ${most.example.message}`;
  }

  /** What to do about the most frequent reason; null: no record was rejected. */
  get remedy(): string | null {
    const [most] = byFrequency(this.rejects);
    return most === undefined ? null : remedyOf(most.reason, most);
  }
}
