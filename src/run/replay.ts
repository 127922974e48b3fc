import { performance } from 'node:perf_hooks';
import type { Readable, Writable } from 'node:stream';

import type { Notice } from '../core/errors.js';
import type { InputSpec, ReadyFacts } from '../core/types.js';
import type { WindowStore } from '../core/window.js';
import { openRecording, type Recording } from '../read/recording.js';
import { plural } from '../report/format.js';
import type { PageAssets } from '../report/html/page.js';
import { refuseGatesWithout } from '../report/gates.js';
import { REPLAY_METRICS } from '../report/replay-metrics.js';
import { summaryJson, type RunCounts, type RunSummary } from '../report/run-summary.js';
import { OutputClosed } from '../write/stream-sink.js';
import { RunOutput } from '../write/run-output.js';
import { Comparer } from './comparer.js';
import { InOrder } from './in-order.js';
import { Ledger, type ServedStep } from './ledger.js';
import { lineup, type Lineup } from './lineup.js';
import { loadRequest } from './load-request.js';
import { findModel, type ChosenModel } from './model-choice.js';
import { openWindows, readOptionsFor } from './open-windows.js';
import { pageAssets } from './page-assets.js';
import { attemptPage, pageMissing } from './page-attempt.js';
import type { ReplayConfig } from './replay-config.js';
import { replayPage } from './replay-page.js';
import { differs, summarize } from './summarize.js';
import { TraceWriter } from './trace-writer.js';
import { unlessAborted } from './unless-aborted.js';
import { untilAborted } from './until-aborted.js';

/** What a run needs from outside and tells while it goes. */
export interface ReplayContext {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Aborted: finish the minutes under way, then end. */
  readonly signal: AbortSignal;
  readonly onNotice: (notice: Notice) => void;
  readonly onReady: (ready: ReadyFacts) => void;
  /** After every minute. */
  readonly onMinute: (counts: RunCounts, recording: Recording) => void;
  /** What an actor printed. */
  readonly onActorLine: (actor: string, line: string) => void;
}

export type ReplayOutcome =
  | { readonly kind: 'complete'; readonly summary: RunSummary }
  /** Ended by the signal; `results` names the file with what was done, null if there is none. */
  | { readonly kind: 'interrupted'; readonly minutes: number; readonly results: string | null }
  /** Nobody reads our standard output any more. */
  | { readonly kind: 'closed' };

const NOTHING_DONE: ReplayOutcome = { kind: 'interrupted', minutes: 0, results: null };

/**
 * Replays recordings through a model: read → minute → window → partition → dispatch → gather → write → report.
 *
 * @throws AiopsError that says what was wrong, where, and what to do
 */
export async function replay(config: ReplayConfig, context: ReplayContext): Promise<ReplayOutcome> {
  const model = await findModel(config.model);
  const executors = lineup(config, loadRequest(config, model.source), {
    log: context.onActorLine,
    onIncident: ({ text }) => context.onNotice({ level: 'warning', text }),
  });
  try {
    // Input at fault shows before actors start, unless only they can tell what an item is.
    const input = model.input ?? (await unlessAborted(executors.start(), context.signal))?.input;
    if (input === undefined) return NOTHING_DONE;
    const readOptions = readOptionsFor(config.read, input);
    const opening = openRecording(config.inputs, readOptions, context.stdin);
    const recording = await unlessAborted(opening, context.signal);
    if (recording === null) {
      context.stdin.destroy(); // it may be what the opening waits for
      return NOTHING_DONE;
    }
    try {
      return await replayRecording(recording, input, { config, context, executors, model });
    } finally {
      await recording.close();
    }
  } finally {
    await executors.stop();
  }
}

interface Replaying {
  readonly config: ReplayConfig;
  readonly context: ReplayContext;
  readonly executors: Lineup;
  readonly model: ChosenModel;
}

async function replayRecording(
  recording: Recording,
  input: InputSpec,
  replaying: Replaying,
): Promise<ReplayOutcome> {
  const { config, context, executors } = replaying;
  if (!recording.hasLabels) refuseGatesWithout('labels', config.gates, REPLAY_METRICS);
  const windows = openWindows(input, recording);
  for (const notice of recording.notices) context.onNotice(notice);
  const output = await RunOutput.open(config.output, context.stdout);
  try {
    // Before the first minute, as files are opened: what an installation lacks must not cost a finished run.
    const assets = output.keepsReport ? await pageAssets() : null;
    const ready = await unlessAborted(executors.start(), context.signal);
    if (ready === null) {
      await output.abandon();
      return NOTHING_DONE;
    }
    for (const notice of ready.notices) context.onNotice(notice);
    context.onReady(ready);
    return await serve({ ...replaying, recording, windows, output, assets, ready });
  } catch (error) {
    await output.abandon();
    if (error instanceof OutputClosed) return { kind: 'closed' };
    throw error;
  }
}

