import { byVariant } from '../../measure/comparison.js';
import type { PageAssets } from '../../report/html/page.js';
import { replayHtml } from './replay-page.js';
import type { RunSummary } from './run-summary.js';
import type { FinishedRun } from './summarize.js';

/** The text of a finished run's `report.html`. */
export function replayPage(
  { ledger, whole, comparer, threshold }: FinishedRun & { readonly threshold: number | null },
  summary: RunSummary,
  assets: PageAssets,
): string {
  const compared =
    comparer === null || comparer.comparison.minutes === 0
      ? null
      : byVariant((arm) => comparer.walls[arm].bands());
  const { timeline, targets } = ledger.charts;
  const charts = { walls: whole.walls, timeline, targets };
  return replayHtml({ summary, charts, compared, threshold }, assets);
}
