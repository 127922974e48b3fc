import type { PageAssets } from '../../report/html/page.js';
import { replayHtml } from './replay-page.js';
import type { RunSummary } from './run-summary.js';
import type { RunParts } from './summarize.js';

/** The text of a finished run's `report.html`. */
export function replayPage(
  summary: RunSummary,
  { totals, figures, compared }: Pick<RunParts, 'totals' | 'figures' | 'compared'>,
  assets: PageAssets,
): string {
  const { timelines, targets, events } = totals.charts;
  const charts = { walls: figures.walls, timelines, targets, events };
  return replayHtml({ summary, charts, compared: compared?.bands ?? null }, assets);
}
