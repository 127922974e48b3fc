import type { ItemBatch, MinuteRun } from '../core/types.js';
import type { ArmPlan } from './arm-plans.js';
import { ArmRecord } from './arm-record.js';
import { chooseRounds, playRound } from '../measure/rounds.js';
import {
  expectedMs,
  planTurn,
  takeTurn,
  warmUp,
  type Serve,
  type Turn,
  type TurnPlan,
} from '../measure/turn.js';

export interface CaseToMeasure {
  readonly arms: readonly ArmPlan[];
  /** All of the same number of items, ≥ 1 of them. */
  readonly batches: readonly ItemBatch[];
  /** Null: as many as suit the time. */
  readonly rounds: number | null;
  /** For each arm, ms. */
  readonly timeMs: number;
  readonly deadlineMs: number;
}

export interface CaseContext {
  readonly serve: (arm: ArmPlan, batch: ItemBatch) => Promise<MinuteRun>;
  /** Monotonic clock, ms. */
  readonly now: () => number;
  /** Aborted: end after the turn under way. */
  readonly signal: AbortSignal;
  /** Once it shows: what the rounds of all arms will take, ms. */
  readonly onPace: (expectedMs: number) => void;
  /** After each turn: the share of all turns taken, 0..1. */
  readonly onTurn: (share: number) => void;
}

export interface MeasuredCase {
  readonly rounds: number;
  /** In the order of the plans. */
  readonly arms: readonly ArmRecord[];
}

/**
 * Serves the same minutes in all ways: a warm-up, then rounds in which each arm takes one turn. Null where aborted.
 */
export async function measureCase(
  { arms, batches, rounds: asked, timeMs, deadlineMs }: CaseToMeasure,
  context: CaseContext,
): Promise<MeasuredCase | null> {
  const { now, signal } = context;
  const minuteMs: number[] = [];
  for (const arm of arms) {
    if (signal.aborted) return null;
    minuteMs.push(await warmUp(serving(arm, context), batches, { style: arm.style, timeMs, now }));
  }
  const rounds = asked ?? chooseRounds(timeMs, minuteMs);
  const plans = arms.map(({ style }, i) => planTurn(style, minuteMs[i]!, timeMs / rounds));
  context.onPace(plans.reduce((sum, plan, i) => sum + expectedMs(plan, minuteMs[i]!, rounds), 0));
  const records = arms.map((arm) => new ArmRecord(arm, deadlineMs));
  for (let round = 0; round < rounds; round++) {
    if (!(await measureRound(round, { records, plans, batches, rounds }, context))) return null;
  }
  return { rounds, arms: records };
}

interface Round {
  readonly records: readonly ArmRecord[];
  readonly plans: readonly TurnPlan[];
  readonly batches: readonly ItemBatch[];
  readonly rounds: number;
}

/** Returns whether the round was played to its end. */
async function measureRound(
  round: number,
  { records, plans, batches, rounds }: Round,
  context: CaseContext,
): Promise<boolean> {
  const { signal, now } = context;
  let taken = round * records.length;
  const turns = await playRound<Turn>(round, records.length, async (index) => {
    if (signal.aborted) return null;
    const serve = serving(records[index]!.plan, context);
    const turn = await takeTurn(serve, batches, round % batches.length, plans[index]!, now);
    context.onTurn(++taken / (rounds * records.length));
    return turn;
  });
  if (turns === null) return false;
  records.forEach((record, i) => record.addTurn(turns[i]!, turns[0]!.answers));
  return true;
}

function serving(arm: ArmPlan, { serve }: CaseContext): Serve {
  return (batch) => serve(arm, batch);
}
