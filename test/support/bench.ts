import type { MinuteTiming } from '#dist/core/types.js';
import type { BenchCase, BenchSummary } from '#dist/bench/report/bench-summary.js';
import { benchAdvice } from '#dist/bench/report/bench-advice.js';
import { breakEvens } from '#dist/bench/report/break-even.js';
import { armPlans, type ArmPlan } from '#dist/bench/arm-plans.js';
import { ArmRecord } from '#dist/bench/arm-record.js';
import { joinAnswers } from '#dist/core/gather.js';
import { summarizeCase } from '#dist/bench/summarize-case.js';

import { READY } from './facts.js';
import { minuteTiming } from './timings.js';

const ROUNDS = 10;

const ANSWERS = joinAnswers([]);

/** A minute of `items` items in one chunk for each actor; `ms` is easy to divide by hand. */
function minute({ actors }: ArmPlan, items: number, ms: number): MinuteTiming {
  const timing = minuteTiming(Array.from({ length: actors }, () => ms));
  const chunks = timing.chunks.map((chunk) => ({ ...chunk, items: items / actors }));
  return { ...timing, items, gatherMs: ms / 10, chunks };
}

/** A case whose arms took what `msOf` says, a round each 1 % more than the one before. */
export function benchCase(
  msOf: (arm: ArmPlan) => number,
  more: { items?: number; kind?: BenchCase['kind']; actors?: readonly number[] } = {},
): BenchCase {
  const { items = 500, kind = 'full', actors = [1, 2, 4] } = more;
  const plans = armPlans({ actors, threads: 1, allThreads: null, batchedOnly: kind === 'probe' });
  const arms = plans.map((plan) => {
    const record = new ArmRecord(plan, 60_000);
    for (let round = 0; round < ROUNDS; round++) {
      const timings = [minute(plan, items, msOf(plan) * (1 + round / 100))];
      record.addTurn({ timings, answers: ANSWERS }, ANSWERS);
    }
    return record;
  });
  return summarizeCase({ items, kind, timeMs: 3000 }, READY, { rounds: ROUNDS, arms });
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
