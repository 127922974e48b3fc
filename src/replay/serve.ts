import { performance } from 'node:perf_hooks';
import { resourceUsage } from 'node:process';

import { AiopsError, type ErrorCode, type Notice } from '../core/errors.js';
import type { ReadStep, ReadyFacts } from '../core/types.js';
import type { WindowStore } from '../core/window.js';
import type { Recording } from '../read/recording.js';
import { plural } from '../report/format.js';
import type { PageAssets } from '../report/html/page.js';
import { summaryJson } from './report/run-summary.js';
import type { RunOutput } from '../output/run-output.js';
import { summarySum } from './resume/read-summary.js';
import type { RunCompletion, RunProgress } from './resume/run-facts.js';
import { wholeLabels, wholeTimings, type WholeRun } from './resume/whole-run.js';
import { Comparer } from './comparer.js';
import { InOrder } from './in-order.js';
import { Ledger, type ServedStep } from './ledger.js';
import type { Lineup } from './lineup.js';
import { LiveFeed } from './live-feed.js';
import { explainNothing } from './nothing-found.js';
import { Pacer } from './pacer.js';
import { attemptPage, pageMissing } from '../report/page-attempt.js';
import { deadlineOf, type ReplayConfig } from './replay-config.js';
import { replayPage } from './report/run-page.js';
import type { Replaying, ReplayOutcome } from './replaying.js';
import { RunUsageMeter } from './run-usage.js';
import { differs, summarize } from './report/summarize.js';
import { TraceWriter } from '../report/trace-writer.js';
import { unlessAborted } from '../core/unless-aborted.js';
import { untilAborted } from '../core/until-aborted.js';

/** A replay with everything open: what is left is to serve its minutes. */
export interface Serving extends Replaying {
  readonly recording: Recording;
  readonly windows: WindowStore;
  readonly output: RunOutput;
  /** Null where there is no page to make. */
  readonly assets: PageAssets | null;
  readonly ready: ReadyFacts;
}

/**
 * Serves the minutes that are left, and writes the reports once there is none.
 *
 * @throws AiopsError where the input, the actors or the output fail, or `reject_limit`; what was done is committed
 */
export async function serve(serving: Serving): Promise<ReplayOutcome> {
  const { config, context, recording, output, ready, prior } = serving;
  const deadlineMs = deadlineOf(config, recording.intervalMs);
  const before = prior?.last ?? null;
  const comparer = openComparer(config, serving.executors);
  const meter = new RunUsageMeter({
    before: before?.usage ?? null,
    servers: config.mode === 'parallel' ? serving.executors.actors : 1,
    comparingMs: () => comparer?.spentMs ?? 0,
    now: () => performance.now(),
    maxRssBytes: () => resourceUsage().maxRSS * 1024,
  });
  const trace = await TraceWriter.open(output);
  const ledger = new Ledger({
    output,
    trace: (await trace?.begin({ name: config.mode, actors: ready.actors })) ?? null,
    rowsPerRecord: serving.windows.rowsPerRecord,
    deadlineMs,
    maxRejects: config.maxRejects,
    series: { columns: recording.columns, modelColumns: ready.input.columns },
    commitIntervalMs: config.backfill.commitIntervalMs,
    quarantines: serving.executors.quarantines,
    digestUpdates: () => recording.digestUpdates(),
    usage: (busyMs) => meter.total(busyMs),
    before,
    now: () => performance.now(),
  });
  const moved = await serveOrCommit(serving, ledger, comparer);
  ledger.incidents.add(serving.executors.leftIncidents());
  if (context.signal.aborted) {
    await ledger.commit();
    return {
      kind: 'interrupted',
      minutes: ledger.tally.counts.minutes,
      resumable: config.output.out !== '-' && !recording.isLive,
    };
  }
  ledger.tally.settle();
  const nothing = before?.ended === true ? null : nothingAccepted(serving, ledger);
  await ledger.commitEnd();
  ledger.tally.checkRejects(config.maxRejects, true);
  if (moved !== null) throw moved;
  const whole = before === null ? ofOneSession(ledger) : await ofAllSessions(serving, ledger, deadlineMs);
  const closing = [
    ...(nothing === null ? [] : [nothing]),
    ...closingNotices(serving, ledger, whole, comparer),
  ];
  for (const notice of closing) context.onNotice(notice);
  const resumed = prior === null ? 0 : prior.resumed + 1;
  return finish(serving, { ledger, whole, comparer, trace, before, resumed, deadlineMs, closing });
}

interface Finished {
  readonly ledger: Ledger;
  readonly whole: WholeRun;
  readonly comparer: Comparer | null;
  readonly trace: TraceWriter | null;
  readonly before: RunProgress | null;
  readonly resumed: number;
  readonly deadlineMs: number;
  readonly closing: readonly Notice[];
}

async function finish(serving: Serving, finished: Finished): Promise<ReplayOutcome> {
  const { assets, output, model } = serving;
  const run = { ...serving, ...finished };
  const summary = summarize(run);
  const page =
    assets === null
      ? null
      : attemptPage(() => replayPage({ ...run, threshold: model.threshold }, summary, assets));
  await finished.trace?.end();
  const text = summaryJson(summary);
  const completion: RunCompletion = {
    at: new Date().toISOString(),
    counts: summary.counts,
    summarySha256: summarySum(text),
  };
  await output.finish(
    { summary: text, page: page !== null && 'text' in page ? page.text : null },
    completion,
  );
  if (page !== null && 'bug' in page) throw pageMissing(page.bug);
  return { kind: 'complete', summary };
}

