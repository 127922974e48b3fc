import { tmpdir } from 'node:os';
import { performance } from 'node:perf_hooks';

import { AiopsError, type ErrorCode } from '../core/errors.js';
import { unlessAborted } from '../core/abort.js';
import { pageAssets } from '../host/page-assets.js';
import { TOLERANCE } from '../measure/answer-check.js';
import { findModel } from '../model/model-choice.js';
import { openOutput } from '../output/open-output.js';
import { OutputClosed } from '../output/stream-sink.js';
import type { Recording } from '../read/recording.js';
import { blockServer } from './block-server.js';
import { BlockLength, blockMaker } from './blocks.js';
import { Comparer } from './comparer.js';
import { Feed } from './feed.js';
import { noticesOfNothing, report } from './finish.js';
import { openExecutors, openServing } from './open-run.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayContext, ReplayOutcome } from './replay-context.js';
import { replayPage } from './report/run-page.js';
import { findPreviousRun } from './resume/previous-run.js';
import { serveAll } from './serve-all.js';
import { Sink } from './sink.js';
import { RunTotals } from './totals.js';
import { UsageMeter } from './usage-meter.js';
import { type RunOutput } from '../output/run-output.js';
import { type RunSummary } from './report/run-summary.js';

/**
 * Replays recordings through a model: read → minute → block → partition and dispatch → gather → write → report.
 * Resumes what the output holds of the same run.
 *
 * @param find what the session resumes; another than `findPreviousRun` for a part of a run
 *
 * @throws AiopsError that says what was wrong, where, and what to do
 */
export async function replay(
  config: ReplayConfig,
  context: ReplayContext,
  find = findPreviousRun,
): Promise<ReplayOutcome> {
  try {
    return await runStages(config, context, find);
  } catch (error) {
    if (error instanceof OutputClosed) return { kind: 'closed' };
    throw error;
  }
}

async function runStages(
  config: ReplayConfig,
  context: ReplayContext,
  find: typeof findPreviousRun,
): Promise<ReplayOutcome> {
  const { stdin, signal, graceOver, onNotice, onWritten, settingText } = context;

  // 1. Open the run: its model, its output, and what earlier sessions left there.
  const model = await findModel(config.model);
  await using output = await openRunOutput(config, context);
  const { out } = config.output;
  const scratch = { folder: out === '-' ? tmpdir() : out, signal };
  await using previous = await find({ output, config, model, stdin, scratch, onNotice, settingText });
  await using executors = openExecutors(config, model, previous, context);
  const known = await previous.outcome(executors, signal);
  if (known !== null) return known;
  await previous.check();
  const assets = output.keepsReport && !previous.isPart ? await pageAssets() : null; // what is not installed shows now

  // 2. Open the recording, start the actors, each of which loads the model and warms up, then begin the output.
  const opening = { model, previous, executors, scratch: scratch.folder };
  await using opened = await openServing(config, opening, context);
  if (opened === null) return previous.interrupted;
  const { input, recording, lookBack, lines, ready } = opened;
  await previous.begin(output, recording, ready);
  context.onReady(ready);

  // 3. Serve minutes when they are due, in blocks: window → partition and dispatch → gather → write.
  const comparer = new Comparer({ ...config, lines, executors, now: () => performance.now() });
  const run = { recording, executors, before: previous.progress, isPart: previous.isPart };
  const ended = run.before?.ended === true;
  const usage = new UsageMeter({ before: run.before?.usage, executors, comparer });
  const totals = new RunTotals(config, { ...run, lookBack, input, usage });
  await using sink = await Sink.open(config, { ...run, output, ready, totals, onWritten });
  const feed = new Feed({ recording, pace: config.pace, maxAhead: config.read.maxAhead, onNotice });
  const lost = AbortSignal.any([executors.lost, sink.failed]);
  const steps = feed.steps({ signal, lost, onRejects: (step) => sink.enqueue([step]) });
  const length = new BlockLength(config.block);
  const compares = (): boolean => comparer.isDue;
  const maker = blockMaker(config.backfill, executors.writer, { lookBack, length, compares });
  const serve = blockServer(executors.writer, lines);
  const blocks = ended ? [] : maker.blocks(steps);
  const serving = serveAll(blocks, { sink, serve, comparer, length, signal, onNotice });
  await orInputFault(recording, unlessAborted(serving, graceOver));
  const moved = signal.aborted ? null : await unlessAborted(recording.checkInputs(), signal);
  if (signal.aborted) return await sink.stop();

  // 4. Commit the end of the run, and report on all of its sessions.
  const notices = ended || previous.isPart ? [] : noticesOfNothing(config.read, totals.counters, recording);
  await sink.end();
  if (moved !== null) throw moved;
  const about = { threshold: model.threshold, actors: executors.pool.actors, recording, ready };
  const compared = comparer.result(TOLERANCE[ready.backend.name]);
  const parts = { ...about, totals, figures: await previous.figures(output, totals, recording), compared };
  const page = assets && ((summary: RunSummary) => replayPage(summary, parts, assets));
  return await report(config, parts, { output, previous, notices, onNotice, page });
}

function openRunOutput(
  { output, backfill, inputs }: ReplayConfig,
  { stdout }: ReplayContext,
): Promise<RunOutput> {
  return openOutput(output, stdout, { ...backfill, inputs });
}

const FAULTS_OF_INPUT: ReadonlySet<ErrorCode> = new Set([
  'input_unusable',
  'input_out_of_order',
  'reject_limit',
]);

/** Awaits work on a recording. That a file was changed while it was read explains whatever else seems wrong with it. */
async function orInputFault(recording: Recording, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AiopsError && FAULTS_OF_INPUT.has(error.code)) await recording.checkInputs();
    throw error;
  }
}
