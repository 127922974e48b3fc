import { oneLine } from '../../core/one-line.js';
import { NO_VERDICT, ROW_STATUS, type MinuteRows } from '../../core/block.js';
import type { Notice } from '../../core/errors.js';
import { ScoreCounts } from '../../core/score-counts.js';
import { verdictOf } from '../../core/label.js';
import type { MinuteRecord } from '../../core/types.js';
import { plural, shortened } from '../../report/format.js';
import { LabelAccount, type AccountTally, type DetectionFigures } from './label-account.js';
import { TargetAccounts, type TargetFigures, type TargetTally } from './target-accounts.js';

/** Different scores that are distinguished over all records. */
const DISTINCT_SCORES = 2 ** 16;
/** How many of them the summary lists. */
const LISTED_TARGETS = 200;

const MINUS_ONE =
  '. Where 1 marks normal records and -1 anomalies, as in scikit-learn, these figures describe the wrong class: write 0 for normal and 1 for anomalies';

/** Records by what their label could be used for. */
export interface LabelCounts {
  /** Labelled 0 or 1, or with a word for one of them, and with a score: these are ranked. */
  readonly scored: number;
  /** Labelled 0 or 1, with a verdict but no score: these count in precision, recall and F1 only. */
  readonly judged: number;
  readonly warmup: number;
  readonly error: number;
  /** Answered, but with neither a score nor a verdict. */
  readonly unscored: number;
  /** With a label that is neither 0 nor 1 nor a clear word: ignored. */
  readonly unusable: number;
  /** Without a label. */
  readonly unlabelled: number;
}

const NO_COUNTS: LabelCounts = {
  ...{ scored: 0, judged: 0, warmup: 0, error: 0, unscored: 0, unusable: 0, unlabelled: 0 },
};
export const LABEL_COUNTS = Object.keys(NO_COUNTS) as (keyof LabelCounts)[];

export interface LabelsSummary {
  readonly counts: LabelCounts;
  readonly overall: DetectionFigures;
  /** Mean of the targets' average precision over those that have an anomaly; null if none has. */
  readonly meanAveragePrecision: number | null;
  /** Targets with figures, which have a record that counts. */
  readonly targets: number;
  /** Records that count, of targets without figures. */
  readonly recordsOfOtherTargets: number;
  /** The targets with the most anomalies, then the most flagged. */
  readonly perTarget: readonly TargetFigures[];
  /**
   * Last bits of a Float32 score that rankings ignore, overall and by target; 0: scores are exact. Precision, recall
   * and F1 of the verdicts are always exact.
   */
  readonly droppedBits: { readonly overall: number; readonly perTarget: number };
}

/** Counts of the labelled records of a run, or of a part of it. */
export interface LabelTallies {
  readonly counts: LabelCounts;
  /** The first label that was ignored. */
  readonly unusable: string | null;
  readonly recordsOfOtherTargets: number;
  readonly overall: AccountTally;
  /** In the order in which they were met. */
  readonly targets: readonly TargetTally[];
}

/** Collects the labelled records of a run in bounded memory, however many records and targets there are. */
export class RunLabels {
  readonly #scores = new ScoreCounts(DISTINCT_SCORES);
  readonly #overall = new LabelAccount(this.#scores);
  readonly #targets = new TargetAccounts();
  readonly #counts: Record<keyof LabelCounts, number> = { ...NO_COUNTS };
  #unusable: string | null = null;

  /**
   * Takes the records of a minute.
   *
   * @param rows equally many for each record, in the records' order
   */
  add(records: readonly Pick<MinuteRecord, 'target' | 'label'>[], rows: MinuteRows): void {
    const rowsPerRecord = rows.statuses.length / records.length;
    for (let i = 0; i < records.length; i++) {
      const { label, target } = records[i]!;
      const verdict = verdictOf(label);
      if (label === null) this.#counts.unlabelled++;
      else if (verdict !== null) {
        const end = (i + 1) * rowsPerRecord;
        this.#addRecord(rows, { first: end - rowsPerRecord, end }, target, verdict === 1);
      } else {
        this.#counts.unusable++;
        this.#unusable ??= String(label);
      }
    }
  }

