import { tmpdir } from 'node:os';

import { unlessAborted } from '../../core/abort.js';
import { findModel } from '../../model/model-choice.js';
import { openWindows, readOptionsFor } from '../../read/open-windows.js';
import type { ReadOptions } from '../../read/options.js';
import { openRecording } from '../../read/recording.js';
import { refuseGatesWithout } from '../../report/gates.js';
import { lineForm } from '../../replay/line-form.js';
import { openExecutors } from '../../replay/replay.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import type { ReplayContext } from '../../replay/replay-context.js';
import { REPLAY_METRICS } from '../../replay/report/replay-metrics.js';
import { runFacts } from '../../replay/resume/previous-run.js';
import type { RunFacts } from '../../replay/resume/run-facts.js';
import { measureRate, sliceCount } from './slice-count.js';

export type PlanContext = Pick<
  ReplayContext,
  'stdin' | 'signal' | 'graceOver' | 'onNotice' | 'onReady' | 'onActorLine'
>;

export interface PlanRequest {
  readonly config: ReplayConfig;
  /** At most so many; `auto`: each a few minutes of work. */
  readonly slices: number | 'auto';
  /** Bytes read at once where a cut is looked for. */
  readonly pieceBytes?: number;
}

/** A run that is to be planned: what data and machine decide of it. */
export interface PlannedRun {
  readonly facts: RunFacts;
  readonly options: ReadOptions;
  /** How many slices to cut, at most. */
  readonly slices: number;
}

/** Opens everything as a replay does, to see what it would do. Null once the signal is given. */
export async function openPlanned(
  { config, slices }: PlanRequest,
  { stdin, signal, graceOver, onNotice, onReady, onActorLine }: PlanContext,
): Promise<PlannedRun | null> {
  const model = await findModel(config.model);
  const none = { progress: null, loadLike: <T>(load: T): T => load };
  await using executors = openExecutors(config, model, none, { graceOver, onActorLine, onNotice });
  const input = model.input ?? (await executors.start(signal))?.input;
  if (input === undefined) return null;
  const options = readOptionsFor(config.read, input);
  const scratch = { folder: tmpdir(), signal };
  await using recording = await unlessAborted(openRecording(config.inputs, options, stdin, scratch), signal);
  if (recording === null) return null;
  if (!recording.hasLabels) refuseGatesWithout('labels', config.gates, REPLAY_METRICS);
  const lookBack = openWindows(input, recording);
  const lines = lineForm(config, recording);
  for (const notice of recording.notices) onNotice(notice);
  const ready = await executors.start(signal);
  if (ready === null) return null;
  for (const notice of ready.notices) onNotice(notice);
  onReady(ready);
  const facts = runFacts(config, recording, ready, new Date().toISOString());
  if (slices !== 'auto') return { facts, options, slices };
  const rate = await measureRate(config, recording, { lookBack, lines, executors, signal });
  if (signal.aborted) return null;
  const { totalBytes } = recording.progress();
  return { facts, options, slices: sliceCount(totalBytes ?? 0, rate, options.lookBackIntervals) };
}
