import type { Notice } from '../core/errors.js';
import type { RunOutput } from '../output/run-output.js';
import { plural } from '../report/format.js';
import { attemptPage, pageMissing } from '../report/page-attempt.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayOutcome } from './replay-context.js';
import { summaryJson, type RunSummary } from './report/run-summary.js';
import { answersDiffer, type RunParts } from './report/summarize.js';
import { summarySum } from './resume/read-summary.js';

/** What only the whole run shows. */
export function closingNotices(
  { output: { anomaliesOnly } }: ReplayConfig,
  { recording, ready, totals: { counters }, figures: { labels }, comparer }: RunParts,
  { keepsRejects }: Pick<RunOutput, 'keepsRejects'>,
): Notice[] {
  const { counts, verdicts } = counters;
  const texts: string[] = [];
  if (counts.rows > 0 && counts.warmup === counts.rows) {
    texts.push(
      `every row was warm-up: the model needs ${ready.input.window} intervals of a target before its first prediction, ` +
        `and the recording has ${plural(counts.minutes, 'minute')}`,
    );
  }
  if (anomaliesOnly && counts.ok > 0 && verdicts === 0) {
    texts.push('no row has a verdict, since the model has no threshold, so --emit anomalies writes nothing');
  }
  if (answersDiffer(comparer, ready.backend)) {
    texts.push(
      'ways to serve gave different answers to the same items: the model does not answer each item independently, ' +
        'so its results depend on how minutes are cut',
    );
  }
  if (counts.rejected > 0 && !keepsRejects)
    texts.push(`${plural(counts.rejected, 'rejected record')} not kept: --rejects FILE keeps them`);
  if (labels === null) {
    texts.push(
      'no figures on labels: the run was resumed, and they can only be computed again from results of --emit all as jsonl',
    );
  }
  return [
    ...recording.lateNotices(),
    ...(labels?.notices() ?? []),
    ...texts.map((text) => ({ level: 'warning', text }) as const),
  ];
}

/**
 * Writes the summary and the page, and completes the output.
 *
 * @param makePage null: the output has no page
 * @throws AiopsError `output_cannot_create`, `output_io`; Error where the page could not be made, which is a bug: all
 *   other files are complete then
 */
export async function writeReports(
  output: RunOutput,
  summary: RunSummary,
  makePage: (() => string) | null,
): Promise<ReplayOutcome> {
  const page = makePage === null ? null : attemptPage(makePage);
  const text = summaryJson(summary);
  await output.finish(
    { summary: text, page: page !== null && 'text' in page ? page.text : null },
    { at: new Date().toISOString(), counts: summary.counts, summarySha256: summarySum(text) },
  );
  if (page !== null && 'bug' in page) throw pageMissing(page.bug);
  return { kind: 'complete', summary };
}
