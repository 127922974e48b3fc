import type { RunCharts } from './charts/run-charts.js';
import type { ChosenMinutes } from './charts/timeline-keeper.js';
import type { Band } from './charts/band-series.js';
import { armName } from '../../report/comparison-text.js';
import { ARMS, type Arm } from '../../core/comparison.js';
import { plural } from '../../report/format.js';
import type { RunSummary } from './run-summary.js';
import { Figures } from '../../report/html/figures.js';
import { markup } from '../../report/html/markup.js';
import { labelsTable } from './labels-section.js';
import { inputNames, pageHtml, type PageAssets } from '../../report/html/page.js';
import { noticesMarkup, type PageSection } from '../../report/html/parts.js';
import type { MinutesPlot, TargetsPlot } from '../../report/html/plot-data.js';
import { gatesSections } from '../../report/html/gates-section.js';
import { bandLine, targetLine } from './plot-encoding.js';
import { aboutSection, recordsSection } from './about-section.js';
import { breakdownSection, resultSection, speedupSection, timesSection } from './run-sections.js';
import { targetsSection } from './targets-section.js';
import { timelineSection } from './timeline-section.js';

/** What a replay's page is made of. */
export interface ReplayReport {
  readonly summary: RunSummary;
  readonly charts: Pick<RunCharts, 'walls' | 'timeline' | 'targets'>;
  /** Times of the compared minutes, by arm; null without a comparison. */
  readonly compared: Readonly<Record<Arm, readonly Band[]>> | null;
  /** Above which a score is flagged; null where there is none, or only an analyzer knows. */
  readonly threshold: number | null;
}

/** The text of a replay's `report.html`. */
export function replayHtml(report: ReplayReport, assets: PageAssets): string {
  const { summary } = report;
  const { program, input } = summary;
  const minutes = minutesPlot(report);
  const targets = targetsPlot(report);
  return pageHtml({
    title: `Replay of ${inputNames(input.files)}`,
    subtitle:
      input.firstMinute === null
        ? 'no minute'
        : `${plural(summary.counts.minutes, 'minute')}, ${input.firstMinute} to ${input.lastMinute ?? ''}`,
    sections: [...replaySections(report, minutes, targets), aboutSection(summary, new Figures(summary))],
    plots: minutes === null && targets === null ? null : { data: { minutes, targets }, assets },
    footer: markup`Written by ${program.name} ${program.version}. All figures are those of timing.json; times are UTC. Plots: uPlot, MIT licence (its text stands in this file).`,
  });
}

function replaySections(
  report: ReplayReport,
  minutes: MinutesPlot | null,
  targets: TargetsPlot | null,
): PageSection[] {
  const { summary } = report;
  const figures = new Figures(summary);
  const chosen = chosenMinutes(report);
  const metrics = summary.labels === null ? null : labelsTable(summary.labels, figures);
  const warnings = summary.notices.filter(({ level }) => level === 'warning');
  return [
    resultSection(summary, figures),
    ...gatesSections(summary.gates),
    ...(warnings.length > 0
      ? [{ id: 'warnings', title: 'Worth knowing', body: noticesMarkup(warnings) }]
      : []),
    ...(minutes === null ? [] : [timesSection(summary, figures, report.charts.walls)]),
    ...(summary.comparison === null ? [] : [speedupSection(summary, summary.comparison, figures)]),
    ...(summary.minutes === null ? [] : [breakdownSection(summary, summary.minutes, figures)]),
    ...(chosen === null ? [] : [timelineSection(chosen)]),
    ...(targets === null ? [] : [targetsSection(targets, report.charts.targets, metrics)]),
    recordsSection(summary, figures),
  ];
}

function chosenMinutes({ summary, charts }: ReplayReport): ChosenMinutes | null {
  return summary.minutes === null ? null : charts.timeline.chosen(summary.minutes.wallMs.p50);
}

function minutesPlot({ summary, charts, compared }: ReplayReport): MinutesPlot | null {
  if (charts.walls.samples === 0) return null;
  return {
    deadlineMs: summary.deadlineMs,
    written: bandLine(`every minute, ${summary.execution.mode}`, charts.walls.bands()),
    compared:
      compared === null
        ? []
        : ARMS.map((arm) => bandLine(`compared: ${armName(arm, summary.execution.actors)}`, compared[arm])),
  };
}

function targetsPlot({ summary, charts, threshold }: ReplayReport): TargetsPlot | null {
  const chosen = charts.targets.chosen();
  if (chosen.length === 0) return null;
  const { columns, intervalMs } = summary.input;
  return { threshold, targets: chosen.map((target) => targetLine(target, columns, intervalMs)) };
}
