import type { Answers, ItemBatch, MinuteRun, MinuteTiming } from '../core/types.js';

/** Serves one minute in an arm's way. */
export type Serve = (batch: ItemBatch) => Promise<MinuteRun>;

export interface TurnPlan {
  /** Timed minutes, ≥ 1. */
  readonly minutes: number;
  /** Whether a minute that does not count goes before them. */
  readonly untimed: boolean;
  /** No further minute begins after this, ms; the first one always does. */
  readonly limitMs: number;
}

export interface Turn {
  readonly timings: readonly MinuteTiming[];
  /** To the first timed minute, which is the same for all arms of a round. */
  readonly answers: Answers;
}

/**
 * One arm's turn: minutes one after another, nothing else under way. Of `batches` the one at `first` comes first,
 * and they start anew after the last.
 */
export async function takeTurn(
  serve: Serve,
  batches: readonly ItemBatch[],
  first: number,
  plan: TurnPlan,
  now: () => number,
): Promise<Turn> {
  const batchAt = (minute: number): ItemBatch => batches[(first + minute) % batches.length]!;
  if (plan.untimed) await serve(batchAt(-1 + batches.length));
  const startedAtMs = now();
  const { answers, timing } = await serve(batchAt(0));
  const timings = [timing];
  while (timings.length < plan.minutes && now() - startedAtMs < plan.limitMs) {
    timings.push((await serve(batchAt(timings.length))).timing);
  }
  return { timings, answers };
}
