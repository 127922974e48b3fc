import type { Readable } from 'node:stream';

import type { Notice } from '../core/errors.js';
import type { InputSpec } from '../core/types.js';
import { busyShare } from '../host/pressure.js';
import { usableProcessors } from '../host/processors.js';
import { findModel } from '../model/model-choice.js';
import { BENCH_FILE, BenchOutput } from '../output/bench-output.js';
import { figures } from '../report/format.js';
import { attemptPage, pageMissing, type PageAttempt } from '../report/page-attempt.js';
import { TraceWriter } from '../report/trace-writer.js';
import type { BenchConfig } from './bench-config.js';
import { measureSetups, type MeasuringContext } from './measure-setups.js';
import { syntheticSupply, type MinuteSupply } from './minute-supply.js';
import { NoticeLog } from './notice-log.js';
import { actorCounts, announcement, planCases } from './bench-plan.js';
import { recordedMinutes } from './recorded-minutes.js';
import { benchHtml } from './report/bench-page.js';
import { benchJson, type BenchSummary } from './report/bench-summary.js';
import {
  answerWarnings,
  baselineWarnings,
  steadinessWarnings,
  takenTimeWarnings,
} from './report/bench-warnings.js';
import { BenchResults } from './results.js';
import { summarizeCase } from './summarize-case.js';

/** What a benchmark needs from its caller and reports to it. */
export interface BenchContext extends MeasuringContext {
  readonly stdin: Readable;
  readonly onNotice: (notice: Notice) => void;
}

/** `summary` holds the completed cases, which are reported however the benchmark ends. */
export type BenchOutcome =
  | { readonly kind: 'complete'; readonly summary: BenchSummary }
  | { readonly kind: 'failed'; readonly summary: BenchSummary; readonly failure: unknown }
  /** `summary` is null if no case was completed. */
  | { readonly kind: 'interrupted'; readonly summary: BenchSummary | null };

/**
 * Measures what sequential and parallel serving cost: plans what to measure, serves the same minutes in every way, and
 * summarizes. Reports are written after each case, so that a failure loses nothing.
 *
 * @throws AiopsError that says what was wrong, where, and what to do
 */
export async function bench(config: BenchConfig, context: BenchContext): Promise<BenchOutcome> {
  const model = await findModel(config.model);
  const output = await BenchOutput.open(config.out, config);
  const notices = new NoticeLog(context.onNotice);
  const results = new BenchResults(config);
  try {
    const trace = await TraceWriter.open(output);
    // 1. Plan. An unusable input is reported before actors start, unless only they know what an item is.
    const processors = usableProcessors();
    const actors = actorCounts(config.actors, processors);
    const minutes = onceOnly((input: InputSpec) => planMinutes(input, config, actors, notices, context));
    if (model.input !== null) await minutes(model.input);
    await warnIfBusy(notices);

    // 2. Measure.
    const work = { config, model: model.source, actors, processors, minutes, trace, notices };
    for await (const measured of measureSetups(work, context)) {
      if (measured === null) return interrupted(results, notices);
      const one = summarizeCase(measured);
      for (const notice of answerWarnings(one)) notices.add(notice);
      results.add(one, measured.deadlineMs);
      // A trace in the folder is an earlier run's until this one's is published.
      if (results.cases.length === 1) await output.writeReport('trace.json', null);
      await writeReports(results.summary(notices.all), config, output);
    }

    // 3. Summarize.
    await trace?.end();
    await output.publishTrace();
    const summary = conclude(results, notices, processors);
    const page = await writeReports(summary, config, output);
    if ('bug' in page) throw pageMissing(page.bug);
    return { kind: 'complete', summary };
  } catch (failure) {
    if (results.cases.length === 0) throw failure;
    return { kind: 'failed', summary: results.summary(notices.all), failure };
  } finally {
    await output.release();
  }
}

/** A function that does its work on the first call and returns the same result on later ones. */
function onceOnly<Input, Result>(work: (input: Input) => Promise<Result>): (input: Input) => Promise<Result> {
  let result: Promise<Result> | null = null;
  return (input) => (result ??= work(input));
}

/** Opens the minutes to serve and announces what will be measured; null if aborted. */
async function planMinutes(
  input: InputSpec,
  config: BenchConfig,
  actors: readonly number[],
  notices: NoticeLog,
  context: BenchContext,
): Promise<MinuteSupply | null> {
  const supply =
    config.inputs.length === 0
      ? syntheticSupply(input, config.seed)
      : await recordedMinutes(config, input, context);
  if (supply === null) return null;
  const cases = planCases(config.items ?? [supply.items], config.timeMs);
  for (const notice of [...supply.notices, announcement(config, cases, actors)]) notices.add(notice);
  return supply;
}

/** If other programs use at least this share of the processors before the start, warn. */
const BUSY = 0.2;
const BUSY_SAMPLE_MS = 250;

async function warnIfBusy(notices: NoticeLog): Promise<void> {
  const share = await busyShare(BUSY_SAMPLE_MS);
  if (share < BUSY) return;
  const text = `other programs use ${figures(100 * share)} % of the processors: close them for steadier figures`;
  notices.add({ level: 'warning', text });
}

function interrupted(results: BenchResults, notices: NoticeLog): BenchOutcome {
  return { kind: 'interrupted', summary: results.cases.length === 0 ? null : results.summary(notices.all) };
}

/** The whole summary, with warnings about what makes its figures unreliable. */
function conclude(results: BenchResults, notices: NoticeLog, processors: number): BenchSummary {
  const summary = results.summary(notices.all);
  const warnings = [
    ...steadinessWarnings(results.cases),
    ...takenTimeWarnings(results.taken, results.elapsedMs, processors),
    ...baselineWarnings(summary.baseline),
  ];
  for (const notice of warnings) notices.add(notice);
  return { ...summary, notices: notices.all };
}

/** Writes both reports, so that the page always shows the figures beside it. */
async function writeReports(
  summary: BenchSummary,
  { inputs }: BenchConfig,
  output: BenchOutput,
): Promise<PageAttempt> {
  const page = attemptPage(() => benchHtml(summary, inputs));
  await output.writeReport(BENCH_FILE, benchJson(summary));
  await output.writeReport('report.html', 'text' in page ? page.text : null);
  return page;
}
