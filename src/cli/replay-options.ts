import { AiopsError } from '../core/errors.js';
import { refuseGatesWithout, type Gate } from '../report/gates.js';
import { REPLAY_METRICS } from '../replay/report/replay-metrics.js';
import type { ReplayConfig } from '../replay/replay-config.js';
import { journaled } from './journaled.js';
import { modelChoice } from './model-options.js';
import { defaultOut, readSettings } from './reading-options.js';
import { LOADING } from './settings/model.js';
import { pick } from './settings/setting.js';
import type { ReplayValues } from './settings.js';
import { stdoutForm, type StdoutForm } from './stdout-form.js';

/** @throws AiopsError `usage` where flags contradict each other */
export function replayConfig(
  inputs: readonly string[],
  values: ReplayValues,
  gates: readonly Gate[],
): ReplayConfig {
  const out = values.out ?? defaultOut(inputs, values);
  const isPaced = values.pace < Infinity;
  // Comparing takes time that a schedule does not have.
  const compare = values.compare ?? (isPaced ? 'none' : 'sample');
  if (compare === 'none') refuseGatesWithout('comparison', gates, REPLAY_METRICS);
  if (!isPaced) refuseGatesWithout('schedule', gates, REPLAY_METRICS);
  if (out === '-') refuseOnStdout(stdoutForm(values), values.trace);
  // In real time, the clock decides how long to wait for records.
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
    inflight: values.inflight ?? (isPaced ? 1 : 2),
    mode,
    compare,
    compareTimeMs,
    output: {
      out,
      rejectsFile: values.rejectsFile,
      // A service manager restarts a live feed again and again: each time it is another part of the feed.
      appendRejects: live,
      format: values.resultsFormat,
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

/** With results on standard output, nothing else may go there, and there is no folder for other files. */
function refuseOnStdout(form: StdoutForm, trace: boolean): void {
  if (form !== 'text') {
    throw new AiopsError('usage', `--${form} goes to standard output, and with --out - so do the results`, {
      hint: `name a folder with --out DIR, or drop --${form}`,
    });
  }
  if (trace) {
    throw new AiopsError('usage', '--trace needs a folder to write to, and --out - is none', {
      hint: 'name a folder with --out DIR, or drop --trace',
    });
  }
}
