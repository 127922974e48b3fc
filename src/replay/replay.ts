import { inputName } from '../core/input-name.js';
import type { InputSpec, ReadyFacts } from '../core/types.js';
import { program } from '../program/files.js';
import { openRecording, reopenRecording, type Recording } from '../read/recording.js';
import { refuseGatesWithout } from '../report/gates.js';
import { REPLAY_METRICS } from './report/replay-metrics.js';
import { OutputClosed } from '../output/stream-sink.js';
import { openOutput } from '../output/open-output.js';
import type { RunOutput } from '../output/run-output.js';
import { checkCommittedRejects, judgeAgain } from './resume/completed-run.js';
import { pinnedLoad } from './resume/pinned-load.js';
import { findPriorRun, type PriorRun } from './resume/prior-run.js';
import { computingDifferences, environmentChange, refuseDifferences } from './resume/result-settings.js';
import type { RunFacts } from './resume/run-facts.js';
import { lineup, type Lineup } from './lineup.js';
import { findModel } from '../model/model-choice.js';
import { openWindows, readOptionsFor } from '../read/open-windows.js';
import { pageAssets } from '../host/page-assets.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayContext, Replaying, ReplayOutcome } from './replaying.js';
import { serve } from './serve.js';
import { unlessAborted } from '../core/unless-aborted.js';

/**
 * Replays recordings through a model: read → minute → window → partition → dispatch → gather → write → report.
 * Goes on with what the output holds of the same run.
 *
 * @throws AiopsError that says what was wrong, where, and what to do
 */
export async function replay(config: ReplayConfig, context: ReplayContext): Promise<ReplayOutcome> {
  const model = await findModel(config.model);
  const output = await openOutput(config.output, context.stdout, {
    ...config.backfill,
    inputs: config.inputs,
  });
  try {
    const prior = await findPriorRun(output, config, model, context.onNotice);
    // Before input is opened and actors are up, which may take long.
    if (prior === null || prior.done === null) await output.preflight({ replace: config.backfill.restart });
    const executors = lineup(config, pinnedLoad(config, model.source, prior), {
      log: context.onActorLine,
      onIncident: ({ text }) => context.onNotice({ level: 'warning', text }),
    });
    for (const known of prior?.last?.quarantines ?? []) executors.quarantines.add(known);
    try {
      return await replayTo(output, { config, context, executors, model, prior });
    } finally {
      await executors.stop();
    }
  } catch (error) {
    if (error instanceof OutputClosed) return { kind: 'closed' };
    throw error;
  } finally {
    await output.close();
  }
}

async function replayTo(output: RunOutput, replaying: Replaying): Promise<ReplayOutcome> {
  const { config, context, executors, model, prior } = replaying;
  if (prior !== null && prior.done !== null) {
    // What an analyzer is, only actors can tell.
    const ready = model.digest === null ? await startUnlessAborted(executors, context.signal) : prior.facts;
    if (ready === null) return nothingDone(prior);
    refuseDifferences(computingDifferences(prior.facts, ready), config.output.out);
    return { kind: 'done-before', summary: await judgeAgain(config, output, prior.done, context.onNotice) };
  }
  if (prior !== null && prior.last !== null) checkCommittedRejects(prior.last, config.maxRejects);
  // Input at fault shows before actors start, unless only they can tell what an item is.
  const known = prior?.facts.input ?? model.input;
  const input = known ?? (await startUnlessAborted(executors, context.signal))?.input;
  if (input === undefined) return nothingDone(prior);
  const recording = await unlessAborted(openInput(replaying, input), context.signal);
  if (recording === null) {
    context.stdin.destroy(); // it may be what the opening waits for
    return nothingDone(prior);
  }
  try {
    return await replayRecording(recording, input, output, replaying);
  } finally {
    await recording.close();
  }
}

/**
 * Null as soon as the signal is given. Actors are stopped at once then: one that is still starting may die of the
 * same signal, which is no loss to report.
 */
async function startUnlessAborted(executors: Lineup, signal: AbortSignal): Promise<ReadyFacts | null> {
  const ready = await unlessAborted(executors.start(), signal);
  if (ready === null) await executors.stop();
  return ready;
}

/** Interrupted before it came to a minute: what an earlier session committed is there still. */
function nothingDone(prior: PriorRun | null): ReplayOutcome {
  return { kind: 'interrupted', minutes: prior?.last?.counts.minutes ?? 0, resumable: prior !== null };
}

function openInput({ config, context, prior }: Replaying, input: InputSpec): Promise<Recording> {
  const options = readOptionsFor(config.read, input);
  if (prior === null) return openRecording(config.inputs, options, context.stdin);
  return reopenRecording(config.inputs, options, context.stdin, prior.recording, prior.plan.readFrom);
}

async function replayRecording(
  recording: Recording,
  input: InputSpec,
  output: RunOutput,
  replaying: Replaying,
): Promise<ReplayOutcome> {
  const { config, context, executors, prior } = replaying;
  if (!recording.hasLabels) refuseGatesWithout('labels', config.gates, REPLAY_METRICS);
  const windows = openWindows(input, recording);
  for (const notice of recording.notices) context.onNotice(notice);
  // Before the first minute, as files are opened: what an installation lacks must not cost a finished run.
  const assets = output.keepsReport ? await pageAssets() : null;
  const ready = await startUnlessAborted(executors, context.signal);
  if (ready === null) return nothingDone(prior);
  for (const notice of ready.notices) context.onNotice(notice);
  const facts = runFacts(recording, ready, replaying);
  if (prior === null) {
    noticeOnceOnly(facts, config, context);
    await output.begin(facts, { replace: config.backfill.restart });
  } else {
    refuseDifferences(computingDifferences(prior.facts, ready), config.output.out);
    const change = environmentChange(prior.facts, ready);
    if (change !== null) context.onNotice({ level: 'warning', text: change });
    await output.resume(prior.plan.commit, facts, prior.kept);
    context.onNotice({ level: 'info', text: prior.goingOn });
  }
  context.onReady(ready);
  return await serve({ ...replaying, recording, windows, output, assets, ready });
}

/** Inputs that cannot be looked up again. */
function noticeOnceOnly(
  { recording }: RunFacts,
  { output, inputs }: ReplayConfig,
  context: ReplayContext,
): void {
  const onceOnly = inputs.filter((_, i) => recording.files[i]?.identity === null);
  if (onceOnly.length === 0 || output.out === '-') return;
  const names = onceOnly.map(inputName).join(', ');
  const text = recording.isLive
    ? `${names}: a live feed, so a run that ends early cannot be gone on with; what it wrote until then is kept`
    : `${names}: a run that ends early goes on only if it gets the same bytes again, which are read over`;
  context.onNotice({ level: 'info', text });
}

function runFacts(
  recording: Recording,
  { model, input, backend }: ReadyFacts,
  { config, prior }: Replaying,
): RunFacts {
  return {
    program,
    startedAt: prior?.facts.startedAt ?? new Date().toISOString(),
    settings: config.journaled.results,
    serving: config.journaled.serving,
    recording: recording.snapshot(),
    model,
    input,
    backend,
  };
}
