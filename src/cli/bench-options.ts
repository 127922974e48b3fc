import type { BaselineRun } from '../bench/report/baseline.js';
import { BENCH_METRICS } from '../bench/report/bench-metrics.js';
import { refuseGatesWithout, type Gate } from '../report/gates.js';
import { REPLAY_METRICS } from '../replay/report/replay-metrics.js';
import type { ScenarioName } from '../bench/scenarios/scenario-names.js';
import type { ActorRange, BenchConfig, MeasuringConfig } from '../bench/bench-config.js';
import { withRows, type FlagGroups, type FlagRow } from './flags/flag-row.js';
import { MEASURING_FLAGS } from './flags/measuring.js';
import { MODEL_FLAGS } from './flags/model.js';
import { OTHER_FLAGS } from './flags/other.js';
import { READING_FLAGS } from './flags/reading.js';
import { reportingFlags } from './flags/reporting.js';
import { PROCESS_ROWS } from './flags/serving.js';
import { modelChoice, type ModelFlags } from './model-options.js';
import { readOptions, type ReadingFlags } from './reading-options.js';
import type { StdoutFlags } from './stdout-form.js';
import { parseBatchSize, parseEach, parseOneOf } from './values.js';

/** The values of bench's flags, as commander collects them. */
export interface BenchFlags extends ModelFlags, ReadingFlags, StdoutFlags {
  readonly backend?: BenchConfig['backends'];
  readonly modelFormat: BenchConfig['modelFormat'];
  readonly batchSize?: BenchConfig['batchSizes'];
  readonly batchShape: BenchConfig['batchShape'];
  readonly threadsPerActor: number;
  readonly actorTimeout: number;
  readonly actors?: ActorRange;
  readonly items?: readonly number[];
  readonly scenario?: ScenarioName;
  readonly rounds?: number;
  readonly time: number;
  readonly seed: number;
  readonly baseline?: string;
  readonly out: string;
  readonly deadline?: number;
  readonly failIf?: readonly Gate[];
  readonly trace: boolean;
  readonly quiet: boolean;
  readonly config?: string;
}

/** What replay takes one of, bench takes several of, to compare them. */
const LIST_ROWS: readonly FlagRow[] = [
  {
    flags: '--backend <list>',
    description: 'what computes inside an actor: auto, node, wasm, comma-separated (default: auto)',
    parse: parseEach(parseOneOf(['auto', 'node', 'wasm'])),
  },
  {
    flags: '--batch-size <list>',
    description:
      'items per predict call, comma-separated; auto: 64 on node, all of a chunk on wasm (default: auto)',
    parse: parseEach(parseBatchSize),
    json: 'number',
  },
];

/** Bench's flags. */
export const BENCH_FLAGS: FlagGroups = {
  ...MEASURING_FLAGS,
  ...withRows(MODEL_FLAGS, LIST_ROWS),
  'Processes:': PROCESS_ROWS,
  ...READING_FLAGS,
  ...reportingFlags(BENCH_METRICS, REPLAY_METRICS),
  ...OTHER_FLAGS,
};

/** @throws AiopsError `usage` where flags contradict each other */
export function benchConfig(
  inputs: readonly string[],
  flags: BenchFlags,
  baseline: BaselineRun | null,
): BenchConfig {
  const gates = flags.failIf ?? [];
  if (baseline === null) refuseGatesWithout('baseline', gates, BENCH_METRICS);
  return {
    ...measuringConfig(flags),
    inputs,
    read: readOptions(flags),
    maxRejects: flags.maxRejects ?? null,
    actors: flags.actors ?? { kind: 'up-to', most: { kind: 'auto' } },
    items: flags.items === undefined ? null : distinct(flags.items),
    rounds: flags.rounds ?? null,
    trace: flags.trace,
    deadlineMs: flags.deadline ?? null,
    baseline,
    gates,
  };
}

/** What both a benchmark and a scenario are told about who serves, for how long, and where it goes. */
export function measuringConfig(flags: BenchFlags): MeasuringConfig {
  return {
    model: modelChoice(flags),
    params: flags.param ?? {},
    backends: distinct(flags.backend ?? ['auto']),
    modelFormat: flags.modelFormat,
    batchSizes: distinct(flags.batchSize ?? ['auto']),
    batchShape: flags.batchShape,
    threadsPerActor: flags.threadsPerActor,
    actorTimeoutMs: flags.actorTimeout,
    timeMs: flags.time,
    seed: flags.seed,
    out: flags.out,
  };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
