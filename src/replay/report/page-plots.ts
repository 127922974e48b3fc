import { VARIANTS, type Variant } from '../../core/comparison.js';
import { countText, figures, plural } from '../../report/format.js';
import { markup, type Content } from '../../report/html/markup.js';
import { canvasMarkup, plotMarkup, type PageSection } from '../../report/html/parts.js';
import type { BandLine, MinutesPlot, TargetLine, TargetsPlot } from '../../report/html/plot-data.js';
import { figure, tableMarkup, tableOf, words, type Column } from '../../report/table.js';
import type { Band } from './charts/band-series.js';
import type { RunCharts } from './charts/run-charts.js';
import type { ChosenTarget, TargetBucket, TargetCharts } from './charts/target-charts.js';
import type { RunSummary } from './run-summary.js';
import { decimalsFor, shortNumber } from './page-numbers.js';
import { blocksName, variantName } from './times-table.js';

/** What a replay's page is made of. */
export interface ReplayReport {
  readonly summary: RunSummary;
  readonly charts: Pick<RunCharts, 'walls' | 'timelines' | 'targets' | 'events'>;
  /** Times of the compared minutes, by variant; null without a comparison. */
  readonly compared: Readonly<Record<Variant, readonly Band[]>> | null;
}

/** Null where no minute had an item. */
export function minutesPlot(report: ReplayReport): MinutesPlot | null {
  const { summary, charts } = report;
  const { blocks, deadlineMs, execution } = summary;
  if (charts.walls.blocks.samples + charts.walls.alone.samples === 0) return null;
  const written =
    blocks === null
      ? bandLine(`every minute, ${execution.mode}`, charts.walls.alone.bands())
      : bandLine(`${blocksName(execution.mode, blocks)}: per minute`, charts.walls.blocks.bands());
  return { deadlineMs, written, compared: marks(report) };
}

/** Compared minutes by variant; without a comparison those that were served alone between blocks. */
function marks({ summary, charts, compared }: ReplayReport): BandLine[] {
  const { actors } = summary.execution;
  if (compared !== null) {
    return VARIANTS.map((variant) =>
      bandLine(`compared: ${variantName(variant, actors)}`, compared[variant]),
    );
  }
  const isMixed = summary.blocks !== null && charts.walls.alone.samples > 0;
  return isMixed ? [bandLine('minutes alone', charts.walls.alone.bands())] : [];
}

function bandLine(name: string, bands: readonly Band[]): BandLine {
  const of = (value: 'min' | 'median' | 'max'): number[] => bands.map((band) => shortNumber(band[value]));
  return {
    name,
    x: bands.map(({ firstMs }) => firstMs / 1000),
    median: of('median'),
    range: bands.every(({ count }) => count === 1) ? null : { min: of('min'), max: of('max') },
  };
}

/** Null where the recording has no labels. */
export function targetsPlot({ summary, charts }: ReplayReport): TargetsPlot | null {
  const chosen = charts.targets.chosen();
  if (chosen.length === 0) return null;
  const { columns, intervalMs } = summary.input;
  return {
    threshold: summary.threshold?.score ?? null,
    targets: chosen.map((target) => targetLine(target, columns, intervalMs)),
  };
}

function targetLine(
  { series, column }: ChosenTarget,
  columns: readonly string[],
  intervalMs: number,
): TargetLine {
  const { buckets } = series;
  const lows = buckets.map((bucket) => bucket.low[column] ?? NaN);
  const highs = buckets.map((bucket) => bucket.high[column] ?? NaN);
  const decimals = decimalsFor([...lows, ...highs]);
  const [low, high] = [lows, highs].map((values) =>
    values.map((value) => (Number.isFinite(value) ? Number(value.toFixed(decimals)) : null)),
  ) as [(number | null)[], (number | null)[]];
  return {
    target: series.target,
    column: columns[column] ?? '',
    minutesPerBucket: series.minutesPerBucket,
    steps: buckets.map(({ firstMs }, i) => (firstMs - (buckets[i - 1]?.firstMs ?? 0)) / 1000),
    end: ((buckets[buckets.length - 1]?.lastMs ?? 0) + intervalMs) / 1000,
    low,
    high: high.every((value, i) => value === low[i]) ? null : high,
    score: buckets.map(({ score }) => (Number.isFinite(score) ? shortNumber(score) : null)),
    flagged: indicesWhere(buckets, ({ flagged }) => flagged > 0),
    labelled: indicesWhere(buckets, ({ labelled }) => labelled > 0),
  };
}

function indicesWhere(buckets: readonly TargetBucket[], holds: (bucket: TargetBucket) => boolean): number[] {
  return [...buckets.keys()].filter((i) => holds(buckets[i]!));
}

/** How well a labelled recording was detected, and its series, one target at a time. */
export function targetsSection(
  { targets, threshold }: TargetsPlot,
  charts: Pick<TargetCharts, 'chosen' | 'targets'>,
  labels: Content,
): PageSection {
  const options = targets.map(({ target }, i) => markup`<option value="${i}">${target}</option>`);
  const most = Math.max(...targets.map(({ minutesPerBucket }) => minutesPerBucket));
  const caption = [
    charts.targets > targets.length
      ? `${plural(targets.length, 'target')} of ${countText(charts.targets)}: those with labels and flags first, then by their largest score. `
      : '',
    'Above are the values, below the largest score',
    threshold === null ? '' : ` with the threshold ${figures(threshold)} as a dashed line`,
    '. Triangles are flagged minutes, shaded spans are labelled as anomalies.',
    most > 1
      ? ` Each step is up to ${plural(most, 'minute')}: a band from the smallest to the largest value.`
      : '',
  ];
  const plots = [
    markup`<p class="choice"><label for="target-choice">Target</label> <select id="target-choice">${options}</select></p>\n`,
    canvasMarkup(
      'target-values',
      'Values of the chosen target over time, labelled spans shaded; the table below has counts.',
    ),
    canvasMarkup(
      'target-scores',
      'Scores of the chosen target over time with its flags; the table below has counts.',
    ),
  ];
  return {
    id: 'targets',
    title: 'Scores, flags and labels',
    body: [
      labels,
      plotMarkup(caption, plots),
      tableMarkup('Minutes of the targets shown', tableOf(TARGET_COLUMNS, charts.chosen())),
    ],
  };
}

/** Not in timing.json: what the charts counted. */
const TARGET_COLUMNS: readonly Column<ChosenTarget>[] = [
  words('target', 'target', ({ series }) => series.target),
  figure('labelled', 'labelled', countText, ({ series }) => series.labelled),
  figure('flagged', 'flagged', countText, ({ series }) => series.flagged),
  figure('largest score', 'largest_score', figures, ({ series: { maxScore } }) =>
    Number.isFinite(maxScore) ? maxScore : null,
  ),
];
