import { bestActors, breakEvenItemMs, efficiency, karpFlatt, speedup, winner } from '../core/scaling.js';
import { medianEstimate, outliers, percentile, sortSamples, type Estimate } from '../core/statistics.js';
import type { ReadyFacts } from '../core/types.js';
import type { BenchVariant, BenchCase } from './report/bench-summary.js';
import type { MinutesSummary } from '../measure/run-timings.js';
import type { Breakdown } from '../core/timing.js';
import { TOLERANCE } from '../measure/tolerance.js';
import type { ArmRecord } from './arm-record.js';
import type { CasePlan } from './case-plans.js';
import type { MeasuredCase } from './measure-case.js';

/** What the measurements of a case come to. */
export function summarizeCase(plan: CasePlan, ready: ReadyFacts, measured: MeasuredCase): BenchCase {
  const { rounds, arms } = measured;
  const perItem = find(arms, 'sequential', 'per-item');
  const batched = find(arms, 'sequential', 'batched');
  const inOrder = arms.map(({ plan: { name, actors }, roundMs }) => ({ name, actors, roundMs }));
  const best = bestActors(inOrder);
  return {
    model: { ...ready.model, ...ready.input },
    backend: ready.backend,
    items: plan.items,
    kind: plan.kind,
    rounds,
    arms: arms.map((arm) => summarizeArm(arm, batched, perItem)),
    tolerance: TOLERANCE[ready.backend.name],
    winner: winner(inOrder),
    bestActors: best,
    breakEvenItemMs: batched === null ? null : breakEven(plan.items, arms, batched, best),
  };
}

function summarizeArm(record: ArmRecord, batched: ArmRecord | null, perItem: ArmRecord | null): BenchVariant {
  const { plan, roundMs } = record;
  const minutes = record.timings.summary();
  if (minutes === null) throw new RangeError(`${plan.name} served no minute`);
  const overBatched = speedupOver(batched, record);
  const isParallel = plan.mode === 'parallel' && overBatched !== null;
  return {
    ...plan,
    wallMs: minutes.wallMs,
    late: minutes.late,
    roundMs,
    medianMs: medianEstimate(roundMs),
    speedup: overBatched,
    speedupPerItem: speedupOver(perItem, record),
    efficiency: isParallel ? efficiency(overBatched.value, plan.actors) : null,
    serialFraction: isParallel ? karpFlatt(overBatched.value, plan.actors) : null,
    capacityItems: minutes.capacityItems,
    breakdownMs: perMinute(minutes),
    perActor: minutes.perActor,
    outliers: outliers(record.timings.wallsMs).count,
    answers: record.agreement,
  };
}

function speedupOver(baseline: ArmRecord | null, arm: ArmRecord): Estimate | null {
  return baseline === null || baseline === arm ? null : speedup(baseline.roundMs, arm.roundMs);
}

function perMinute({ breakdownMs, served }: MinutesSummary): Breakdown {
  const parts = Object.entries(breakdownMs).map(([part, ms]) => [part, ms / served] as const);
  return Object.fromEntries(parts) as Breakdown;
}

/** Of the best number of actors, or of the smallest larger than one where that is one. */
function breakEven(
  items: number,
  arms: readonly ArmRecord[],
  batched: ArmRecord,
  best: number,
): number | null {
  const parallel = arms.find(
    ({ plan: { mode, style, actors } }) =>
      mode === 'parallel' && style === 'batched' && actors >= Math.max(best, 2),
  );
  if (parallel === undefined) return null;
  const { actors } = parallel.plan;
  return breakEvenItemMs({
    items,
    sequentialMs: medianMs(batched),
    parallelMs: medianMs(parallel),
    actors,
  });
}

function medianMs({ roundMs }: ArmRecord): number {
  return percentile(sortSamples(roundMs), 0.5);
}

/** The first such arm, which is the one with as many threads as actors have. */
function find(
  arms: readonly ArmRecord[],
  mode: 'sequential',
  style: 'per-item' | 'batched',
): ArmRecord | null {
  return arms.find(({ plan }) => plan.mode === mode && plan.style === style) ?? null;
}
