import type { TargetCharts } from './charts/target-charts.js';
import { countText, figures, plural } from '../../report/format.js';
import { markup, type Content } from '../../report/html/markup.js';
import { canvasMarkup, figureMarkup, tableMarkup, type PageSection } from '../../report/html/parts.js';
import type { TargetsPlot } from '../../report/html/plot-data.js';

/** How well a labelled recording was told, and its series, one target at a time. */
export function targetsSection(
  { targets, threshold }: TargetsPlot,
  charts: Pick<TargetCharts, 'chosen' | 'targets'>,
  metrics: Content,
): PageSection {
  const options = targets.map(({ target }, i) => markup`<option value="${i}">${target}</option>`);
  const most = Math.max(...targets.map(({ minutesPerBucket }) => minutesPerBucket));
  const shown =
    charts.targets > targets.length
      ? `${plural(targets.length, 'target')} of ${countText(charts.targets)}: those with labels and flags first, then by their largest score. `
      : '';
  const caption = `${shown}Above the values, below the largest score${threshold === null ? '' : ` with the threshold ${figures(threshold)} as a dashed line`}. Triangles are flagged minutes, shaded spans are labelled as anomalies.${
    most > 1
      ? ` Each step is up to ${plural(most, 'minute')}: a band from the smallest to the largest value.`
      : ''
  }`;
  const body = [
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
    body: [metrics, figureMarkup(caption, body), countsTable(charts)],
  };
}

function countsTable(charts: Pick<TargetCharts, 'chosen'>): Content {
  return tableMarkup({
    caption: 'Minutes of the targets shown',
    columns: ['target', 'labelled', 'flagged', 'largest score'],
    rows: charts
      .chosen()
      .map(({ series }) => [
        series.target,
        countText(series.labelled),
        countText(series.flagged),
        Number.isFinite(series.maxScore) ? figures(series.maxScore) : '–',
      ]),
  });
}
