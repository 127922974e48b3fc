import type { Answers, Block, BlockRequest } from '../core/block.js';
import { median } from '../core/statistics.js';
import type { BlockTiming, CallStyle } from '../core/types.js';

/** A warm-up takes this share of a variant's time, and with batches at least this many minutes. */
const WARM_UP_SHARE = 0.1;
const WARM_UP_MINUTES = 3;

/** Asks for numbers only: what is measured is serving a minute, not writing it. */
export function numbersOnly(style: CallStyle): BlockRequest {
  return { style, lines: null, outputs: true };
}

/** Serves a task the way a variant does; unless said otherwise, a task is a minute, which is a block of one. */
export type Serve<Timing = BlockTiming, Task = Block> = (task: Task) => Promise<Served<Timing>>;

export interface Served<Timing = BlockTiming> {
  readonly answers: Answers;
  readonly timing: Timing;
}

export interface TurnPlan {
  /** Timed minutes, ≥ 1. */
  readonly minutes: number;
  /** Whether to serve one untimed minute first. */
  readonly untimed: boolean;
  /** No further minute begins after this time, ms; there is always one. */
  readonly limitMs: number;
}

/** What one variant did in its turn. */
export interface Turn<Timing = BlockTiming> {
  readonly timings: readonly Timing[];
  /** The answers to the first timed minute, which is the same for all variants of a round. */
  readonly answers: Answers;
}

/**
 * Takes one variant's turn: serves minutes one after another while nothing else runs. Starts with the task at `first`
 * and wraps around after the last one.
 */
export async function takeTurn<Timing, Task = Block>(
  serve: Serve<Timing, Task>,
  tasks: readonly Task[],
  first: number,
  plan: TurnPlan,
  now: () => number,
): Promise<Turn<Timing>> {
  const taskAt = (minute: number): Task => tasks[(first + minute) % tasks.length]!;
  if (plan.untimed) await serve(taskAt(-1 + tasks.length));
  const startedAtMs = now();
  const { answers, timing } = await serve(taskAt(0));
  const timings = [timing];
  while (timings.length < plan.minutes && now() - startedAtMs < plan.limitMs) {
    timings.push((await serve(taskAt(timings.length))).timing);
  }
  return { timings, answers };
}

/**
 * How a variant whose minute takes `minuteMs` uses its turns of `turnMs`. Batches are served once untimed, because the
 * previous variant has filled the processors' caches; item by item, or if a minute takes longer than a turn, that does
 * not matter.
 */
export function planTurn(style: CallStyle, minuteMs: number, turnMs: number): TurnPlan {
  return {
    minutes: Math.ceil(turnMs / minuteMs),
    untimed: style === 'batched' && minuteMs <= turnMs,
    limitMs: 2 * turnMs, // even if the machine has become slow since the warm-up
  };
}

/** The expected time of all rounds of a variant, ms. */
export function expectedMs(plan: TurnPlan, minuteMs: number, rounds: number): number {
  return rounds * (plan.minutes + (plan.untimed ? 1 : 0)) * minuteMs;
}

/** Serves minutes until code is compiled and caches are warm; returns the time that a minute then takes, ms. */
export async function warmUp(
  serve: Serve<unknown>,
  minutes: readonly Block[],
  options: { readonly style: CallStyle; readonly timeMs: number; readonly now: () => number },
): Promise<number> {
  const { style, timeMs, now } = options;
  const least = style === 'batched' ? WARM_UP_MINUTES : 1;
  const startedAtMs = now();
  const tookMs: number[] = [];
  while (tookMs.length < least || now() - startedAtMs < timeMs * WARM_UP_SHARE) {
    const beganAtMs = now();
    await serve(minutes[tookMs.length % minutes.length]!);
    tookMs.push(now() - beganAtMs);
  }
  return median(tookMs.slice(Math.floor(tookMs.length / 2)));
}
