import { tmpdir } from 'node:os';
import { performance } from 'node:perf_hooks';

import { resolveActors } from '../core/actor-count.js';
import type { Block } from '../core/block.js';
import type { BlockRun } from '../core/executor.js';
import { AiopsError, type ErrorCode } from '../core/errors.js';
import type { LookBack } from '../core/look-back.js';
import type { InputSpec } from '../core/types.js';
import { unlessAborted } from '../core/abort.js';
import { installedNative } from '../host/native/location.js';
import { pageAssets } from '../host/page-assets.js';
import { usableProcessors } from '../host/processors.js';
import { findModel, type ChosenModel } from '../model/model-choice.js';
import { openOutput } from '../output/open-output.js';
import { OutputClosed } from '../output/stream-sink.js';
import { Executors } from '../pool/executors.js';
import { loadRequest } from '../pool/load-request.js';
import { openWindows, readOptionsFor } from '../read/open-windows.js';
import type { Recording } from '../read/recording.js';
import { refuseGatesWithout } from '../report/gates.js';
import { BlockLength, BlockMaker, type StepBlock } from './blocks.js';
import { Comparer } from './comparer.js';
import { Feed } from './feed.js';
import { noticesOfNothing, report } from './finish.js';
import { lineForm } from './line-form.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayContext, ReplayOutcome } from './replay-context.js';
import { REPLAY_METRICS } from './report/replay-metrics.js';
import { replayPage } from './report/run-page.js';
import { findPreviousRun, type PreviousRun } from './resume/previous-run.js';
import type { DispatchedBlock } from './served-block.js';
import { Sink } from './sink.js';
import { RunTotals } from './totals.js';
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
    return await runStages({ config, context, find });
  } catch (error) {
    if (error instanceof OutputClosed) return { kind: 'closed' };
    throw error;
  }
}

interface Session {
  readonly config: ReplayConfig;
  readonly context: ReplayContext;
  readonly find: typeof findPreviousRun;
}

async function runStages({ config, context, find }: Session): Promise<ReplayOutcome> {
  const { signal, onNotice, onWritten } = context;

  // 1. Open the run: its model, its output, and what earlier sessions left there.
  const model = await findModel(config.model);
  await using output = await openRunOutput(config, context);
  const previous = await find({ output, config, model, onNotice });

  // 2. Set up the executors. They start once the input is open, unless only they know what an item is.
  await using executors = openExecutors(config, model, previous, context);
  const known = await previous.outcome(executors, signal);
  if (known !== null) return known;
  await previous.check();
  const input = previous.input ?? model.input ?? (await executors.start(signal))?.input;
  if (input === undefined) return previous.interrupted;

  // 3. Open the recording, at its beginning or where this session resumes.
  await using recording = await openInput(config, input, previous, context);
  if (recording === null) return previous.interrupted;
  if (!recording.hasLabels) refuseGatesWithout('labels', config.gates, REPLAY_METRICS);
  const [lookBack, lines] = [openWindows(input, recording), lineForm(config, recording)];
  for (const notice of recording.notices) onNotice(notice);
  const assets = output.keepsReport && !previous.isPart ? await pageAssets() : null; // what is not installed shows now

  // 4. Start the actors, each of which loads the model and warms up; then begin the output.
  const ready = await executors.start(signal);
  if (ready === null) return previous.interrupted;
  for (const notice of ready.notices) onNotice(notice);
  await previous.begin(output, recording, ready);
  context.onReady(ready);

  // 5. Serve minutes when they are due, in blocks: window → partition and dispatch → gather → write.
  const comparer = new Comparer({ ...config, lines, executors, now: () => performance.now() });
  const run = { recording, executors, before: previous.progress, isPart: previous.isPart };
  const ended = run.before?.ended === true;
  const totals = new RunTotals(config, { ...run, lookBack, input, comparer });
  await using sink = await Sink.open(config, { ...run, output, ready, totals, onWritten });
  const feed = new Feed({ recording, pace: config.pace, maxAhead: config.read.maxAhead, onNotice });
  const lost = AbortSignal.any([executors.lost, sink.failed]);
  const steps = feed.steps({ signal, lost, onRejects: (step) => sink.enqueue([step]) });
  const serving = { comparer, length: new BlockLength(config.block), onNotice };
  const maker = blockMaker(config, { ...serving, lookBack, executors });
  const moved = await checkingInputs(recording, context, async () => {
    for await (const part of ended ? [] : maker.blocks(steps)) {
      if (signal.aborted) break; // the next session reads it again
      if (part.isCompared) await sink.drain(); // a comparison is fair only while nothing else is under way
      await sink.enqueue(part.steps, part.block && dispatch(part, part.block, serving));
      if (part.isCompared) await sink.drain();
    }
    await sink.drain();
  });
  if (signal.aborted) return await sink.stop();

  // 6. Commit the end of the run, and report on all of its sessions.
  const notices = ended || previous.isPart ? [] : noticesOfNothing(config.read, totals.counters, recording);
  await sink.end();
  if (moved !== null) throw moved;
  const about = { threshold: model.threshold, actors: executors.pool.actors, recording, ready };
  const parts = { ...about, totals, figures: await previous.figures(output, totals, recording), comparer };
  const page = assets && ((summary: RunSummary) => replayPage(summary, parts, assets));
  return await report(config, parts, { output, previous, notices, onNotice, page });
}

