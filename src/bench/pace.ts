import { cycleRounds } from '../core/round-order.js';
import { percentile, sortSamples } from '../core/statistics.js';
import type { CallStyle, ItemBatch } from '../core/types.js';
import type { Serve, TurnPlan } from './turn.js';

/** Rounds where none were asked for: what a statistic needs at least, and what it profits from. */
const FEWEST_ROUNDS = 10;
const MOST_ROUNDS = 20;

/** A warm-up takes this share of an arm's time, and at least so many minutes with batches. */
const WARM_UP_SHARE = 0.1;
const WARM_UP_MINUTES = 3;

/** Serves minutes until code is compiled and caches are full; returns what a minute then takes a caller, ms. */
export async function warmUp(
  serve: Serve,
  batches: readonly ItemBatch[],
  options: { readonly style: CallStyle; readonly timeMs: number; readonly now: () => number },
): Promise<number> {
  const { style, timeMs, now } = options;
  const least = style === 'batched' ? WARM_UP_MINUTES : 1;
  const startedAtMs = now();
  const tookMs: number[] = [];
  while (tookMs.length < least || now() - startedAtMs < timeMs * WARM_UP_SHARE) {
    const beganAtMs = now();
    await serve(batches[tookMs.length % batches.length]!);
    tookMs.push(now() - beganAtMs);
  }
  const later = tookMs.slice(Math.floor(tookMs.length / 2));
  return percentile(sortSamples(later), 0.5);
}

/**
 * As many rounds as leave the slowest arm time for a minute in each, within bounds; of those the most that are a
 * whole cycle of turn orders, if there is one.
 */
export function chooseRounds(timeMs: number, minuteMs: readonly number[]): number {
  const fit = Math.floor(timeMs / Math.max(...minuteMs));
  const rounds = Math.min(MOST_ROUNDS, Math.max(FEWEST_ROUNDS, fit));
  const cycle = cycleRounds(minuteMs.length);
  const whole = Math.floor(rounds / cycle) * cycle;
  return whole >= FEWEST_ROUNDS ? whole : rounds;
}

/**
 * How an arm whose minute takes `minuteMs` uses its turns of `turnMs`. Batches are served once before they count,
 * since others used the processors' caches meanwhile; item by item, the many calls warm themselves. A minute longer
 * than its turn does so too.
 */
export function turnPlan(style: CallStyle, minuteMs: number, turnMs: number): TurnPlan {
  return {
    minutes: Math.ceil(turnMs / minuteMs),
    untimed: style === 'batched' && minuteMs <= turnMs,
    limitMs: 2 * turnMs, // a machine that became slow must not hold everybody up
  };
}

/** What all rounds of an arm take, ms. */
export function expectedMs(plan: TurnPlan, minuteMs: number, rounds: number): number {
  return rounds * (plan.minutes + (plan.untimed ? 1 : 0)) * minuteMs;
}
