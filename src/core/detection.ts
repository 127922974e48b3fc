/* How well scores and verdicts match labelled anomalies. */

/** One step of the ranking: scores that count as equal, and the labels of their records. */
export interface ScoreStep {
  /** Lowest and highest score, Float32; equal unless scores had to be merged. */
  readonly least: number;
  readonly greatest: number;
  readonly positives: number;
  readonly negatives: number;
}

/** Verdicts against labels. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** Shares from 0 to 1; null if undefined. */
export interface Rates {
  /** Share of flagged records that are anomalies; null if nothing was flagged. */
  readonly precision: number | null;
  /** Share of anomalies that were flagged; null if there are none. */
  readonly recall: number | null;
  /** Harmonic mean of both (van Rijsbergen, "Information Retrieval", 1979); null if there are no anomalies. */
  readonly f1: number | null;
}

export function ratesOf({ truePositives, falsePositives, falseNegatives }: Confusion): Rates {
  const flagged = truePositives + falsePositives;
  const positives = truePositives + falseNegatives;
  return {
    precision: flagged === 0 ? null : truePositives / flagged,
    recall: positives === 0 ? null : truePositives / positives,
    f1: positives === 0 ? null : (2 * truePositives) / (flagged + positives),
  };
}

/** A threshold, and the rates that `score > threshold` would have had. */
export interface BestThreshold extends Rates {
  readonly threshold: number;
}

export interface Ranking {
  readonly positives: number;
  readonly negatives: number;
  /**
   * `Σ (Rₙ − Rₙ₋₁) · Pₙ` over the distinct scores from the highest down, precision and recall being those of all
   * records with that score or more (scikit-learn's `average_precision_score`); null if there are no anomalies.
   */
  readonly averagePrecision: number | null;
  /** The highest threshold with the best F1; null if there are no anomalies. */
  readonly best: BestThreshold | null;
}

/** Ranks records by score. `steps` may be in any order; two of them are either the same score or do not overlap. */
export function rank(steps: readonly ScoreStep[]): Ranking {
  const falling = joined([...steps].sort((a, b) => b.least - a.least));
  const positives = falling.reduce((sum, step) => sum + step.positives, 0);
  const negatives = falling.reduce((sum, step) => sum + step.negatives, 0);
  if (positives === 0) return { positives, negatives, averagePrecision: null, best: null };
  let truePositives = 0;
  let flagged = 0;
  let gained = 0;
  let bestF1 = -1;
  let best: BestThreshold | null = null;
  falling.forEach((step, i) => {
    truePositives += step.positives;
    flagged += step.positives + step.negatives;
    gained += (step.positives * truePositives) / flagged;
    const f1 = (2 * truePositives) / (flagged + positives);
    if (f1 <= bestF1) return;
    bestF1 = f1;
    const rates = ratesOf({
      truePositives,
      falsePositives: flagged - truePositives,
      falseNegatives: positives - truePositives,
    });
    best = { threshold: thresholdBetween(falling[i + 1]?.greatest ?? null, step.least), ...rates };
  });
  return { positives, negatives, averagePrecision: gained / positives, best };
}

/** Merges sorted steps with the same score. */
function joined(sorted: readonly ScoreStep[]): ScoreStep[] {
  const steps: ScoreStep[] = [];
  for (const step of sorted) {
    const last = steps.at(-1);
    if (last?.least !== step.least) steps.push(step);
    else {
      const positives = last.positives + step.positives;
      steps[steps.length - 1] = { ...last, positives, negatives: last.negatives + step.negatives };
    }
  }
  return steps;
}

/** Digits that distinguish any two Float32 (IEEE 754, §5.12.2). */
const FLOAT32_DIGITS = 9;

/**
 * A threshold that `above` exceeds and `below` does not, compared as Float32: near their midpoint, with as few digits
 * as possible. Without a `below`, some number less than `above`.
 */
function thresholdBetween(below: number | null, above: number): number {
  const floor = below ?? (above > 0 ? 0 : 2 * above - 1);
  const middle = floor + (above - floor) / 2;
  for (let digits = 1; digits < FLOAT32_DIGITS; digits++) {
    const rounded = Number(middle.toPrecision(digits));
    if (Math.fround(rounded) >= floor && Math.fround(rounded) < above) return rounded;
  }
  return floor;
}
