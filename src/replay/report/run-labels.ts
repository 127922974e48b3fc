import { oneLine } from '../../core/one-line.js';
import { NO_VERDICT, ROW_STATUS, type MinuteRows } from '../../core/block.js';
import { ratesOf, type Ranking, type Rates } from '../../core/detection.js';
import type { Notice } from '../../core/errors.js';
import { ScoreCounts, type ScoreSeries } from '../../core/score-counts.js';
import { verdictOf } from '../../core/label.js';
import type { MinuteRecord } from '../../core/types.js';
import { plural, shortened } from '../../report/format.js';

/** Different scores that are distinguished over all records. */
const DISTINCT_SCORES = 2 ** 16;
/** The same over all targets, counted per target: a day of 500 targets, in at most some 16 MB. */
const DISTINCT_SCORES_BY_TARGET = 2 ** 20;
/** The first targets get figures; further ones count in the overall figures only. */
const MOST_TARGETS = 1024;
/** How many of them the summary lists. */
const LISTED_TARGETS = 200;

/** How well scores and verdicts detect the labelled anomalies. */
export interface DetectionFigures extends Rates {
  /** Records with a label, and a score or a verdict. */
  readonly records: number;
  /** Of those, labelled 1. */
  readonly positives: number;
  /** Of those, with a verdict and flagged. */
  readonly flagged: number;
  readonly averagePrecision: Ranking['averagePrecision'];
  readonly best: Ranking['best'];
}

const MINUS_ONE =
  '. Where 1 marks normal records and -1 anomalies, as in scikit-learn, these figures describe the wrong class: write 0 for normal and 1 for anomalies';

export interface TargetFigures extends DetectionFigures {
  readonly target: string;
}

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

/** Counts over the records of a target, or over all. */
interface Account {
  readonly scores: ScoreSeries;
  records: number;
  positives: number;
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
}

/** Collects the labelled records of a run in bounded memory, however many records and targets there are. */
export class RunLabels {
  readonly #rowsPerRecord: number;
  readonly #scores = new ScoreCounts(DISTINCT_SCORES);
  readonly #targetScores = new ScoreCounts(DISTINCT_SCORES_BY_TARGET);
  readonly #overall = openAccount(this.#scores);
  readonly #perTarget = new Map<string, Account>();
  readonly #counts = { scored: 0, judged: 0, warmup: 0, error: 0, unscored: 0, unusable: 0, unlabelled: 0 };
  #recordsOfOtherTargets = 0;
  #unusable: string | null = null;

  constructor(rowsPerRecord: number) {
    this.#rowsPerRecord = rowsPerRecord;
  }

  /**
   * Takes the records of a minute.
   *
   * @param rows equally many for each record, in the records' order
   */
  add(records: readonly Pick<MinuteRecord, 'target' | 'label'>[], rows: MinuteRows): void {
    for (let i = 0; i < records.length; i++) {
      const { label, target } = records[i]!;
      const verdict = verdictOf(label);
      if (label === null) this.#counts.unlabelled++;
      else if (verdict !== null) {
        this.#addRecord(rows, i * this.#rowsPerRecord, target, verdict === 1);
      } else {
        this.#counts.unusable++;
        this.#unusable ??= String(label);
      }
    }
  }

  /** A record's score is the largest of its items, and it is flagged if one of them is. */
  #addRecord(rows: MinuteRows, first: number, target: string, isPositive: boolean): void {
    let score: number | null = null;
    let flagged: boolean | null = null;
    const end = first + this.#rowsPerRecord;
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
    enter(this.#overall, score, isPositive, flagged);
    let account = this.#perTarget.get(target);
    if (account === undefined) {
      if (this.#perTarget.size >= MOST_TARGETS) {
        this.#recordsOfOtherTargets++;
        return;
      }
      this.#perTarget.set(target, (account = openAccount(this.#targetScores)));
    }
    enter(account, score, isPositive, flagged);
  }

  /** Null where no record had a label. */
  summary(): LabelsSummary | null {
    const { unlabelled: _, ...labelled } = this.#counts;
    if (Object.values(labelled).every((count) => count === 0)) return null;
    const all = Array.from(this.#perTarget, ([target, account]) => ({ target, ...figuresOf(account) }));
    const averages = all.map((one) => one.averagePrecision).filter((value) => value !== null);
    return {
      counts: { ...this.#counts },
      overall: figuresOf(this.#overall),
      meanAveragePrecision:
        averages.length === 0 ? null : averages.reduce((sum, value) => sum + value, 0) / averages.length,
      targets: all.length,
      recordsOfOtherTargets: this.#recordsOfOtherTargets,
      perTarget: all
        .sort((a, b) => b.positives - a.positives || b.flagged - a.flagged || (a.target < b.target ? -1 : 1))
        .slice(0, LISTED_TARGETS),
      droppedBits: { overall: this.#scores.droppedBits, perTarget: this.#targetScores.droppedBits },
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

function openAccount(counts: ScoreCounts): Account {
  const none = { records: 0, positives: 0, truePositives: 0, falsePositives: 0, falseNegatives: 0 };
  return { scores: counts.open(), ...none };
}

function enter(to: Account, score: number | null, isPositive: boolean, flagged: boolean | null): void {
  if (score !== null) to.scores.add(score, isPositive);
  to.records++;
  if (isPositive) to.positives++;
  if (flagged === true && isPositive) to.truePositives++;
  if (flagged === true && !isPositive) to.falsePositives++;
  if (flagged === false && isPositive) to.falseNegatives++;
}

function figuresOf(account: Account): DetectionFigures {
  const { averagePrecision, best } = account.scores.ranking();
  return {
    records: account.records,
    positives: account.positives,
    flagged: account.truePositives + account.falsePositives,
    ...ratesOf(account),
    averagePrecision,
    best,
  };
}
