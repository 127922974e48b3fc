import type { BenchConfig, MeasuringConfig } from '../bench/bench-config.js';
import type { BaselineRun } from '../bench/report/baseline.js';
import { BENCH_METRICS } from '../bench/report/bench-metrics.js';
import { oldestFirst } from '../read/sample/series/oldest-first.js';
import { refuseGatesWithout, type Gate } from '../report/gates.js';
import { modelChoice } from './model-options.js';
import { readSettings } from './reading-options.js';
import type { BenchValues } from './settings.js';

/** @throws AiopsError `usage` where flags contradict each other */
export function benchConfig(
  inputs: readonly string[],
  values: BenchValues,
  { gates, baseline }: { readonly gates: readonly Gate[]; readonly baseline: BaselineRun | null },
): BenchConfig {
  if (baseline === null) refuseGatesWithout('baseline', gates, BENCH_METRICS);
  return {
    ...measuringConfig(values),
    inputs: oldestFirst(inputs),
    read: readSettings(values),
    maxRejects: values.maxRejects,
    actors: values.actors ?? { kind: 'up-to', most: { kind: 'auto' } },
    items: values.items === undefined ? null : distinct(values.items),
    rounds: values.rounds ?? null,
    trace: values.trace,
    deadlineMs: values.deadlineMs,
    baseline,
    gates,
  };
}

/** The settings that benchmarks and scenarios share. */
export function measuringConfig(values: BenchValues): MeasuringConfig {
  const { params, modelFormat, batchShape, threadsPerActor, actorTimeoutMs, timeMs, seed, out } = values;
  return {
    ...{ params, modelFormat, batchShape, threadsPerActor, actorTimeoutMs, timeMs, seed, out },
    model: modelChoice(values),
    backends: distinct(values.backends ?? ['auto']),
    batchSizes: distinct(values.batchSizes ?? ['auto']),
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
