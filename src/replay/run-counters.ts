import { NO_VERDICT, ROW_STATUS, type MinuteRows } from '../core/block.js';
import type { RunCounts } from '../core/counts.js';
import { AiopsError } from '../core/errors.js';
import { Counters, type Counted } from '../read/counters.js';

/** What a run has counted, to continue from. */
export interface RunCounted extends Counted {
  readonly counts: RunCounts;
  readonly verdicts: number;
}

/** Counts what became of every record and row, so that none gets lost silently. */
export class RunCounters extends Counters {
  readonly #rowsPerRecord: number;
  readonly #rows = { ok: 0, warmup: 0, error: 0 };
  #anomalies = 0;
  #verdicts = 0;

  /** @param before what earlier sessions of the run counted */
  constructor(rowsPerRecord: number, before: RunCounted | null = null) {
    super(before);
    this.#rowsPerRecord = rowsPerRecord;
    if (before === null) return;
    const { ok, warmup, error, anomalies } = before.counts;
    this.#rows = { ok, warmup, error };
    this.#anomalies = anomalies;
    this.#verdicts = before.verdicts;
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

  /** Rows that say whether they are an anomaly. */
  get verdicts(): number {
    return this.#verdicts;
  }

  override get counts(): RunCounts {
    const { ok, warmup, error } = this.#rows;
    const anomalies = this.#anomalies;
    return { ...super.counts, rows: ok + warmup + error, ok, warmup, error, anomalies };
  }

  /**
   * Checks at the end of a run that every record that was read is accounted for. Of a part, only all parts together
   * show it: at its ends, a record may be read in one part and accepted in the next, with its minute.
   *
   * @throws AiopsError `internal` when rows and records do not add up
   */
  settle({ isPart }: { readonly isPart: boolean } = { isPart: false }): void {
    const { records, accepted, rows } = this.counts;
    if (!isPart && records !== this.found) {
      throw new AiopsError(
        'internal',
        `counts disagree: ${this.found} records were read, but ${records} were accepted, merged or rejected`,
      );
    }
    if (rows !== accepted * this.#rowsPerRecord) {
      throw new AiopsError(
        'internal',
        `counts disagree: ${accepted} accepted records with ${this.#rowsPerRecord} rows each, but ${rows} result rows`,
      );
    }
  }
}
