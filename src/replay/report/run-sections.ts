import type { BandSeries } from './charts/band-series.js';
import { agreementText, armName } from '../../report/comparison-text.js';
import { ARMS, type ComparisonSummary } from '../../core/comparison.js';
import { durationText, figures as threeFigures, plural } from '../../report/format.js';
import type { MinutesSummary } from '../../measure/run-timings.js';
import type { RunSummary } from './run-summary.js';
import { asCount, asDuration, asPercent, asRatio, asTimes, type Figures } from '../../report/html/figures.js';
import { markup, type Content } from '../../report/html/markup.js';
import {
  canvasMarkup,
  figureMarkup,
  tableMarkup,
  tilesMarkup,
  type PageSection,
  type Tile,
} from '../../report/html/parts.js';
import { breakdownBody } from '../../report/html/breakdown.js';
import { linearScale, wholeScale } from '../../report/charts/scale.js';
import { tickText, xyChart } from '../../report/charts/xy-chart.js';

/** Does a minute fit, what is advised, and the figures that say so. */
export function resultSection(summary: RunSummary, figures: Figures): PageSection {
  const { minutes, advice } = summary;
  const sentences = advice.split('\n').map((sentence) => markup`<p>${sentence}</p>\n`);
  const verdict =
    minutes === null
      ? null
      : minutes.headroom >= 1
        ? markup`<p class="verdict good">✓ A minute fits into its deadline.</p>\n`
        : markup`<p class="verdict bad">✗ A minute does not fit into its deadline.</p>\n`;
  return {
    id: 'result',
    title: 'Result',
    body: markup`${verdict}${sentences}${minutes === null ? null : tilesMarkup(resultTiles(summary, figures))}`,
  };
}

function resultTiles(summary: RunSummary, figures: Figures): Tile[] {
  const { comparison, execution } = summary;
  const speedup: Tile[] =
    comparison === null
      ? []
      : [
          {
            name: `${plural(execution.actors, 'actor')} against one process`,
            figure: figures.show('comparison.speedup.sequential-batched.value', asTimes),
            note: 'as fast, both with batches',
          },
        ];
  return [
    {
      name: '99th-percentile minute',
      figure: figures.show('minutes.wallMs.p99', asDuration),
      note: markup`of ${figures.show('minutes.wallMs.samples', asCount)} minutes`,
    },
    {
      name: 'Headroom',
      figure: figures.show('minutes.headroom', asTimes),
      note: markup`deadline ${figures.show('deadlineMs', asDuration)}`,
    },
    {
      name: 'Late minutes',
      figure: figures.show('minutes.late', asCount),
      note:
        (summary.minutes?.scheduled ?? null) === null
          ? 'took longer than the deadline'
          : 'came later than the deadline after their scheduled start',
    },
    {
      name: 'Would still fit',
      figure: figures.show('minutes.capacityItems', asCount),
      note: markup`items a minute; the median minute has ${figures.show('minutes.items.p50', asCount)}`,
    },
    ...scheduleTiles(summary, figures),
    ...speedup,
    {
      name: 'Utilization',
      figure: figures.show('utilization', asPercent),
      note: 'of the actors’ time went into items',
    },
  ];
}

function scheduleTiles({ minutes }: RunSummary, figures: Figures): Tile[] {
  if ((minutes?.scheduled ?? null) === null) return [];
  return [
    {
      name: 'Schedule to answers, p99',
      figure: figures.show('minutes.scheduled.responseMs.p99', asDuration),
      note: markup`began ${figures.show('minutes.scheduled.latenessMs.p99', asDuration)} late (p99)`,
    },
  ];
}

