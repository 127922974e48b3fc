import { AiopsError } from '../core/errors.js';
import type { VerifyInput } from '../read/snapshot/compare-inputs.js';
import { BENCH_METRICS } from '../bench/report/bench-metrics.js';
import { refuseGatesWithout, type Gate } from '../report/gates.js';
import { REPLAY_METRICS } from '../replay/report/replay-metrics.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import type { ActorCount } from '../core/actor-count.js';
import type { FlagGroups } from './flags/flag-row.js';
import { MODEL_FLAGS } from './flags/model.js';
import { OTHER_FLAGS } from './flags/other.js';
import { READING_FLAGS } from './flags/reading.js';
import { reportingFlags } from './flags/reporting.js';
import { SERVING_FLAGS } from './flags/serving.js';
import { WRITING_FLAGS } from './flags/writing.js';
import { modelChoice, type ModelFlags } from './model-options.js';
import { defaultOut, readOptions, type ReadingFlags } from './reading-options.js';
import { stdoutForm, type StdoutFlags, type StdoutForm } from './stdout-form.js';

/** The values of replay's flags, as commander collects them. */
export interface ReplayFlags extends ModelFlags, ReadingFlags, StdoutFlags {
  readonly backend: 'auto' | 'node' | 'wasm';
  readonly modelFormat: 'auto' | 'saved-model' | 'graph-model' | 'layers-model';
  readonly batchSize: number | 'auto';
  readonly batchShape: 'fixed' | 'free';
  readonly actors: ActorCount;
  readonly threadsPerActor: number;
  readonly actorTimeout: number;
  readonly maxActorRss?: number;
  readonly inflight?: number;
  readonly mode: 'parallel' | 'sequential';
  readonly compare?: 'sample' | 'all' | 'none';
  readonly compareTime: number;
  /** Infinity: without a schedule. */
  readonly pace: number;
  readonly stopGrace: number;
  readonly deadline?: number;
  readonly failIf?: readonly Gate[];
  readonly trace: boolean;
  readonly out?: string;
  readonly resultsFormat: 'jsonl' | 'csv';
  readonly emit: 'all' | 'anomalies';
  readonly fullOutput: boolean;
  readonly rejects?: string;
  readonly commitInterval: number;
  readonly restart: boolean;
  readonly verifyInput: VerifyInput;
  readonly breakLock: boolean;
  readonly quiet: boolean;
  readonly config?: string;
}

/** Replay's flags. */
export const REPLAY_FLAGS: FlagGroups = {
  ...READING_FLAGS,
  ...MODEL_FLAGS,
  ...SERVING_FLAGS,
  ...WRITING_FLAGS,
  ...reportingFlags(REPLAY_METRICS, BENCH_METRICS),
  ...OTHER_FLAGS,
};

/** @throws AiopsError `usage` where flags contradict each other */
export function replayConfig(inputs: readonly string[], flags: ReplayFlags): ReplayConfig {
  const out = flags.out ?? defaultOut(inputs, flags);
  const form = stdoutForm(flags);
  const gates = flags.failIf ?? [];
  const isPaced = flags.pace < Infinity;
  // Comparing takes time that a schedule does not have.
  const compare = flags.compare ?? (isPaced ? 'none' : 'sample');
  if (compare === 'none') refuseGatesWithout('comparison', gates, REPLAY_METRICS);
  if (!isPaced) refuseGatesWithout('schedule', gates, REPLAY_METRICS);
  if (out === '-') refuseOnStdout(form, flags.trace);
  return {
    inputs,
    // In real time, what may still come is waited for by the clock.
    read: { ...readOptions(flags), live: flags.pace === 1 },
    model: modelChoice(flags),
    params: flags.param ?? {},
    backend: flags.backend,
    modelFormat: flags.modelFormat,
    threadsPerActor: flags.threadsPerActor,
    batchSize: flags.batchSize,
    batchShape: flags.batchShape,
    actors: flags.actors,
    actorTimeoutMs: flags.actorTimeout,
    inflight: flags.inflight ?? (isPaced ? 1 : 2),
    mode: flags.mode,
    compare,
    compareTimeMs: flags.compareTime,
    output: {
      out,
      rejectsFile: flags.rejects ?? null,
      // A service manager starts a live feed again and again: each time it is another part of the feed.
      appendRejects: flags.pace === 1,
      format: flags.resultsFormat,
      anomaliesOnly: flags.emit === 'anomalies',
      fullOutput: flags.fullOutput,
      trace: flags.trace,
    },
    backfill: {
      restart: flags.restart,
      breakLock: flags.breakLock,
      verifyInput: flags.verifyInput,
      commitIntervalMs: flags.commitInterval,
    },
    pace: isPaced ? flags.pace : null,
    maxActorRssBytes: flags.maxActorRss ?? null,
    maxRejects: flags.maxRejects ?? null,
    deadlineMs: flags.deadline ?? null,
    gates,
  };
}

/** With results on standard output there is no place for what else goes there, nor for files. */
function refuseOnStdout(form: StdoutForm, trace: boolean): void {
  if (form !== 'text') {
    throw new AiopsError('usage', `--${form} goes to standard output, and with --out - so do the results`, {
      hint: 'name a folder with --out DIR, or leave one of them out',
    });
  }
  if (trace) {
    throw new AiopsError('usage', '--trace needs a folder to write to, and --out - is none', {
      hint: 'name one with --out DIR, or leave --trace out',
    });
  }
}
