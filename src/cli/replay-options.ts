import { basename } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { DEFAULT_MAX_LINE_BYTES } from '../read/recording.js';
import { refuseGatesWithout, type Gate } from '../report/gates.js';
import { REPLAY_METRICS } from '../report/replay-metrics.js';
import type { ActorCount, RejectLimit, ReplayConfig } from '../run/replay-config.js';
import type { FlagGroups } from './flags/flag-row.js';
import { MODEL_FLAGS } from './flags/model.js';
import { OTHER_FLAGS } from './flags/other.js';
import { READING_FLAGS } from './flags/reading.js';
import { reportingFlags } from './flags/reporting.js';
import { SERVING_FLAGS } from './flags/serving.js';
import { WRITING_FLAGS } from './flags/writing.js';
import { modelChoice, type ModelFlags } from './model-options.js';

/** The values of replay's flags, as commander collects them. */
export interface ReplayFlags extends ModelFlags {
  readonly format: 'auto' | 'csv' | 'jsonl';
  readonly timeColumn?: string;
  readonly targetColumn?: string;
  readonly labelColumn?: string;
  readonly columns?: readonly string[];
  readonly map?: Readonly<Record<string, string>>;
  readonly targets?: readonly string[];
  readonly timezone: string;
  readonly interval: 'auto' | number;
  readonly grace: number;
  readonly duplicates: 'reject' | 'first' | 'last' | 'mean';
  readonly maxRejects?: RejectLimit;
  readonly backend: 'auto' | 'node' | 'wasm';
  readonly modelFormat: 'auto' | 'saved-model' | 'graph-model' | 'layers-model';
  readonly batchSize: number | 'auto';
  readonly batchShape: 'fixed' | 'free';
  readonly actors: ActorCount;
  readonly threadsPerActor: number;
  readonly actorTimeout: number;
  readonly inflight: number;
  readonly mode: 'parallel' | 'sequential';
  readonly compare: 'sample' | 'all' | 'none';
  readonly compareTime: number;
  readonly deadline?: number;
  readonly failIf?: readonly Gate[];
  readonly trace: boolean;
  readonly out?: string;
  readonly resultsFormat: 'jsonl' | 'csv';
  readonly emit: 'all' | 'anomalies';
  readonly fullOutput: boolean;
  readonly rejects?: string;
  readonly quiet: boolean;
  readonly config?: string;
}

/** Replay's flags. */
export const REPLAY_FLAGS: FlagGroups = {
  ...READING_FLAGS,
  ...MODEL_FLAGS,
  ...SERVING_FLAGS,
  ...WRITING_FLAGS,
  ...reportingFlags(REPLAY_METRICS),
  ...OTHER_FLAGS,
};

/** @throws AiopsError `usage` where flags contradict each other */
export function replayConfig(inputs: readonly string[], flags: ReplayFlags): ReplayConfig {
  const gates = flags.failIf ?? [];
  if (flags.compare === 'none') refuseGatesWithout('comparison', gates, REPLAY_METRICS);
  const out = flags.out ?? defaultOut(inputs);
  if (flags.trace && out === '-') {
    throw new AiopsError('usage', '--trace needs a folder to write to, and --out - is none', {
      hint: 'name one with --out DIR, or leave --trace out',
    });
  }
  return {
    inputs,
    read: {
      format: flags.format,
      ...(flags.timeColumn === undefined ? {} : { timeColumn: flags.timeColumn }),
      ...(flags.targetColumn === undefined ? {} : { targetColumn: flags.targetColumn }),
      ...(flags.labelColumn === undefined ? {} : { labelColumn: flags.labelColumn }),
      ...(flags.columns === undefined ? {} : { columns: flags.columns }),
      ...(flags.targets === undefined ? {} : { targets: flags.targets }),
      map: flags.map ?? {},
      timezone: flags.timezone,
      interval: flags.interval,
      grace: flags.grace,
      duplicates: flags.duplicates,
      maxLineBytes: DEFAULT_MAX_LINE_BYTES,
    },
    model: modelChoice(flags),
    params: flags.param ?? {},
    backend: flags.backend,
    modelFormat: flags.modelFormat,
    threadsPerActor: flags.threadsPerActor,
    batchSize: flags.batchSize,
    batchShape: flags.batchShape,
    actors: flags.actors,
    actorTimeoutMs: flags.actorTimeout,
    inflight: flags.inflight,
    mode: flags.mode,
    compare: flags.compare,
    compareTimeMs: flags.compareTime,
    output: {
      out,
      rejectsFile: flags.rejects ?? null,
      format: flags.resultsFormat,
      anomaliesOnly: flags.emit === 'anomalies',
      fullOutput: flags.fullOutput,
      trace: flags.trace,
    },
    maxRejects: flags.maxRejects ?? null,
    deadlineMs: flags.deadline ?? null,
    gates,
  };
}

/** `data.jsonl` → `data.jsonl.aiops` in the current folder; several inputs go by the first. */
function defaultOut(inputs: readonly string[]): string {
  const [first = '-'] = inputs;
  return `${first === '-' ? 'stdin' : basename(first)}.aiops`;
}
