import type { ComparisonSummary } from '../../core/comparison.js';
import { linearScale, wholeScale } from '../../report/charts/scale.js';
import { tickText, xyChart } from '../../report/charts/xy-chart.js';
import {
  countText,
  durationText,
  figures,
  percentText,
  plural,
  speedupText,
  timesText,
} from '../../report/format.js';
import { figureMarkup, type Place } from '../../report/figures.js';
import { markup, type Content, type Markup } from '../../report/html/markup.js';
import {
  canvasMarkup,
  plotMarkup,
  sentencesMarkup,
  tile,
  tilesMarkup,
  type PageSection,
} from '../../report/html/parts.js';
import { tableMarkup } from '../../report/table.js';
import type { BandSeries } from './charts/band-series.js';
import type { WallCharts } from './charts/run-charts.js';
import type { RunSummary } from './run-summary.js';
import { allTimesTable, minutesNote, speedupTable } from './times-table.js';

/** Whether a minute fits, the advice, and the figures behind them. */
export function resultSection(run: Place<RunSummary>): PageSection {
  const { served, minutes, advice } = run.value;
  const verdict =
    minutes === null
      ? null
      : minutes.headroom >= 1
        ? markup`<p class="verdict good">✓ A minute’s work meets its deadline.</p>\n`
        : markup`<p class="verdict bad">✗ A minute’s work misses its deadline.</p>\n`;
  const tiles = served === null ? null : tilesMarkup(resultTiles(run));
  return { id: 'result', title: 'Result', body: [verdict, sentencesMarkup(advice), tiles] };
}

function resultTiles(run: Place<RunSummary>): Markup[] {
  return [
    ...throughputTiles(run),
    ...minuteTiles(run),
    ...scheduleTiles(run),
    ...speedupTiles(run),
    tile(
      'Utilization',
      figureMarkup(run.at('utilization'), percentText),
      'of the actors’ time was spent on items',
    ),
  ];
}

const duration = (place: Place<number | null>): Markup => figureMarkup(place, durationText);
const count = (place: Place<number | null>): Markup => figureMarkup(place, countText);

/** What the run as a whole took; where every minute was served alone, the figures of those say more. */
function throughputTiles(run: Place<RunSummary>): Markup[] {
  if (run.value.blocks === null) return [];
  const throughput = run.at('throughput');
  const rate = (place: Place<number>): Markup => figureMarkup(place, figures);
  const length = run.at('blocks').at('minutesPerBlock').at('p50');
  return [
    tile(
      'Items per second',
      rate(throughput.at('itemsPerSecond')),
      markup`${rate(throughput.at('minutesPerSecond'))} minutes per second, in blocks of ${count(length)}`,
    ),
  ];
}

function minuteTiles(run: Place<RunSummary>): Markup[] {
  if (run.value.minutes === null) return [];
  const minutes = run.at('minutes');
  const wallMs = minutes.at('wallMs');
  return [
    tile(
      '99th-percentile minute',
      duration(wallMs.at('p99')),
      markup`of ${count(wallMs.at('samples'))} minutes served alone`,
    ),
    tile(
      'Headroom',
      figureMarkup(minutes.at('headroom'), timesText),
      markup`deadline ${duration(run.at('deadlineMs'))}`,
    ),
    tile(
      'Late minutes',
      count(minutes.at('late')),
      minutes.at('scheduled').value !== null
        ? 'answered later than the deadline after their scheduled start'
        : 'took longer than the deadline',
    ),
    tile(
      'Would still fit',
      count(minutes.at('capacityItems')),
      markup`items per minute; the median minute has ${count(minutes.at('items').at('p50'))}`,
    ),
  ];
}

function scheduleTiles(run: Place<RunSummary>): Markup[] {
  const scheduled = run.at('minutes').at('scheduled');
  if (scheduled.value === null) return [];
  const late = duration(scheduled.at('latenessMs').at('p99'));
  return [
    tile(
      'Schedule to answers, p99',
      duration(scheduled.at('responseMs').at('p99')),
      markup`started ${late} late (p99)`,
    ),
  ];
}

