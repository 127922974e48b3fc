import type { Answers } from '#build/core/block.js';
import type { BlockTiming } from '#build/core/types.js';
import type { BenchCase, BenchSummary } from '#build/bench/report/bench-summary.js';
import { benchAdvice } from '#build/bench/report/bench-advice.js';
import { breakEvens } from '#build/bench/report/break-even.js';
import { planVariants, type VariantPlan } from '#build/bench/bench-plan.js';
import { summarizeCase } from '#build/bench/summarize-case.js';
import { VariantSamples } from '#build/measure/variants.js';

import { READY } from './facts.js';
import { minuteTiming } from './timings.js';

const ROUNDS = 10;

const ANSWERS: Answers = {
  rowOffsets: Uint32Array.of(0, 0),
  statuses: new Uint8Array(),
  scores: new Float32Array(),
  anomalies: new Uint8Array(),
  lines: null,
  outputs: null,
};

/** A minute of `items` items in one chunk for each actor; `ms` is easy to divide by hand. */
function minute({ actors }: VariantPlan, items: number, ms: number): BlockTiming {
  const timing = minuteTiming(Array.from({ length: actors }, () => ms));
  const chunks = timing.chunks.map((chunk) => ({ ...chunk, items: items / actors }));
  return { ...timing, items, gatherMs: ms / 10, chunks };
}

/** A case whose variants took what `msOf` says, each round 1 % more of it than the one before. */
export function benchCase(
  msOf: (variant: VariantPlan) => number,
  more: { items?: number; kind?: BenchCase['kind']; actors?: readonly number[] } = {},
): BenchCase {
  const { items = 500, kind = 'full', actors = [1, 2, 4] } = more;
  const deadlineMs = 60_000;
  const variants = planVariants(kind, { actors, threads: 1, allThreads: null });
  const samples = variants.map((variant) => {
    const measured = new VariantSamples(deadlineMs);
    for (let round = 0; round < ROUNDS; round++) {
      const timings = [minute(variant, items, msOf(variant) * (1 + round / 100))];
      measured.addTurn({ timings, answers: ANSWERS }, ANSWERS);
    }
    return measured;
  });
  const plan = { items, kind, timeMs: 3000 };
  return summarizeCase({ plan, ready: READY, rounds: ROUNDS, variants, samples, deadlineMs });
}

/** A run with these cases; no clock and no host in it. */
export function benchSummary(cases: readonly BenchCase[], more: Partial<BenchSummary> = {}): BenchSummary {
  const measured = { cases, breakEven: breakEvens(cases), deadlineMs: 60_000 };
  return {
    program: { name: 'aiops-serve', version: '0.0.0' },
    host: { node: 'v0', platform: 'test', processor: 'test', processors: 2 },
    settings: {},
    input: null,
    elapsedMs: 30_000,
    baseline: null,
    advice: benchAdvice(measured),
    gates: [],
    notices: [],
    ...measured,
    ...more,
  };
}