  /** A record's score is the largest of its items, and it is flagged if one of them is. */
  #addRecord(
    rows: MinuteRows,
    { first, end }: { readonly first: number; readonly end: number },
    target: string,
    isPositive: boolean,
  ): void {
    let score: number | null = null;
    let flagged: boolean | null = null;
    for (let row = first; row < end; row++) {
      const [one, anomaly] = [rows.scores[row]!, rows.anomalies[row]!];
      if (!Number.isNaN(one) && (score === null || one > score)) score = one;
      if (anomaly !== NO_VERDICT) flagged = flagged === true || anomaly === 1;
    }
    if (score !== null || flagged !== null) this.#enter(target, score, isPositive, flagged);
    else this.#counts[whyUnscored(rows.statuses.subarray(first, end))]++;
  }

  #enter(target: string, score: number | null, isPositive: boolean, flagged: boolean | null): void {
    this.#counts[score === null ? 'judged' : 'scored']++;
    this.#overall.enter(score, isPositive, flagged);
    this.#targets.enter(target, score, isPositive, flagged);
  }

  /** What it has counted so far; not to be changed. */
  tallies(): LabelTallies {
    return {
      counts: { ...this.#counts },
      unusable: this.#unusable,
      recordsOfOtherTargets: this.#targets.recordsOfOthers,
      overall: this.#overall.tally(),
      targets: this.#targets.tallies(),
    };
  }

  /** Adds what was counted of the records that come next. */
  join({ counts, unusable, recordsOfOtherTargets, overall, targets }: LabelTallies): void {
    for (const key of LABEL_COUNTS) this.#counts[key] += counts[key];
    this.#unusable ??= unusable;
    this.#overall.join(overall);
    this.#targets.join(targets, recordsOfOtherTargets);
  }

  /** Null where no record had a label. */
  summary(): LabelsSummary | null {
    const { unlabelled: _, ...labelled } = this.#counts;
    if (Object.values(labelled).every((count) => count === 0)) return null;
    const all = this.#targets.figures();
    const averages = all.map((one) => one.averagePrecision).filter((value) => value !== null);
    return {
      counts: { ...this.#counts },
      overall: this.#overall.figures(),
      meanAveragePrecision:
        averages.length === 0 ? null : averages.reduce((sum, value) => sum + value, 0) / averages.length,
      targets: all.length,
      recordsOfOtherTargets: this.#targets.recordsOfOthers,
      perTarget: all
        .sort((a, b) => b.positives - a.positives || b.flagged - a.flagged || (a.target < b.target ? -1 : 1))
        .slice(0, LISTED_TARGETS),
      droppedBits: { overall: this.#scores.droppedBits, perTarget: this.#targets.droppedBits },
    };
  }

  /** A warning about ignored labels. */
  notices(): Notice[] {
    if (this.#unusable === null) return [];
    const { unusable } = this.#counts;
    return [
      {
        level: 'warning',
        text:
          `${plural(unusable, 'record')} ${unusable === 1 ? 'has a label' : 'have labels'} that ` +
          `${unusable === 1 ? 'is' : 'are'} neither 0 nor 1, the first ${oneLine(JSON.stringify(shortened(this.#unusable, 40)))}: ` +
          `ignored in precision, recall and average precision${this.#unusable === '-1' ? MINUS_ONE : ''}`,
      },
    ];
  }
}

function whyUnscored(statuses: Uint8Array): 'warmup' | 'error' | 'unscored' {
  if (statuses.some((status) => status !== ROW_STATUS.ok && status !== ROW_STATUS.warmup)) return 'error';
  return statuses.every((status) => status === ROW_STATUS.warmup) ? 'warmup' : 'unscored';
}