function speedupTiles(run: Place<RunSummary>): Markup[] {
  const speedup = run.at('comparison').at('speedup').at('sequential-batched').at('value');
  if (speedup.value === null) return [];
  const title = `${plural(run.value.execution.actors, 'actor')} against one process`;
  return [tile(title, figureMarkup(speedup, speedupText), 'a minute alone, both with batches')];
}

/** Times per minute over the recording, and of each variant. */
export function timesSection(run: Place<RunSummary>, { blocks, alone }: WallCharts): PageSection {
  const inBlocks = blocks.samples > 0;
  const line = inBlocks ? blocks : alone;
  const note = minutesNote(run.value);
  return {
    id: 'times',
    title: 'Time per minute',
    body: [
      plotMarkup(timesCaption(run.value, line), canvasMarkup('minutes-plot', timesLabel(run.value))),
      tableMarkup('Service time per minute', allTimesTable(run)),
      note === null ? null : markup`<p class="note">${note}.</p>\n`,
    ],
  };
}

function timesLabel({ blocks, minutes, deadlineMs }: RunSummary): string {
  return [
    ...(blocks === null
      ? []
      : [
          `Service time per minute in ${plural(blocks.served, 'block')}: median ${durationText(blocks.perMinuteMs.p50)}.`,
        ]),
    ...(minutes === null
      ? []
      : [
          `Service time of ${plural(minutes.served, 'minute')} served alone: median ${durationText(minutes.wallMs.p50)}, slowest ${durationText(minutes.wallMs.max)}, deadline ${durationText(deadlineMs)}.`,
        ]),
  ].join(' ');
}

function timesCaption({ blocks, minutes, comparison }: RunSummary, line: BandSeries): string[] {
  const what = blocks === null ? 'minute' : 'block';
  const most = Math.max(...line.bands().map((band) => band.count));
  const marked =
    comparison !== null
      ? `Marks are the ${plural(comparison.minutes, 'minute')} that every variant served while nothing else ran.`
      : blocks !== null && minutes !== null
        ? `Marks are the ${plural(minutes.served, 'minute')} that were served alone.`
        : null;
  return [
    blocks === null
      ? 'Service time of each minute over the recording, without waiting behind another minute.'
      : 'Service time of each block over the recording, divided by its minutes, without waiting behind another block.',
    most > 1 ? ` The line is the median of ${plural(most, what)}, the band their smallest to largest.` : '',
    marked === null ? '' : ` ${marked}`,
  ];
}

/** What the pool gains over one process. */
export function speedupSection(run: Place<RunSummary>, comparison: ComparisonSummary): PageSection {
  const { actors } = run.value.execution;
  const { serialFraction } = comparison;
  const place = run.at('comparison');
  const serial =
    serialFraction === null || serialFraction > 1
      ? null
      : markup`; serial fraction (Karp-Flatt) ${figureMarkup(place.at('serialFraction'), figures)}`;
  return {
    id: 'speedup',
    title: 'Speed-up by actors',
    body: [
      plotMarkup(
        'Speed-up over one process with batches, with its 95 % interval. The ideal is one more for each actor.',
        speedupChart(comparison, actors),
      ),
      tableMarkup(
        `${plural(actors, 'actor')} against one process, over ${plural(comparison.minutes, 'minute')} served alone`,
        speedupTable(run),
      ),
      markup`<p>Efficiency of ${plural(actors, 'actor')}: ${figureMarkup(place.at('efficiency'), percentText)}${serial}.</p>`,
    ],
  };
}

function speedupChart({ speedup }: ComparisonSummary, actors: number): Content {
  const { value, low, high } = speedup['sequential-batched'];
  const most = Math.max(actors, 2);
  return xyChart(
    `Speed-up of ${plural(actors, 'actor')}: ${figures(value)}, interval ${figures(low)} to ${figures(high)}; ideal ${actors}.`,
    { title: 'actors', scale: wholeScale(most), text: String },
    { title: 'speed-up', scale: linearScale(Math.max(most, high)), text: tickText },
    [
      { name: 'measured', points: [{ x: actors, y: value, low, high }] },
      { name: 'ideal', points: [1, most].map((n) => ({ x: n, y: n })), isIdeal: true },
    ],
  );
}
