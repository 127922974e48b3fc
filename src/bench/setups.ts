import type { BenchConfig } from './bench-config.js';
import { armPlans, type ArmPlan } from './arm-plans.js';
import type { CasePlan } from './case-plans.js';

/** A backend and a batch size: what processes are started anew for. */
export interface Setup {
  readonly backend: BenchConfig['backends'][number];
  readonly batchSize: BenchConfig['batchSizes'][number];
}

export function setups({ backends, batchSizes }: Pick<BenchConfig, 'backends' | 'batchSizes'>): Setup[] {
  return backends.flatMap((backend) => batchSizes.map((batchSize) => ({ backend, batchSize })));
}

export function armsOf(
  { kind }: CasePlan,
  choice: {
    readonly actors: readonly number[];
    readonly threads: number;
    readonly allThreads: number | null;
  },
): ArmPlan[] {
  return armPlans({ ...choice, batchedOnly: kind === 'probe' });
}

/** Starting processes and warming them up, on a machine that is not busy; a guess that only an estimate uses. */
const START_MS = 2500;
const WARM_UP_SHARE = 1.2;

/** What a benchmark will about take, ms; slow minutes prolong it. */
export function estimateMs(
  setupCount: number,
  cases: readonly CasePlan[],
  actors: readonly number[],
  threads: number,
): number {
  const arms = (plan: CasePlan): number => armsOf(plan, { actors, threads, allThreads: null }).length;
  const measuringMs = cases.reduce((sum, plan) => sum + arms(plan) * plan.timeMs, 0);
  return setupCount * (START_MS + measuringMs * WARM_UP_SHARE);
}
