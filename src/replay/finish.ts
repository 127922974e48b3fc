import type { ReadCounts } from '../core/counts.js';
import { AiopsError, type Notice } from '../core/errors.js';
import { isoTime } from '../core/time.js';
import type { RunOutput } from '../output/run-output.js';
import type { Counters } from '../read/counters.js';
import type { ReadSettings } from '../read/options.js';
import type { ReadExtent } from '../read/recording.js';
import { countText, plural } from '../report/format.js';
import { attemptPage, pageMissing } from '../report/page-attempt.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayOutcome } from './replay-context.js';
import { summaryJson, type RunSummary } from './report/run-summary.js';
import { answersDiffer, summarize, type RunParts } from './report/summarize.js';
import { summarySum } from './resume/read-summary.js';
import { type PreviousRun } from './resume/previous-run.js';

/** What of a recording was read; minutes only if one process read it. */
export type KnownExtent = Pick<ReadExtent, 'targets'> & Partial<ReadExtent>;

/**
 * A warning if a run accepted no record.
 *
 * @throws AiopsError `input_unusable` where that is not explained by the settings
 */
export function noticesOfNothing(
  asked: Asked,
  counters: Pick<Counters, 'counts' | 'reasons' | 'remedy'>,
  recording: { readonly extent: () => KnownExtent | null },
): Notice[] {
  return counters.counts.accepted > 0 ? [] : [explainNothing(asked, counters, recording.extent())];
}

/** What only the whole run shows. */
function closingNotices(
  { output: { anomaliesOnly, isPart = false } }: ReplayConfig,
  { recording, ready, totals: { counters }, figures: { labels }, compared }: RunParts,
  { keepsRejects }: Pick<RunOutput, 'keepsRejects'>,
): Notice[] {
  const { counts, verdicts } = counters;
  const texts: string[] = [];
  const isAnalyzer = ready.model.format === 'analyzer';
  const model = isAnalyzer ? 'the analyzer' : 'the model';
  if (!isPart && counts.rows > 0 && counts.warmup === counts.rows) {
    const { window } = ready.input;
    const why =
      counts.minutes < window
        ? `the recording has ${plural(counts.minutes, 'minute')}`
        : 'none has that many in a row';
    texts.push(
      `every row was warm-up: ${model} needs ${plural(window, 'interval')} of a target before its first prediction, and ${why}`,
    );
  }
  if (!isPart && anomaliesOnly && counts.ok > 0 && verdicts === 0) {
    const why = isAnalyzer ? 'the analyzer gives none' : 'the model has no threshold';
    const remedy = isAnalyzer ? '' : ': set one with --threshold';
    texts.push(`no row has a verdict, since ${why}, so --emit anomalies writes nothing${remedy}`);
  }
  if (answersDiffer(compared)) {
    texts.push(
      `ways to serve gave different answers to the same items: ${model} does not answer each item independently, ` +
        'so its results depend on how minutes are cut',
    );
  }
  if (counts.rejected > 0 && !keepsRejects)
    texts.push(`${plural(counts.rejected, 'rejected record')} not kept: --rejects FILE keeps them`);
  if (labels === null) {
    texts.push(
      'no figures on labels: those of a run that was resumed can only be computed from results of --emit all as jsonl',
    );
  }
  return [
    ...recording.lateNotices(),
    ...(isPart ? [] : (labels?.notices() ?? [])),
    ...texts.map((text) => ({ level: 'warning', text }) as const),
  ];
}

/** What a report on a run needs besides its figures. */
export interface ReportOptions {
  readonly output: RunOutput;
  readonly onNotice: (notice: Notice) => void;
  /** About the input. */
  readonly notices: readonly Notice[];
  readonly previous: Pick<PreviousRun, 'sessions' | 'completion'>;
  /** Makes the page; null: the output has none. */
  readonly page: ((summary: RunSummary) => string) | null;
}

/**
 * Writes the summary and the page of a finished run, and completes its output.
 *
 * @throws AiopsError `output_cannot_create`, `output_io`; Error where the page could not be made, which is a bug: all
 *   other files are complete then
 */
