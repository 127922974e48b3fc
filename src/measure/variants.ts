import type { Answers, Block } from '../core/block.js';
import type { Agreement } from '../core/comparison.js';
import { median } from '../core/statistics.js';
import type { CallStyle } from '../core/types.js';
import { agreementOf, SAME, worse } from './answer-check.js';
import { chooseRounds, runRound } from './rounds.js';
import { RunTimings } from './run-timings.js';
import { expectedMs, planTurn, takeTurn, warmUp, type Serve, type Turn } from './turn.js';

/** One way to serve minutes, to compare with others. */
export interface Variant {
  readonly style: CallStyle;
  readonly serve: Serve;
}

/** The measurements of one variant. */
export class VariantSamples {
  /** Of all timed minutes. */
  readonly timings: RunTimings;
  readonly #roundMs: number[] = [];
  #agreement = SAME;

  constructor(deadlineMs: number) {
    this.timings = new RunTimings(deadlineMs);
  }

  /** `[rounds]`: the median time per minute in each. */
  get roundMs(): readonly number[] {
    return this.#roundMs;
  }

  /** How its answers agree with those of the first variant, over all rounds. */
  get agreement(): Agreement {
    return this.#agreement;
  }

  /** @param expected the first variant's answers to the same minute */
  addTurn({ timings, answers }: Turn, expected: Answers): void {
    for (const timing of timings) this.timings.add(timing, { isAlone: true, dueAtMs: null });
    this.#roundMs.push(median(timings.map(({ wallMs }) => wallMs)));
    this.#agreement = worse(this.#agreement, agreementOf(expected, answers));
  }
}

export interface VariantsToMeasure {
  readonly variants: readonly Variant[];
  /** Blocks of one minute, one or more, all with the same number of items. */
  readonly minutes: readonly Block[];
  /** Null: as many as suit the time. */
  readonly rounds: number | null;
  /** Time for each variant, ms. */
  readonly timeMs: number;
  readonly deadlineMs: number;
}

export interface MeasuringEvents {
  /** Monotonic clock, ms. */
  readonly now: () => number;
  /** Aborted: end after the current turn. */
  readonly signal: AbortSignal;
  /** Called after the warm-up with the expected time of all rounds of all variants, ms. */
  readonly onPace: (expectedMs: number) => void;
  /** Called after each turn with the share of all turns taken, 0..1. */
  readonly onTurn: (share: number) => void;
}

export interface MeasuredVariants {
  readonly rounds: number;
  /** In the order of the variants. */
  readonly samples: readonly VariantSamples[];
}

/**
 * Serves the same minutes in every way: a warm-up, then rounds in which each variant takes one turn. Null if aborted.
 */
export async function measureVariants(
  { variants, minutes, rounds: wanted, timeMs, deadlineMs }: VariantsToMeasure,
  { now, signal, onPace, onTurn }: MeasuringEvents,
): Promise<MeasuredVariants | null> {
  const minuteMs: number[] = [];
  for (const { serve, style } of variants) {
    if (signal.aborted) return null;
    minuteMs.push(await warmUp(serve, minutes, { style, timeMs, now }));
  }
  const rounds = wanted ?? chooseRounds(timeMs, minuteMs);
  const plans = variants.map(({ style }, i) => planTurn(style, minuteMs[i]!, timeMs / rounds));
  onPace(plans.reduce((sum, plan, i) => sum + expectedMs(plan, minuteMs[i]!, rounds), 0));
  const samples = variants.map(() => new VariantSamples(deadlineMs));
  let taken = 0;
  for (let round = 0; round < rounds; round++) {
    const turns = await runRound(round, variants.length, async (i) => {
      if (signal.aborted) return null;
      const turn = await takeTurn(variants[i]!.serve, minutes, round % minutes.length, plans[i]!, now);
      onTurn(++taken / (rounds * variants.length));
      return turn;
    });
    if (turns === null) return null;
    samples.forEach((variant, i) => variant.addTurn(turns[i]!, turns[0]!.answers));
  }
  return { rounds, samples };
}