function openRunOutput(
  { output, backfill, inputs }: ReplayConfig,
  { stdout }: ReplayContext,
): Promise<RunOutput> {
  return openOutput(output, stdout, { ...backfill, inputs });
}

/** A lost actor is replaced at most so many times within a minute. */
const RESTARTS = 3;

export function openExecutors(
  config: ReplayConfig,
  model: ChosenModel,
  previous: Pick<PreviousRun, 'progress' | 'loadLike'>,
  { graceOver, onActorLine, onNotice }: Pick<ReplayContext, 'graceOver' | 'onActorLine' | 'onNotice'>,
): Executors {
  const load = loadRequest(config, model.source, installedNative()?.folder ?? null);
  const writer = writerOf(config);
  const other = writer === 'pool' ? 'solo' : 'pool';
  const executors = new Executors({
    load: previous.loadLike(load),
    actors: resolveActors(config.actors, usableProcessors()),
    needed: config.compare === 'none' ? [writer] : [writer, other],
    quarantines: previous.progress?.quarantines ?? [],
    timeoutMs: config.actorTimeoutMs,
    maxRssBytes: config.maxActorRssBytes,
    restarts: RESTARTS,
    log: onActorLine,
    onIncident: ({ text }) => onNotice({ level: 'warning', text }),
  });
  graceOver.addEventListener('abort', () => executors.kill());
  return executors;
}

/** The executor that produces the results. */
function writerOf({ mode }: ReplayConfig): 'pool' | 'solo' {
  return mode === 'parallel' ? 'pool' : 'solo';
}

/** Values that a chunk may hold, bytes. */
const MOST_CHUNK_BYTES = 16 * 2 ** 20;
/** No minute is held back for longer, ms. */
const LONGEST_HOLD_MS = 1000;

export function blockMaker(
  { mode, backfill }: ReplayConfig,
  parts: {
    readonly lookBack: LookBack;
    readonly length: BlockLength;
    readonly comparer: Comparer;
    readonly executors: Executors;
  },
): BlockMaker {
  const { lookBack, length, comparer, executors } = parts;
  return new BlockMaker({
    ...{ lookBack, length },
    mostBytes: MOST_CHUNK_BYTES * executors[mode === 'parallel' ? 'pool' : 'solo'].actors,
    holdMs: Math.min(LONGEST_HOLD_MS, backfill.commitIntervalMs),
    compares: () => comparer.isDue,
    now: () => performance.now(),
  });
}

function dispatch(
  { minutesWithItems, isCompared, dueAtMs }: StepBlock,
  block: Block,
  parts: Pick<ReplayContext, 'onNotice'> & { readonly comparer: Comparer; readonly length: BlockLength },
): DispatchedBlock {
  const { comparer, length } = parts;
  const run = isCompared ? comparer.compare(block) : comparer.serve(block, minutesWithItems);
  if (!isCompared) run.then((served) => learn(served, parts)).catch(() => undefined); // the sink reports it
  return {
    ...{ block, run, dueAtMs },
    again: (some) => comparer.again(some),
    isAlone: isCompared || length.isFixedAtOne,
  };
}

function learn(
  { timing, losses = 0 }: BlockRun,
  { length, onNotice }: Pick<ReplayContext, 'onNotice'> & { readonly length: BlockLength },
): void {
  length.learn(timing);
  const most = length.learnLosses(timing.minutes, losses);
  if (most === null) return;
  const text = `actors were lost on blocks of ${timing.minutes} minutes, and no row explains it: blocks have at most ${most} from now on`;
  onNotice({ level: 'warning', text });
}

/** Null as soon as the signal is given. */
async function openInput(
  { read, output: { out } }: ReplayConfig,
  input: InputSpec,
  previous: PreviousRun,
  { stdin, signal }: ReplayContext,
): Promise<Recording | null> {
  const scratch = { folder: out === '-' ? tmpdir() : out, signal };
  const opening = previous.openRecording(readOptionsFor(read, input), stdin, scratch);
  const recording = await unlessAborted(opening, signal);
  if (recording === null) stdin.destroy(); // the opening may be waiting for it
  return recording;
}

const FAULTS_OF_INPUT: ReadonlySet<ErrorCode> = new Set([
  'input_unusable',
  'input_out_of_order',
  'reject_limit',
]);

/**
 * Serves until the grace period is over, then checks that the inputs still are what was read. A file that was changed
 * while it was read explains whatever else seems to be wrong with it.
 *
 * @returns an error to end with once everything is committed, where an input was moved; null: none
 */
async function checkingInputs(
  recording: Recording,
  { signal, graceOver }: Pick<ReplayContext, 'signal' | 'graceOver'>,
  serve: () => Promise<void>,
): Promise<AiopsError | null> {
  try {
    await unlessAborted(serve(), graceOver);
  } catch (error) {
    if (error instanceof AiopsError && FAULTS_OF_INPUT.has(error.code)) await recording.checkInputs();
    throw error;
  }
  return signal.aborted ? null : unlessAborted(recording.checkInputs(), signal);
}
