import { AiopsError } from '../core/errors.js';
import { gateThatNeeds, refuseGatesWithout, type Gate } from '../report/gates.js';
import { REPLAY_METRICS } from '../replay/report/replay-metrics.js';
import type { WrittenFormats } from '../output/growing-files.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import { oldestFirst } from '../read/sample/series/oldest-first.js';
import { journaled } from './journaled.js';
import { modelChoice } from './model-options.js';
import { defaultOut, readSettings } from './reading-options.js';
import { LOADING } from './settings/model.js';
import { pick } from './settings/setting.js';
import type { ReplayValues } from './settings.js';
import { stdoutForm, type StdoutForm } from './report.js';

/** @throws AiopsError `usage` if flags contradict each other */
export function replayConfig(
  listed: readonly string[],
  values: ReplayValues,
  gates: readonly Gate[],
): ReplayConfig {
  const inputs = oldestFirst(listed);
  const out = values.out ?? defaultOut(listed, values);
  const isPaced = values.pace < Infinity;
  // Comparing would delay the schedule.
  const compare = values.compare ?? (isPaced ? 'none' : 'sample');
  if (compare === 'none') refuseGatesWithout('comparison', gates, REPLAY_METRICS);
  if (!isPaced) refuseGatesWithout('schedule', gates, REPLAY_METRICS);
  if (out === '-') refuseOnStdout(stdoutForm(values), values);
  // At the pace of real time, the clock decides how long to wait for records.
  const live = values.pace === 1;
  const read = { ...readSettings(values), live };
  const { restart, breakLock, verifyInput, commitIntervalMs } = values;
  const { mode, actors, actorTimeoutMs, maxActorRssBytes, compareTimeMs } = values;
  return {
    inputs,
    read,
    model: modelChoice(values),
    ...pick(LOADING, values),
    threadsPerActor: values.threadsPerActor,
    actors,
    actorTimeoutMs,
    block: blockLength(values, { compare, gates }),
    inflight: values.inflight ?? (isPaced ? 1 : 2),
    mode,
    compare,
    compareTimeMs,
    output: {
      out,
      rejectsFile: values.rejectsFile,
      // A service manager may restart a live feed; each run then has another part of it.
      appendRejects: live,
      ...writtenFormats(values.resultsFormat),
      anomaliesOnly: values.emit === 'anomalies',
      fullOutput: values.fullOutput,
      trace: values.trace,
    },
    backfill: { restart, breakLock, verifyInput, commitIntervalMs },
    pace: isPaced ? values.pace : null,
    maxActorRssBytes,
    maxRejects: values.maxRejects,
    deadlineMs: values.deadlineMs,
    gates,
    journaled: journaled(inputs, values, read),
  };
}

/**
 * How many minutes to dispatch together; null: as many as make good chunks. Where only served minutes can provide the
 * figures of a minute that a gate or the deadline asks for, each is served alone.
 *
 * @throws AiopsError `usage` for blocks of minutes that must be served one by one
 */
function blockLength(
  { block, pace, deadlineMs }: ReplayValues,
  { compare, gates }: Pick<ReplayConfig, 'compare' | 'gates'>,
): number | null {
  const served = pace < Infinity ? '--pace' : compare === 'all' ? '--compare all' : null;
  if (served !== null && block !== 'auto' && block > 1) {
    throw new AiopsError(
      'usage',
      `${served} serves minutes one by one, so --block ${block} can't be used with it`,
      {
        hint: `drop --block, or ${served}`,
      },
    );
  }
  if (compare === 'none' && block !== 'auto' && block > 1)
    refuseGatesWithout('minutes', gates, REPLAY_METRICS);
  if (block !== 'auto') return block;
  const areWanted = deadlineMs !== null || gateThatNeeds('minutes', gates, REPLAY_METRICS) !== undefined;
  return served !== null || (compare === 'none' && areWanted) ? 1 : null;
}

/** Metrics are written beside results of the format that can be read back. */
function writtenFormats(asked: ReplayValues['resultsFormat']): WrittenFormats {
  return asked === 'jsonl' || asked === 'csv' ? { format: asked } : { format: 'jsonl', metrics: asked };
}

/** If results go to standard output, reports cannot, and there is no folder for other files. */
function refuseOnStdout(
  form: StdoutForm,
  { trace, resultsFormat }: Pick<ReplayValues, 'trace' | 'resultsFormat'>,
): void {
  if (writtenFormats(resultsFormat).metrics !== undefined) {
    throw new AiopsError(
      'usage',
      `--results-format ${resultsFormat} needs an output folder: metrics are files beside the results, which --out - does not have`,
      { hint: 'name a folder with --out DIR, or use --results-format jsonl' },
    );
  }
  if (form !== 'text') {
    throw new AiopsError('usage', `--${form} and --out - both write to standard output`, {
      hint: `name a folder with --out DIR, or drop --${form}`,
    });
  }
  if (trace) {
    throw new AiopsError('usage', '--trace needs an output folder, which --out - does not have', {
      hint: 'name a folder with --out DIR, or drop --trace',
    });
  }
}
