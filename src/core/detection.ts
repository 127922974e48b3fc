/* How well scores tell labelled anomalies: counted in bounded memory, then ranked. */

/** Scores that count as one step of the ranking, and the labels of the records that have them. */
export interface ScoreStep {
  /** Least and greatest score, Float32; equal unless scores had to be put together. */
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

/** Shares from 0 to 1; null where there is nothing to take a share of. */
export interface Rates {
  /** Of those flagged, the anomalies; null where nothing was flagged. */
  readonly precision: number | null;
  /** Of the anomalies, those flagged; null without any. */
  readonly recall: number | null;
  /** Harmonic mean of both (van Rijsbergen, "Information Retrieval", 1979); null without an anomaly. */
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

/** A threshold, and what `score > threshold` would have come to. */
export interface BestThreshold extends Rates {
  readonly threshold: number;
}

export interface Ranking {
  readonly positives: number;
  readonly negatives: number;
  /**
   * `Σ (Rₙ − Rₙ₋₁) · Pₙ` over the distinct scores from the highest down, precision and recall being those of all
   * records with that score or more (scikit-learn's `average_precision_score`); null without an anomaly.
   */
  readonly averagePrecision: number | null;
  /** The highest threshold of the best F1; null without an anomaly. */
  readonly best: BestThreshold | null;
}

/** Ranks records by score; `steps` come in any order and do not overlap. */
export function rank(steps: readonly ScoreStep[]): Ranking {
  const falling = [...steps].sort((a, b) => b.least - a.least);
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

/** Digits that tell any two Float32 apart (IEEE 754, §5.12.2). */
const FLOAT32_DIGITS = 9;

/**
 * A threshold that `above` exceeds and `below` does not, compared as Float32: near their middle, in as few digits as
 * that allows. Without a `below`, something less than `above`.
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

const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);

/** Float32 as 32-bit integers of the same order: negative numbers have their magnitude's bits turned over. */
function orderedBits(score: number): number {
  scratch[0] = score + 0; // -0 + 0 is 0: they are equal scores
  const bits = scratchBits[0] ?? 0;
  return bits < 0 ? bits ^ 0x7fffffff : bits;
}

function scoreOf(ordered: number): number {
  scratchBits[0] = ordered < 0 ? ordered ^ 0x7fffffff : ordered;
  return scratch[0] ?? NaN;
}

/** Bits of a Float32 that can be dropped: what is left tells sign and exponent. */
const MANTISSA_BITS = 23;

/** Records by the leading bits of their score. */
interface Counts {
  readonly positives: Map<number, number>;
  readonly negatives: Map<number, number>;
}

/**
 * Counts labelled scores of any number of records, for one or more series, in bounded memory: as long as there are
 * no more different scores than `limit`, over all series, each by itself; then the last bits of all scores are
 * dropped, so that near ones become one step. Where that is not enough, each series has one step an exponent.
 */
export class ScoreCounts {
  readonly #limit: number;
  readonly #series = new Map<string, Counts>();
  #entries = 0;
  #droppedBits = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Last bits of a score that no longer count; 0: all scores are kept apart. */
  get droppedBits(): number {
    return this.#droppedBits;
  }

  /** Different scores held, by series and label: what memory goes by. */
  get entries(): number {
    return this.#entries;
  }

  /** `score` is finite, as Float32. */
  add(series: string, score: number, isPositive: boolean): void {
    let counts = this.#series.get(series);
    if (counts === undefined)
      this.#series.set(series, (counts = { positives: new Map(), negatives: new Map() }));
    const side = isPositive ? counts.positives : counts.negatives;
    const key = orderedBits(score) >> this.#droppedBits;
    const before = side.get(key);
    side.set(key, (before ?? 0) + 1);
    if (before === undefined && ++this.#entries > this.#limit) this.#coarsen();
  }

  /** Null where the series has no record. */
  ranking(series: string): Ranking | null {
    const counts = this.#series.get(series);
    return counts === undefined ? null : rank(this.#steps(counts));
  }

  #steps({ positives, negatives }: Counts): ScoreStep[] {
    const keys = new Set([...positives.keys(), ...negatives.keys()]);
    return Array.from(keys, (key) => ({
      least: scoreOf(key << this.#droppedBits),
      greatest: scoreOf((key << this.#droppedBits) | ((1 << this.#droppedBits) - 1)),
      positives: positives.get(key) ?? 0,
      negatives: negatives.get(key) ?? 0,
    }));
  }

  /** Down to half of the limit, so that it does not come back at once. */
  #coarsen(): void {
    while (this.#entries > this.#limit / 2 && this.#droppedBits < MANTISSA_BITS) {
      this.#droppedBits++;
      this.#entries = 0;
      for (const { positives, negatives } of this.#series.values()) {
        halve(positives);
        halve(negatives);
        this.#entries += positives.size + negatives.size;
      }
    }
  }
}

/** Drops each key's last bit. */
function halve(counts: Map<number, number>): void {
  const before = [...counts];
  counts.clear();
  for (const [key, count] of before) counts.set(key >> 1, (counts.get(key >> 1) ?? 0) + count);
}
