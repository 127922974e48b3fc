import { byVariant } from '../../measure/compared-minutes.js';
import type { PageAssets } from '../../report/html/page.js';
import { replayHtml } from './replay-page.js';
import type { RunSummary } from './run-summary.js';
import type { RunParts } from './summarize.js';

/** The text of a finished run's `report.html`. */
export function replayPage(
  summary: RunSummary,
  { totals, figures, comparer }: Pick<RunParts, 'totals' | 'figures' | 'comparer'>,
  assets: PageAssets,
): string {
  const { timelines, targets, events } = totals.charts;
  const charts = { walls: figures.walls, timelines, targets, events };
  const compared =
    comparer.comparison.minutes === 0 ? null : byVariant((variant) => comparer.walls[variant].bands());
  return replayHtml({ summary, charts, compared }, assets);
}