/** Times per minute over the recording, and of each way to serve. */
export function timesSection(summary: RunSummary, figures: Figures, walls: BandSeries): PageSection {
  const { comparison, execution, minutes, deadlineMs } = summary;
  const bands = walls.bands();
  const most = Math.max(...bands.map(({ count }) => count));
  const label =
    minutes === null
      ? ''
      : `Service time of ${plural(walls.samples, 'minute')}: median ${durationText(minutes.wallMs.p50)}, slowest ${durationText(minutes.wallMs.max)}, deadline ${durationText(deadlineMs)}.`;
  const caption = [
    'Service time of each minute over the recording, without waiting behind another minute.',
    most > 1
      ? ` The line is the median of ${plural(most, 'minute')}, the band their smallest to largest.`
      : '',
    comparison === null
      ? ''
      : ` Marks are the ${plural(comparison.minutes, 'minute')} that were also served in every way while nothing else ran.`,
  ];
  return {
    id: 'times',
    title: 'Time per minute',
    body: [
      figureMarkup(caption, canvasMarkup('minutes-plot', label)),
      tableMarkup({
        caption: 'Service time per minute',
        columns: ['served', 'minutes', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'],
        rows: [
          timesRow(`every minute, ${execution.mode}`, 'minutes.wallMs', figures),
          ...((minutes?.scheduled ?? null) === null
            ? []
            : [
                timesRow('schedule to start', 'minutes.scheduled.latenessMs', figures),
                timesRow('schedule to answers', 'minutes.scheduled.responseMs', figures),
              ]),
          ...(comparison === null
            ? []
            : ARMS.map((arm) =>
                timesRow(`compared: ${armName(arm, execution.actors)}`, `comparison.wallMs.${arm}`, figures),
              )),
        ],
      }),
    ],
  };
}

function timesRow(name: string, path: string, figures: Figures): Content[] {
  const times = ['mean', 'p50', 'p90', 'p95', 'p99', 'max'].map((key) =>
    figures.show(`${path}.${key}`, asDuration),
  );
  return [name, figures.show(`${path}.samples`, asCount), ...times];
}

/** What the pool gains over one process. */
export function speedupSection(
  { execution: { actors } }: RunSummary,
  comparison: ComparisonSummary,
  figures: Figures,
): PageSection {
  const rows = (['sequential-per-item', 'sequential-batched'] as const).map((arm) => [
    armName(arm, actors),
    figures.estimate(`comparison.speedup.${arm}`, asTimes),
    agreementText(comparison.answers[arm], comparison.tolerance),
  ]);
  return {
    id: 'speedup',
    title: 'Speed-up by actors',
    body: [
      figureMarkup(
        'Speed-up over one process with batches, with its 95 % interval, against the ideal of one more for each actor.',
        speedupChart(comparison, actors),
      ),
      tableMarkup({
        caption: `${plural(actors, 'actor')} against one process, over ${plural(comparison.minutes, 'minute')}`,
        columns: ['against', 'parallel is as fast', 'answers'],
        words: ['answers'],
        rows,
      }),
      markup`<p>Efficiency ${figures.show('comparison.efficiency', asPercent)} of ${plural(actors, 'actor')}${
        comparison.serialFraction === null || comparison.serialFraction > 1
          ? null
          : markup`; serial fraction (Karp-Flatt) ${figures.show('comparison.serialFraction', asRatio)}`
      }.</p>`,
    ],
  };
}

function speedupChart(comparison: ComparisonSummary, actors: number): Content {
  const { value, low, high } = comparison.speedup['sequential-batched'];
  const most = Math.max(actors, 2);
  return xyChart(
    `Speed-up of ${plural(actors, 'actor')}: ${threeFigures(value)}, interval ${threeFigures(low)} to ${threeFigures(high)}; ideal ${actors}.`,
    { title: 'actors', scale: wholeScale(most), text: String },
    { title: 'speed-up', scale: linearScale(Math.max(most, high)), text: tickText },
    [
      { name: 'measured', points: [{ x: actors, y: value, low, high }] },
      { name: 'ideal', points: [1, most].map((n) => ({ x: n, y: n })), isIdeal: true },
    ],
  );
}

/** Where the minutes' time went, over all and by actor. */
export function breakdownSection(
  { execution }: RunSummary,
  { breakdownMs, perActor }: MinutesSummary,
  figures: Figures,
): PageSection {
  return {
    id: 'breakdown',
    title: 'Where the time goes',
    body: breakdownBody(figures, {
      breakdownMs,
      breakdownPath: 'minutes.breakdownMs',
      breakdownNote: 'summed over all chunks and minutes',
      perActor,
      perActorPath: 'minutes.perActor',
      perActorNote: 'summed over all their chunks',
      of: execution.mode === 'parallel' ? plural(execution.actors, 'actor') : 'one process',
    }),
  };
}
