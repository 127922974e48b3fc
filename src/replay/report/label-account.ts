import { ratesOf, type Ranking, type Rates } from '../../core/detection.js';
import type { ScoreCounts, ScoreSeries, SeriesTally } from '../../core/score-counts.js';

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

/** Labelled records with a score or a verdict. */
export interface AccountCounts {
  readonly records: number;
  /** Labelled 1. */
  readonly positives: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** What an account has counted. */
export interface AccountTally {
  readonly counts: AccountCounts;
  readonly scores: SeriesTally;
}

const NO_RECORDS: AccountCounts = {
  ...{ records: 0, positives: 0, truePositives: 0, falsePositives: 0, falseNegatives: 0 },
};
export const ACCOUNT_COUNTS = Object.keys(NO_RECORDS) as (keyof AccountCounts)[];

/** Counts over the labelled records of a target, or over all. */
export class LabelAccount {
  readonly #scores: ScoreSeries;
  readonly #counts: Record<keyof AccountCounts, number> = { ...NO_RECORDS };

  constructor(scores: ScoreCounts) {
    this.#scores = scores.open();
  }

  get records(): number {
    return this.#counts.records;
  }

  enter(score: number | null, isPositive: boolean, flagged: boolean | null): void {
    const counts = this.#counts;
    if (score !== null) this.#scores.add(score, isPositive);
    counts.records++;
    if (isPositive) counts.positives++;
    if (flagged === true && isPositive) counts.truePositives++;
    if (flagged === true && !isPositive) counts.falsePositives++;
    if (flagged === false && isPositive) counts.falseNegatives++;
  }

  figures(): DetectionFigures {
    const { records, positives, truePositives, falsePositives } = this.#counts;
    const { averagePrecision, best } = this.#scores.ranking();
    const flagged = truePositives + falsePositives;
    return { records, positives, flagged, ...ratesOf(this.#counts), averagePrecision, best };
  }

  tally(): AccountTally {
    return { counts: { ...this.#counts }, scores: this.#scores.tally() };
  }

  join({ counts, scores }: AccountTally): void {
    for (const key of ACCOUNT_COUNTS) this.#counts[key] += counts[key];
    this.#scores.join(scores);
  }

  /** Frees its memory; it is not to be used any more. */
  close(): void {
    this.#scores.close();
  }
}
