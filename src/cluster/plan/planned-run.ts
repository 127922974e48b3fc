import { tmpdir } from 'node:os';

import { findModel } from '../../model/model-choice.js';
import { readOptionsFor } from '../../read/model-needs.js';
import type { ReadOptions } from '../../read/options.js';
import { openRecording } from '../../read/recording.js';
import { openExecutors, openServing, type EarlierSessions } from '../../replay/open-run.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import type { ReplayContext } from '../../replay/replay-context.js';
import { runFacts } from '../../replay/resume/run-facts.js';
import type { Plan } from './plan-file.js';
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
export interface PlannedRun extends Pick<Plan, 'facts' | 'notices' | 'awaited'> {
  readonly options: ReadOptions;
  /** How many slices to cut, at most. */
  readonly slices: number;
}

/** Opens everything as a replay does, to see what it would do. Null once the signal is given. */
export async function openPlanned(
  { config, slices }: PlanRequest,
  context: PlanContext,
): Promise<PlannedRun | null> {
  const { signal, onReady } = context;
  const model = await findModel(config.model);
  const previous: EarlierSessions = {
    ...{ progress: null, input: null, loadLike: (load) => load },
    openRecording: (...how) => openRecording(config.inputs, ...how),
  };
  await using executors = openExecutors(config, model, previous, context);
  const opening = { model, previous, executors, scratch: tmpdir() };
  await using serving = await openServing(config, opening, context);
  if (serving === null) return null;
  const { input, recording, lookBack, lines, ready } = serving;
  onReady(ready);
  const options = readOptionsFor(config.read, input);
  const facts = runFacts(config, recording, ready, new Date().toISOString());
  const notices = [...recording.notices, ...ready.notices];
  const planned = { facts, options, notices, awaited: recording.columnsSeen().awaited.waiting };
  if (slices !== 'auto') return { ...planned, slices };
  const rate = await measureRate(config, recording, { lookBack, lines, executors, signal });
  if (signal.aborted) return null;
  const { totalBytes } = recording.progress();
  return { ...planned, slices: sliceCount(totalBytes ?? 0, rate, options.lookBackIntervals) };
}