interface Serving extends Replaying {
  readonly recording: Recording;
  readonly windows: WindowStore;
  readonly output: RunOutput;
  /** Null where there is no page to make. */
  readonly assets: PageAssets | null;
  readonly ready: ReadyFacts;
}

async function serve(serving: Serving): Promise<ReplayOutcome> {
  const { config, context, recording, windows, output, assets, ready } = serving;
  const startedAt = performance.now();
  const deadlineMs = config.deadlineMs ?? recording.intervalMs;
  const { maxRejects } = config;
  const trace = await TraceWriter.open(output);
  const traced = (await trace?.begin({ name: config.mode, actors: ready.actors })) ?? null;
  const { rowsPerRecord } = windows;
  const series = { columns: recording.columns, modelColumns: ready.input.columns };
  const ledger = new Ledger({ output, trace: traced, rowsPerRecord, deadlineMs, maxRejects, series });
  const comparer = openComparer(config, serving.executors);
  await output.writeHeader();
  await serveSteps(serving, ledger, comparer);
  const { counts } = ledger.tally;
  if (context.signal.aborted) {
    return { kind: 'interrupted', minutes: counts.minutes, results: await output.suspend() };
  }
  const closing = await closingNotices(serving, ledger, comparer);
  for (const notice of closing) context.onNotice(notice);
  ledger.tally.settle(recording.recordsRead());
  ledger.tally.checkRejects(maxRejects, true);
  const elapsedMs = performance.now() - startedAt;
  const finished = { ...serving, ledger, comparer, deadlineMs, elapsedMs, closing };
  const summary = summarize(finished);
  const { threshold } = serving.model;
  const page =
    assets === null ? null : attemptPage(() => replayPage({ ...finished, threshold }, summary, assets));
  await trace?.end();
  await output.finish({
    summary: summaryJson(summary),
    page: page !== null && 'text' in page ? page.text : null,
  });
  if (page !== null && 'bug' in page) throw pageMissing(page.bug);
  return { kind: 'complete', summary };
}

/** The stages in order, for every step of reading, with up to `inflight` minutes under way. */
async function serveSteps(serving: Serving, ledger: Ledger, comparer: Comparer | null): Promise<void> {
  const { config, context, recording, windows, executors } = serving;
  const pipeline = new InOrder<ServedStep>(config.inflight, async (step) => {
    await ledger.enter(step);
    context.onMinute(ledger.tally.counts, recording);
  });
  for await (const step of untilAborted(recording.steps(), context.signal, executors.lost)) {
    if (step.batch === null) {
      await pipeline.submit(Promise.resolve({ step, served: null }));
      continue;
    }
    const minute = windows.push(step.batch);
    if (comparer?.wants(minute.batch) === true) {
      await pipeline.drain(); // a comparison is fair only when nothing else is under way
      const run = await comparer.compare(minute.batch);
      await pipeline.submit(Promise.resolve({ step, served: { minute, run } }));
      continue;
    }
    const running = executors.writer.run(minute.batch, 'batched');
    await pipeline.submit(running.then((run) => ({ step, served: { minute, run } })));
  }
  await pipeline.drain();
}

function openComparer(config: ReplayConfig, executors: Lineup): Comparer | null {
  if (executors.rivals === null || config.compare === 'none') return null;
  return new Comparer({
    ...executors.rivals,
    writes: config.mode === 'parallel' ? 'parallel' : 'sequential-batched',
    choose: config.compare,
    budgetMs: config.compareTimeMs,
    now: () => performance.now(),
  });
}

async function closingNotices(
  { config, recording, output, ready }: Serving,
  { tally, labels }: Ledger,
  comparer: Comparer | null,
): Promise<Notice[]> {
  const { counts } = tally;
  const texts: string[] = [];
  if (counts.rows > 0 && counts.warmup === counts.rows) {
    texts.push(
      `every row was warm-up: the model needs ${ready.input.window} intervals of a target before its first prediction, ` +
        `and the recording has ${plural(counts.minutes, 'minute')}`,
    );
  }
  if (config.output.anomaliesOnly && counts.ok > 0 && tally.verdicts === 0)
    texts.push(
      'no row has a verdict, since the model has no threshold: --emit anomalies leaves nothing to write',
    );
  if (differs(comparer, ready.backend)) {
    texts.push(
      'ways to serve gave different answers to the same items: the model does not answer each item by itself, ' +
        'so its results depend on how minutes are cut',
    );
  }
  if (counts.rejected > 0 && !output.keepsRejects)
    texts.push(`${plural(counts.rejected, 'rejected record')} not kept: --rejects FILE keeps them`);
  const stale = await output.staleResults();
  if (stale !== null) texts.push(`${stale} is of an earlier run, which wrote the other format`);
  return [
    ...recording.lateNotices(),
    ...labels.notices(),
    ...texts.map((text) => ({ level: 'warning', text }) as const),
  ];
}
