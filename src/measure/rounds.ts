import { medianEstimate, type Estimate } from '../core/statistics.js';
import { unlessAborted } from '../core/unless-aborted.js';

/** Statistics need this many rounds, and gain little from more than the maximum. */
const FEWEST_ROUNDS = 10;
const MOST_ROUNDS = 20;

/**
 * The order in which `count` variants take their turns in a round. Over a cycle of rounds (`cycleRounds`) every variant
 * has every position, and follows every other variant, equally often, so that its after-effects on caches and clock
 * rates are the same for all. A balanced Latin square: E. J. Williams, "Experimental Designs Balanced
 * for the Estimation of Residual Effects of Treatments", Australian Journal of Scientific Research 2, 1949.
 */
export function roundOrder(round: number, count: number): number[] {
  const order = Array.from({ length: count }, (_, place) => (zigzag(place, count) + round) % count);
  const isMirrored = count % 2 === 1 && Math.floor(round / count) % 2 === 1;
  return isMirrored ? order.reverse() : order;
}

/** Rounds after which every variant has had every position, and followed every other one, equally often. */
export function cycleRounds(count: number): number {
  return count % 2 === 0 ? count : 2 * count;
}

/** 0, 1, −1, 2, −2 … modulo count: all differences between neighbours are different. */
function zigzag(place: number, count: number): number {
  return place % 2 === 1 ? (place + 1) / 2 : (count - place / 2) % count;
}

/**
 * As many rounds as allow the slowest variant one minute in each, within bounds; rounded down to complete cycles if
 * that leaves enough.
 *
 * @param timeMs time for each variant
 * @param minuteMs `[variants]`: time per minute
 */
export function chooseRounds(timeMs: number, minuteMs: readonly number[]): number {
  const fit = Math.floor(timeMs / Math.max(...minuteMs));
  const rounds = Math.min(MOST_ROUNDS, Math.max(FEWEST_ROUNDS, fit));
  const cycle = cycleRounds(minuteMs.length);
  const whole = Math.floor(rounds / cycle) * cycle;
  return whole >= FEWEST_ROUNDS ? whole : rounds;
}

/**
 * Runs one round: each variant, given by its index, takes one turn while nothing else runs. Returns the turns in the
 * order of the variants, or null as soon as a turn is null, which means aborted.
 */
export async function runRound<Turn>(
  round: number,
  variants: number,
  takeTurn: (variant: number) => Promise<Turn | null>,
): Promise<Turn[] | null> {
  const turns: Turn[] = [];
  for (const variant of roundOrder(round, variants)) {
    const turn = await takeTurn(variant);
    if (turn === null) return null;
    turns[variant] = turn;
  }
  return turns;
}

/** The times of one variant. */
export interface TimedVariant {
  /** `[rounds]`, in order; variants are paired by round. */
  readonly roundMs: readonly number[];
  /** The median of `roundMs` with its 95 % interval. */
  readonly medianMs: Estimate;
}

export interface RoundLimits {
  /** The minimum number of rounds; fewer if `endMs` comes first. */
  readonly rounds: number;
  /** The minimum time for each variant, ms; less if `endMs` comes first. */
  readonly timeMs: number;
  /** No round begins that would probably end later, on the clock of `now`; there is always one. */
  readonly endMs: number;
  /** Aborted: stop immediately, even in the middle of a turn. */
  readonly signal: AbortSignal;
  /** Monotonic clock, ms. */
  readonly now: () => number;
  /** Before each round, counted from 1. */
  readonly onRound: (round: number) => void;
}

/** Runs rounds until there are enough. Each turn returns the time it took, ms. Null if aborted. */
export async function timeInRounds(
  turns: readonly (() => Promise<number>)[],
  { rounds, timeMs, endMs, signal, now, onRound }: RoundLimits,
): Promise<TimedVariant[] | null> {
  const timesMs = turns.map((): number[] => []);
  const startedAtMs = now();
  let slowestMs = 0;
  for (let round = 0; ; round++) {
    onRound(round + 1);
    const roundAtMs = now();
    const tookMs = await runRound(round, turns.length, (i) => unlessAborted(turns[i]!(), signal));
    if (tookMs === null) return null;
    tookMs.forEach((ms, i) => timesMs[i]!.push(ms));
    const atMs = now();
    slowestMs = Math.max(slowestMs, atMs - roundAtMs);
    const isEnough = round + 1 >= rounds && atMs - startedAtMs >= timeMs * turns.length;
    if (isEnough || atMs + slowestMs > endMs) break;
  }
  return timesMs.map((roundMs) => ({ roundMs, medianMs: medianEstimate(roundMs) }));
}