function ofOneSession({ timings, charts, labels }: Ledger): WholeRun {
  return { timings, walls: charts.walls, labels };
}

async function ofAllSessions(serving: Serving, ledger: Ledger, deadlineMs: number): Promise<WholeRun> {
  const { output, recording, windows, config } = serving;
  const { format, anomaliesOnly, out } = config.output;
  if (out === '-') return ofOneSession(ledger);
  const times = await wholeTimings(output.committed('timings'), deadlineMs);
  if (!recording.hasLabels) return { ...times, labels: ledger.labels };
  const holdsAll = format === 'jsonl' && !anomaliesOnly;
  return { ...times, labels: holdsAll ? await wholeLabels(output, out, windows.rowsPerRecord) : null };
}

/**
 * Serves what is left, then looks whether the inputs still are what was read. What was done before a failure is worth
 * keeping, unless it was the keeping that failed.
 *
 * @returns an error to end with once everything is committed, where an input was moved away
 */
async function serveOrCommit(
  serving: Serving,
  ledger: Ledger,
  comparer: Comparer | null,
): Promise<AiopsError | null> {
  const { recording, context, prior } = serving;
  try {
    if (prior?.last?.ended !== true) await serveSteps(serving, ledger, comparer);
    return context.signal.aborted ? null : await unlessAborted(recording.checkInputs(), context.signal);
  } catch (error) {
    await ledger.commit().catch(() => undefined);
    throw await causeOf(error, recording);
  }
}

const FAULTS_OF_INPUT: ReadonlySet<ErrorCode> = new Set([
  'input_unusable',
  'input_out_of_order',
  'reject_limit',
]);

/** A file that was changed while it was read explains whatever else seems to be wrong with it. */
async function causeOf(error: unknown, recording: Recording): Promise<unknown> {
  if (!(error instanceof AiopsError) || !FAULTS_OF_INPUT.has(error.code)) return error;
  return recording.checkInputs().then(
    () => error,
    (cause: unknown) => cause,
  );
}

/** The stages in order, for every step of reading, with up to `inflight` minutes under way. */
async function serveSteps(serving: Serving, ledger: Ledger, comparer: Comparer | null): Promise<void> {
  const { config, context, recording } = serving;
  const { maxAhead = Infinity } = config.read;
  const feed = recording.isLive ? new LiveFeed({ recording, maxAhead, onNotice: context.onNotice }) : null;
  const pipeline = new InOrder<ServedStep>(config.inflight, async (served) => {
    await ledger.enter(served);
    feed?.see(served.step.rejects);
    context.onMinute(ledger.tally.counts, recording);
  });
  try {
    const lost = AbortSignal.any([serving.executors.lost, pipeline.failed, ledger.failed]);
    await submitSteps(serving, { pipeline, comparer, feed, lost });
    await pipeline.drain();
  } catch (error) {
    await pipeline.drain().catch(() => undefined); // what was complete before is still handed on
    throw error;
  } finally {
    feed?.conclude();
  }
}

interface Submitting {
  readonly pipeline: InOrder<ServedStep>;
  readonly comparer: Comparer | null;
  /** Null: not a live feed. */
  readonly feed: LiveFeed | null;
  readonly lost: AbortSignal;
}

async function submitSteps(
  { config, context, recording, windows, executors }: Serving,
  { pipeline, comparer, feed, lost }: Submitting,
): Promise<void> {
  const pacer = new Pacer(config.pace);
  const ending = AbortSignal.any([context.signal, lost]);
  const passOn = (step: ReadStep): Promise<void> => pipeline.submit(Promise.resolve({ step, served: null }));
  const steps = feed?.steps({ passOn, signal: ending }) ?? recording.steps(context.onNotice);
  for await (const step of untilAborted(steps, context.signal, lost)) {
    if (step.lookBack) {
      if (step.batch !== null) windows.push(step.batch);
      continue;
    }
    if (step.batch === null) {
      await passOn(step);
      continue;
    }
    const dueAtMs = await pacer.due(step.batch.minuteMs, ending, feed?.paceOf(step));
    lost.throwIfAborted();
    if (context.signal.aborted) return; // its turn never came
    const minute = windows.push(step.batch);
    if (comparer?.wants(minute.batch) === true) {
      await pipeline.drain(); // a comparison is fair only when nothing else is under way
      const run = await comparer.compare(minute.batch);
      await pipeline.submit(Promise.resolve({ step, served: { minute, run, dueAtMs } }));
      continue;
    }
    const running = executors.writer.run(minute.batch, 'batched');
    await pipeline.submit(running.then((run) => ({ step, served: { minute, run, dueAtMs } })));
  }
}

/** Null where a record was accepted. @throws AiopsError `input_unusable` */
function nothingAccepted({ config, recording }: Serving, { tally }: Ledger): Notice | null {
  if (tally.counts.accepted > 0) return null;
  return explainNothing(config.read, tally.counts, recording.extent(), tally.example);
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

function closingNotices(
  { config, recording, output, ready }: Serving,
  { tally }: Ledger,
  { labels }: WholeRun,
  comparer: Comparer | null,
): Notice[] {
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
  if (labels === null) {
    texts.push(
      'no figures on labels: the run did not go through in one, and they are read from results of --emit all as jsonl',
    );
  }
  return [
    ...recording.lateNotices(),
    ...(labels?.notices() ?? []),
    ...texts.map((text) => ({ level: 'warning', text }) as const),
  ];
}
