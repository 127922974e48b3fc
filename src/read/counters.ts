import { NO_VERDICT, ROW_STATUS, type MinuteRows } from '../core/block.js';
import { countText, plural } from '../core/count-text.js';
import { AiopsError } from '../core/errors.js';
import { placeText } from '../core/place-text.js';
import type { ReadStep } from '../core/types.js';
import type { RejectCount, RejectLimit, RunCounts } from '../core/counts.js';
import { remedyOf } from './lines/reject-remedies.js';
import { byFrequency, RejectTally } from './reject-tally.js';

/** What was counted, to continue from. */
export interface Counted {
  readonly counts: RunCounts;
  readonly verdicts: number;
  readonly found: number;
  readonly rejects: readonly RejectCount[];
}

/** Counts what became of every record and row, so that none gets lost silently. */
export class Counters {
  readonly #rowsPerRecord: number;
  #accepted = 0;
  #merged = 0;
  #rejected = 0;
  #filtered = 0;
  #minutes = 0;
  #anomalies = 0;
  #verdicts = 0;
  readonly #rows = { ok: 0, warmup: 0, error: 0 };
  #found = 0;
  readonly #tally: RejectTally;

  /** @param before what earlier sessions of the run counted */
  constructor(rowsPerRecord: number, before: Counted | null = null) {
    this.#rowsPerRecord = rowsPerRecord;
    this.#tally = new RejectTally(before?.rejects);
    if (before === null) return;
    const { counts, verdicts, found } = before;
    this.#accepted = counts.accepted;
    this.#merged = counts.merged;
    this.#rejected = counts.rejected;
    this.#filtered = counts.filtered;
    this.#minutes = counts.minutes;
    this.#anomalies = counts.anomalies;
    this.#rows = { ok: counts.ok, warmup: counts.warmup, error: counts.error };
    this.#verdicts = verdicts;
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

  /** Takes rows of one minute, or of several; returns how many are flagged. */
  addRows({ statuses, anomalies }: Pick<MinuteRows, 'statuses' | 'anomalies'>): number {
    const before = this.#anomalies;
    for (let row = 0; row < statuses.length; row++) {
      const status = statuses[row]!;
      if (status === ROW_STATUS.ok) this.#rows.ok++;
      else if (status === ROW_STATUS.warmup) this.#rows.warmup++;
      else this.#rows.error++;
      const anomaly = anomalies[row]!;
      if (anomaly === NO_VERDICT) continue;
      this.#verdicts++;
      this.#anomalies += anomaly;
    }
    return this.#anomalies - before;
  }

  /** Records that the reader found, before any of them was accepted, merged or rejected. */
  get found(): number {
    return this.#found;
  }

  /** Rows that say whether they are an anomaly. */
  get verdicts(): number {
    return this.#verdicts;
  }

  get counts(): RunCounts {
    const { ok, warmup, error } = this.#rows;
    return {
      records: this.#accepted + this.#merged + this.#rejected,
      accepted: this.#accepted,
      merged: this.#merged,
      rejected: this.#rejected,
      filtered: this.#filtered,
      minutes: this.#minutes,
      rows: ok + warmup + error,
      ok,
      warmup,
      error,
      anomalies: this.#anomalies,
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

  /**
   * Checks at the end of a run that every record that was read is accounted for. Of a part, only all parts together
   * show it: at its ends, a record may be read in one part and accepted in the next, with its minute.
   *
   * @throws AiopsError `internal` when rows and records do not add up
   */
  settle({ isPart }: { readonly isPart: boolean } = { isPart: false }): void {
    const { records, accepted, rows } = this.counts;
    if (!isPart && records !== this.#found) {
      throw new AiopsError(
        'internal',
        `counts disagree: ${this.#found} records were read, but ${records} were accepted, merged or rejected`,
      );
    }
    if (rows !== accepted * this.#rowsPerRecord) {
      throw new AiopsError(
        'internal',
        `counts disagree: ${accepted} accepted records with ${this.#rowsPerRecord} rows each, but ${rows} result rows`,
      );
    }
  }

  /** In the order in which the reasons were met. */
  get rejects(): readonly RejectCount[] {
    return this.#tally.all;
  }

  /** Why records were rejected, with an example of the most frequent reason, to end a message with; empty if none was. */
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