export async function report(
  config: ReplayConfig,
  parts: RunParts,
  { output, previous, notices: aboutInput, onNotice, page: makePage }: ReportOptions,
): Promise<ReplayOutcome> {
  const notices = [...aboutInput, ...closingNotices(config, parts, output)];
  for (const notice of notices) onNotice(notice);
  const summary = summarize(config, parts, previous.sessions, notices);
  const page = makePage === null ? null : attemptPage(() => makePage(summary));
  const text = summaryJson(summary);
  const completion = {
    at: new Date().toISOString(),
    counts: summary.counts,
    summarySha256: summarySum(text),
  };
  await output.finish(
    { summary: text, page: page !== null && 'text' in page ? page.text : null },
    (await previous.completion?.(completion, summary.notices)) ?? completion,
  );
  if (page !== null && 'bug' in page) throw pageMissing(page.bug);
  return { kind: 'complete', summary };
}

/** The settings that select records. */
export type Asked = Pick<ReadSettings, 'fromMs' | 'toMs' | 'shard' | 'targets'>;

/**
 * Explains why a run accepted no record. A slice or a share may be empty, which is worth a warning. Without `--from`,
 * `--to` and `--shard`, or where `--targets` selects nothing in the whole input, something is wrong.
 *
 * @throws AiopsError `input_unusable`
 */
export function explainNothing(
  asked: Asked,
  { counts, reasons, remedy }: Pick<Counters, 'counts' | 'reasons' | 'remedy'>,
  extent: KnownExtent | null,
): Notice {
  const { targets, shard } = asked;
  const isSelective = asked.fromMs !== null || asked.toMs !== null || shard !== null;
  // Without a minute of a selected target behind the range, reading went on to the end of the input.
  if (targets !== undefined && extent !== null && !extent.targets.hasNamed && extent.targets.count > 0)
    throw noTarget(targets, `matches no target; the input has ${seenText(extent)}`);
  if (isSelective) return { level: 'warning', text: emptyText(asked, counts, extent) };
  if (targets !== undefined && extent === null && counts.filtered > 0)
    throw noTarget(targets, `selects no usable record${reasons}`);
  throw new AiopsError(
    'input_unusable',
    counts.records > 0
      ? `none of the ${countText(counts.records)} records could be used${reasons}`
      : 'the input has no records',
    { hint: remedy ?? 'see --time-column, --columns and --map for how records are read' },
  );
}

function noTarget(targets: readonly string[], what: string): AiopsError {
  const names = targets.map((name) => JSON.stringify(name)).join(', ');
  return new AiopsError('input_unusable', `--targets ${names} ${what}`, {
    hint: 'check the names; * stands for any text, for instance --targets "web-*"',
  });
}

function emptyText(asked: Asked, { rejected }: ReadCounts, extent: KnownExtent | null): string {
  const { shard, targets } = asked;
  const isRange = asked.fromMs !== null || asked.toMs !== null;
  const share = shard === null ? '' : `shard ${shard.index}/${shard.count}`;
  const bad = rejected === 0 ? '' : `; ${plural(rejected, 'record')} rejected`;
  if (shard !== null && extent !== null && !extent.targets.hasSelected && extent.targets.count > 0) {
    return `no target of ${share} among the ${seenText(extent)} seen${bad}`;
  }
  const of = shard !== null ? ` of ${share}` : targets === undefined ? '' : ' of the selected targets';
  const range = isRange ? rangeText(asked) : '';
  const around = extentText(extent);
  return `no usable record${of}${range}${around}${bad}`;
}

function rangeText({ fromMs, toMs }: Asked): string {
  if (fromMs === null) return toMs === null ? '' : ` before ${isoTime(toMs)}`;
  return toMs === null ? ` from ${isoTime(fromMs)} on` : ` between ${isoTime(fromMs)} and ${isoTime(toMs)}`;
}

function extentText(extent: KnownExtent | null): string {
  const { firstMs, beforeMs, afterMs } = extent ?? {};
  if (beforeMs === undefined || afterMs === undefined) return '';
  if (beforeMs !== null && afterMs !== null)
    return `; the nearest records are at ${isoTime(beforeMs)} and ${isoTime(afterMs)}`;
  if (beforeMs !== null)
    return `; the records run from ${isoTime(firstMs ?? beforeMs)} to ${isoTime(beforeMs)}`;
  if (afterMs !== null) return `; the first record is at ${isoTime(afterMs)}`;
  return '; there is none at any time';
}

function seenText({ targets: { count, isMore, isLeast = false } }: KnownExtent): string {
  if (isMore) return `more than ${countText(count)} targets`;
  return `${isLeast ? 'at least ' : ''}${plural(count, 'target')}`;
}
