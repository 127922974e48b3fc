import { medianEstimate, type Estimate } from '../core/statistics.js';
import { unlessAborted } from '../core/unless-aborted.js';

/** Bounds for the number of rounds: what statistics need at least, and what they profit from. */
const FEWEST_ROUNDS = 10;
const MOST_ROUNDS = 20;

/**
 * The order in which `count` variants take their turns in a round. Over a cycle of rounds (`cycleRounds`) every
 * variant takes every place, and follows every other variant, equally often: what a variant leaves behind in caches
 * and clock rates affects all others alike. A balanced Latin square: E. J. Williams, "Experimental Designs Balanced
 * for the Estimation of Residual Effects of Treatments", Australian Journal of Scientific Research 2, 1949.
 */
export function roundOrder(round: number, count: number): number[] {
  const order = Array.from({ length: count }, (_, place) => (zigzag(place, count) + round) % count);
  const isMirrored = count % 2 === 1 && Math.floor(round / count) % 2 === 1;
  return isMirrored ? order.reverse() : order;
}

/** Rounds after which every variant has taken every place, and followed every other one, equally often. */
export function cycleRounds(count: number): number {
  return count % 2 === 0 ? count : 2 * count;
}

/** 0, 1, −1, 2, −2 … modulo count: all differences between neighbours are different. */
function zigzag(place: number, count: number): number {
  return place % 2 === 1 ? (place + 1) / 2 : (count - place / 2) % count;
}

/**
 * As many rounds as give the slowest variant time for a minute in each, within bounds. Of these, the most that
 * complete a cycle of orders, if any do.
 *
 * @param timeMs for each variant
 * @param minuteMs `[variants]`: what a minute takes
 */
export function chooseRounds(timeMs: number, minuteMs: readonly number[]): number {
  const fit = Math.floor(timeMs / Math.max(...minuteMs));
  const rounds = Math.min(MOST_ROUNDS, Math.max(FEWEST_ROUNDS, fit));
  const cycle = cycleRounds(minuteMs.length);
  const whole = Math.floor(rounds / cycle) * cycle;
  return whole >= FEWEST_ROUNDS ? whole : rounds;
}

/**
 * Plays one round: each variant, known by its index, takes one turn while nothing else runs. Returns the turns in the
 * order of the variants, or null as soon as a turn is null, which means aborted.
 */
export async function playRound<Turn>(
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
  /** Their median with its 95 % interval. */
  readonly medianMs: Estimate;
}

export interface RoundLimits {
  /** Rounds to play, at least; fewer if `endMs` comes first. */
  readonly rounds: number;
  /** Time to spend on each variant, at least, ms; less if `endMs` comes first. */
  readonly timeMs: number;
  /** No round begins that would probably end later, on the clock of `now`; one is always played. */
  readonly endMs: number;
  /** Aborted: stop at once, even in the middle of a turn. */
  readonly signal: AbortSignal;
  /** Monotonic clock, ms. */
  readonly now: () => number;
  /** Before each round, counted from 1. */
  readonly onRound: (round: number) => void;
}

/** Plays rounds until there are enough. Each turn returns the time it took, ms. Null if aborted. */
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
    const tookMs = await playRound(round, turns.length, (i) => unlessAborted(turns[i]!(), signal));
    if (tookMs === null) return null;
    tookMs.forEach((ms, i) => timesMs[i]!.push(ms));
    const atMs = now();
    slowestMs = Math.max(slowestMs, atMs - roundAtMs);
    const isEnough = round + 1 >= rounds && atMs - startedAtMs >= timeMs * turns.length;
    if (isEnough || atMs + slowestMs > endMs) break;
  }
  return timesMs.map((roundMs) => ({ roundMs, medianMs: medianEstimate(roundMs) }));
}
