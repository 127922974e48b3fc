import { elements, type Place } from '../../report/figures.js';
import { countText, figures, plural } from '../../report/format.js';
import { markup, type Content } from '../../report/html/markup.js';
import { canvasMarkup, plotMarkup, type PageSection } from '../../report/html/parts.js';
import type { TargetsPlot } from '../../report/html/plot-data.js';
import { figure, tableMarkup, tableOf, words, type Column, type Table } from '../../report/table.js';
import type { AnomaliesSummary, AnomalyEvent } from './anomaly-events.js';
import { PLOTTED_EVENTS } from './charts/event-plots.js';
import type { RunSummary } from './run-summary.js';

/** Longer names are cut on a terminal and in Markdown. */
const NAME_LENGTH = 40;
/** Events in the table of a page. */
const PAGE_EVENTS = 20;

type Row = Place<AnomalyEvent>;

function name(title: string, key: string, of: (event: AnomalyEvent) => string): Column<Row> {
  return words(title, key, ({ value }) => of(value), NAME_LENGTH);
}

/** The first `most` events: when, where, how long and how bad. */
export function anomaliesTable(anomalies: Place<AnomaliesSummary>, most: number): Table {
  const rows = elements(anomalies.at('listed')).slice(0, most);
  const has = (of: (event: AnomalyEvent) => unknown): boolean => rows.some(({ value }) => of(value) !== null);
  const columns: readonly Column<Row>[] = [
    words('flagged from', 'first', ({ value }) => value.first),
    figure('minutes', 'minutes', countText, (row) => row.at('minutes')),
    name('target', 'target', ({ target }) => target),
    ...(has(({ column }) => column) ? [name('column', 'column', ({ column }) => column ?? '')] : []),
    figure('peak score', 'score', figures, (row) => row.at('score')),
    ...(has(({ label }) => label) ? [name('label', 'label', ({ label }) => String(label ?? ''))] : []),
  ];
  return tableOf(columns, rows);
}

/** What to know about that table; none where it has every event. */
export function anomalyNotes({ anomalies, counts, model }: RunSummary, most: number): string[] {
  const { events, listed } = anomalies;
  const rows = `${plural(counts.anomalies, 'flagged row')} in ${plural(events, 'event')}`;
  const more =
    listed.length <= most
      ? ''
      : `; timing.json lists ${events > listed.length ? `the first ${countText(listed.length)}` : 'all'}`;
  const columns = new Set(listed.map(({ column }) => column));
  return [
    `${rows}${events > most ? `, those with the largest scores first` : ''}${more}`,
    ...(model.format === 'analyzer' && columns.size > 1
      ? ['scores are as the analyzer gives them: those of different columns may not compare']
      : []),
  ];
}

/** Which rows were flagged, with plots of the worst; no section where none was. */
export function anomaliesSections(run: Place<RunSummary>, plot: TargetsPlot | null): PageSection[] {
  const { listed } = run.value.anomalies;
  if (listed.length === 0) return [];
  const notes = anomalyNotes(run.value, PAGE_EVENTS).join('. ');
  return [
    {
      id: 'anomalies',
      title: 'Anomalies',
      body: [
        tableMarkup('Events by their largest score', anomaliesTable(run.at('anomalies'), PAGE_EVENTS)),
        markup`<p class="note">${notes}. An event is the flagged minutes of one series with at most one minute between them that is not flagged.</p>\n`,
        plot === null ? null : plotsMarkup(plot, listed),
      ],
    },
  ];
}

function plotsMarkup({ targets, threshold }: TargetsPlot, listed: readonly AnomalyEvent[]): Content {
  const options = targets.map(({ target }, i) => markup`<option value="${i}">${target}</option>`);
  const missing = Math.min(listed.length, PLOTTED_EVENTS) - targets.length;
  const caption = [
    'Above are the values around the peak of the event, below the scores',
    threshold === null ? '' : ` with the threshold ${figures(threshold)} as a dashed line`,
    '. Triangles are flagged minutes, shaded spans are labelled as anomalies.',
    missing > 0
      ? ` Earlier sessions of the run served the other ${plural(missing, 'event')} of the first ${PLOTTED_EVENTS}.`
      : '',
  ];
  return plotMarkup(caption, [
    markup`<p class="choice"><label for="event-choice">Event</label> <select id="event-choice">${options}</select></p>\n`,
    canvasMarkup('event-values', 'Values around the chosen event; the table above has its time and series.'),
    canvasMarkup('event-scores', 'Scores around the chosen event, with its flags.'),
  ]);
}
