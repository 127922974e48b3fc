import { bestActors, breakEvenItemMs, efficiency, karpFlatt, speedup, winner } from '../core/scaling.js';
import { median, medianEstimate, outliers, type Estimate } from '../core/statistics.js';
import type { Breakdown } from '../core/timing.js';
import type { CallStyle } from '../core/types.js';
import { TOLERANCE } from '../measure/answer-check.js';
import type { ServedSummary } from '../measure/run-timings.js';
import type { VariantSamples } from '../measure/variants.js';
import type { MeasuredCase } from './measure-setups.js';
import type { VariantPlan } from './bench-plan.js';
import type { BenchCase, BenchVariant } from './report/bench-summary.js';

/** A variant with its measurements. */
interface Measured {
  readonly plan: VariantPlan;
  readonly samples: VariantSamples;
}

/** The figures of a case. */
export function summarizeCase({ plan, ready, rounds, variants, samples }: MeasuredCase): BenchCase {
  const all = variants.map((variant, i): Measured => ({ plan: variant, samples: samples[i]! }));
  const perItem = sequential(all, 'per-item');
  const batched = sequential(all, 'batched');
  const inOrder = all.map(({ plan: { name, actors }, samples: { roundMs } }) => ({ name, actors, roundMs }));
  const best = bestActors(inOrder);
  return {
    model: { ...ready.model, ...ready.input },
    backend: ready.backend,
    items: plan.items,
    kind: plan.kind,
    rounds,
    arms: all.map((one) => summarizeVariant(one, batched, perItem)),
    tolerance: TOLERANCE[ready.backend.name],
    winner: winner(inOrder),
    bestActors: best,
    breakEvenItemMs: batched === null ? null : breakEven(plan.items, all, batched, best),
  };
}

function summarizeVariant(one: Measured, batched: Measured | null, perItem: Measured | null): BenchVariant {
  const { plan, samples } = one;
  const { served, minutes } = samples.timings.summary();
  if (served === null || minutes === null) throw new RangeError(`${plan.name} served no minute`);
  const overBatched = speedupOver(batched, one);
  const isParallel = plan.mode === 'parallel' && overBatched !== null;
  return {
    ...plan,
    wallMs: minutes.wallMs,
    late: minutes.late,
    roundMs: samples.roundMs,
    medianMs: medianEstimate(samples.roundMs),
    speedup: overBatched,
    speedupPerItem: speedupOver(perItem, one),
    efficiency: isParallel ? efficiency(overBatched.value, plan.actors) : null,
    serialFraction: isParallel ? karpFlatt(overBatched.value, plan.actors) : null,
    capacityItems: minutes.capacityItems,
    breakdownMs: perMinute(served),
    perActor: served.perActor,
    outliers: outliers(samples.timings.wallsMs).count,
    answers: samples.agreement,
  };
}

function speedupOver(baseline: Measured | null, one: Measured): Estimate | null {
  if (baseline === null || baseline === one) return null;
  return speedup(baseline.samples.roundMs, one.samples.roundMs);
}

function perMinute({ breakdownMs, blocks }: ServedSummary): Breakdown {
  const parts = Object.entries(breakdownMs).map(([part, ms]) => [part, ms / blocks] as const);
  return Object.fromEntries(parts) as Breakdown;
}

/** For the best number of actors, or if that is one, for the next larger one. */
function breakEven(items: number, all: readonly Measured[], batched: Measured, best: number): number | null {
  const parallel = all.find(
    ({ plan: { mode, style, actors } }) =>
      mode === 'parallel' && style === 'batched' && actors >= Math.max(best, 2),
  );
  if (parallel === undefined) return null;
  return breakEvenItemMs({
    items,
    sequentialMs: median(batched.samples.roundMs),
    parallelMs: median(parallel.samples.roundMs),
    actors: parallel.plan.actors,
  });
}

/** The first such variant: the one with as many threads as an actor. */
function sequential(all: readonly Measured[], style: CallStyle): Measured | null {
  return all.find(({ plan }) => plan.mode === 'sequential' && plan.style === style) ?? null;
}
