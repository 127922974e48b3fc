import { resolveActors } from '../core/actor-count.js';
import type { AiopsError, Notice } from '../core/errors.js';
import { joinedUse } from '../core/process-use.js';
import { findModel } from '../model/model-choice.js';
import type { RunOutput } from '../output/run-output.js';
import { lookBackFor, readOptionsFor } from '../read/model-needs.js';
import { reopenRecording } from '../read/recording.js';
import { pageAssets } from '../host/page-assets.js';
import { usableProcessors } from '../host/processors.js';
import { noticesOfNothing, report, type KnownExtent } from './finish.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayContext, ReplayOutcome } from './replay-context.js';
import type { RunLabels } from './report/run-labels.js';
import type { RunSummary } from './report/run-summary.js';
import { replayPage } from './report/run-page.js';
import type { RunFacts, RunProgress, RunUsage } from './resume/run-facts.js';
import { figuresOfAllSessions } from './resume/run-figures.js';
import { RunTotals } from './totals.js';
import { useOfThisProcess } from './usage-meter.js';

/** A run whose results are complete and committed. */
export interface WrittenRun {
  readonly output: RunOutput;
  /** Its settings as the report shows them. */
  readonly shown: ReplayConfig;
  readonly facts: RunFacts;
  /** Its last commit. */
  readonly progress: RunProgress;
  /** Its labelled records; null: to be read from its results. */
  readonly labels: RunLabels | null;
  /** What of the inputs was read; null: only a part of them, or that is not known. */
  readonly extent: KnownExtent | null;
  readonly sessions: RunSummary['sessions'];
  /** That a session served it with, at most; null: unknown. */
  readonly actors: number | null;
  /** What was found when it began. */
  readonly opening: readonly Notice[];
  /** What only all of its records show. */
  readonly late: readonly Notice[];
  /** About how it was served. */
  readonly notices: readonly Notice[];
  /** What is wrong with all of its records; null: nothing. */
  readonly fault: AiopsError | null;
}

/**
 * Reports on a run and completes its output, as a session that finds nothing left to serve would, but starts no actor.
 *
 * @throws AiopsError `reject_limit`; `input_unusable` where no record was accepted; the fault; as `report` does
 */
export async function reportRun(
  config: ReplayConfig,
  written: WrittenRun,
  context: Pick<ReplayContext, 'stdin' | 'onNotice'>,
): Promise<ReplayOutcome> {
  const { output, facts, progress, labels, extent } = written;
  const { input } = facts;
  const assets = await pageAssets();
  const model = await findModel(config.model);
  const from = {
    positions: progress.positions,
    positionsMinuteMs: progress.minuteMs,
    afterMinuteMs: progress.minuteMs ?? -Infinity,
  };
  const options = readOptionsFor(config.read, input);
  await using recording = await reopenRecording(
    config.inputs,
    options,
    context.stdin,
    facts.recording,
    from,
    { scratch: { folder: config.output.out } },
  );
  const lookBack = lookBackFor(input, recording);
  const usage = { total: () => withThisProcess(progress.usage) };
  const totals = new RunTotals(config, { recording, lookBack, input, before: progress, usage });
  totals.counters.settle();
  totals.counters.checkRejects(config.maxRejects, true);
  const notices = [
    ...written.notices,
    ...noticesOfNothing(config.read, totals.counters, { extent: () => extent }),
  ];
  if (written.fault !== null) throw written.fault;
  const of = { hasLabels: recording.hasLabels, before: progress, labels };
  const parts = {
    ...{ threshold: model.threshold, totals, compared: null },
    recording: { ...recording, lateNotices: () => written.late },
    actors: written.actors ?? resolveActors(config.actors, usableProcessors()),
    ready: { ...facts, actors: [], startMs: 0, notices: written.opening },
    figures: await figuresOfAllSessions(output, config.output, totals, of),
  };
  const page = (summary: RunSummary): string => replayPage(summary, parts, assets);
  const { onNotice } = context;
  const { shown, sessions } = written;
  return await report(shown, parts, { output, previous: { sessions }, notices, onNotice, page });
}

function withThisProcess(usage: RunUsage): RunUsage {
  return { ...usage, parent: joinedUse(usage.parent, useOfThisProcess()) };
}
