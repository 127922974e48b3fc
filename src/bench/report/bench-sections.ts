import { breakdownBar, breakdownBody, partsLegend } from '../../report/breakdown.js';
import { rangeChart } from '../../report/charts/range-chart.js';
import { linearScale, logScale, wholeScale } from '../../report/charts/scale.js';
import { tickText, xyChart, type ChartLine, type ChartPoint } from '../../report/charts/xy-chart.js';
import {
  countText,
  durationText,
  estimateText,
  figures,
  plural,
  roundDuration,
} from '../../report/format.js';
import { markup, type Content, type Markup } from '../../report/html/markup.js';
import { plotMarkup, type PageSection } from '../../report/html/parts.js';
import { elements, type Place } from '../../report/figures.js';
import { tableMarkup } from '../../report/table.js';
import { bySetup, caseName } from './bench-names.js';
import type { BenchCase, BenchSummary, BenchVariant } from './bench-summary.js';
import { breakEvenTable, itemCostTable } from './break-even.js';
import { answersText, gainsTable, timesTable } from './variant-tables.js';

/** The variants of one case against one another. */
export function caseSections(one: Place<BenchCase>, id: string, deadlineMs: number): PageSection[] {
  const title = caseName(one.value);
  const caption = `Time per minute, ${plural(one.value.rounds, 'round')} for each variant, in turn, on a logarithmic axis. Dots are the rounds’ medians; bars are the median of all rounds with its 95 % interval. ✓ marks the winner: no other variant is measurably faster. ${deadlineText(one.value, deadlineMs)}`;
  const answers = answersText(one.value);
  return [
    {
      id,
      title,
      body: [
        plotMarkup(caption, variantsChart(one.value)),
        tableMarkup('Time per minute, and how many items would still fit the deadline', timesTable(one)),
        markup`<p>${answers.includes('DIFFER') ? markup`<strong>${answers}</strong>` : answers}</p>`,
      ],
    },
    {
      id: `${id}-speedup`,
      title: `Speed-up by actors: ${title}`,
      body: [
        plotMarkup(
          'Over one process with batches, with 95 % intervals. The ideal is one more for each actor.',
          speedupChart(one.value),
        ),
        tableMarkup(
          'Speed-up over one process; efficiency and serial fraction (Karp-Flatt) are against batches',
          gainsTable(one),
        ),
      ],
    },
    breakdownSection(one, `${id}-breakdown`),
  ];
}

/** The axis ends before a deadline that is far away. */
function deadlineText({ arms }: BenchCase, deadlineMs: number): string {
  const slowestMs = Math.max(...arms.map(({ wallMs }) => wallMs.max));
  const times = deadlineMs / slowestMs;
  return times >= 1
    ? `The deadline, ${roundDuration(deadlineMs)}, is ${figures(times)} × the slowest minute of all.`
    : `The slowest minute of all took ${durationText(slowestMs)}, longer than the deadline of ${roundDuration(deadlineMs)}.`;
}

function variantsChart({ arms, winner }: BenchCase): Content {
  const all = arms.flatMap(({ roundMs, medianMs }) => [...roundMs, medianMs.low, medianMs.high]);
  const rows = arms.map(({ name, roundMs, medianMs }) => ({
    name,
    dots: roundMs,
    middle: medianMs,
    text: estimateText(medianMs, durationText),
    isWinner: name === winner,
  }));
  return rangeChart(rows, logScale(Math.min(...all), Math.max(...all)), roundDuration);
}

function speedupChart({ arms }: BenchCase): Content {
  const lines = (['batched', 'per-item'] as const)
    .map((style) => ({
      name: style === 'batched' ? 'batched' : 'per item',
      points: arms
        .filter((variant) => variant.mode === 'parallel' && variant.style === style)
        .flatMap(speedupPoint)
        .sort((a, b) => a.x - b.x),
    }))
    .filter(({ points }) => points.length > 0);
  const most = Math.max(2, ...arms.map(({ actors }) => actors));
  const highest = Math.max(most, ...lines.flatMap(({ points }) => points.map(({ high }) => high ?? 0)));
  const label = lines.flatMap(({ name, points }) =>
    points.map(({ x, y }) => `${plural(x, 'actor')}, ${name}: ${figures(y)}`),
  );
  return xyChart(
    `Speed-up: ${label.join('; ')}`,
    { title: 'actors', scale: wholeScale(most), text: String },
    { title: 'speed-up', scale: linearScale(highest), text: tickText },
    [...lines, { name: 'ideal', points: [1, most].map((n) => ({ x: n, y: n })), isIdeal: true }],
  );
}

function speedupPoint({ actors, speedup }: BenchVariant): ChartPoint[] {
  return speedup === null ? [] : [{ x: actors, y: speedup.value, low: speedup.low, high: speedup.high }];
}

/** A bar for each variant; the winner's parts and actors as figures. */
function breakdownSection(one: Place<BenchCase>, id: string): PageSection {
  const { arms, winner } = one.value;
  const bars = arms.map(({ name, breakdownMs }) => breakdownBar(name, breakdownMs));
  const won = elements(one.at('arms')).find(({ value }) => value.name === winner);
  const details =
    won === undefined
      ? null
      : [
          markup`<h3>${winner}</h3>\n`,
          breakdownBody({
            breakdown: won.at('breakdownMs'),
            note: 'of an average minute, summed over its chunks',
            perActor: won.at('perActor'),
            perActorNote: 'summed over all timed minutes',
            of: winner,
          }),
        ];
  return {
    id,
    title: `Where the time goes: ${caseName(one.value)}`,
    body: [
      plotMarkup('Shares of an average minute’s time, over its chunks, for each variant.', [
        ...bars,
        partsLegend(),
      ]),
      details,
    ],
  };
}

/** How times grow with the items, and where actors start to pay; nothing where all cases have as many items. */
export function itemsSections(summary: Place<BenchSummary>): PageSection[] {
  const setups = [...bySetup(summary.value.cases)].filter(([, cases]) => cases.length > 1);
  if (setups.length === 0 && summary.value.breakEven.length === 0) return [];
  const charts = setups.map(([name, cases]) =>
    plotMarkup(
      `Median time per minute by its items, ${name}; both axes are logarithmic.`,
      itemsChart(name, cases),
    ),
  );
  const breakEven =
    summary.value.breakEven.length === 0
      ? null
      : tableMarkup(
          'From how many items on actors are faster than one process with batches',
          breakEvenTable(summary.at('breakEven')),
        );
  return [
    {
      id: 'items',
      title: 'Times by items, and where actors start to pay',
      body: [
        charts,
        breakEven,
        tableMarkup(
          'Which cost of an item, in one process, makes actors pay',
          itemCostTable(summary.at('cases')),
        ),
      ],
    },
  ];
}

function itemsChart(setup: string, cases: readonly BenchCase[]): Markup {
  const ordered = [...cases].sort((a, b) => a.items - b.items);
  const names = new Set(ordered.flatMap(({ arms }) => arms.map(({ name }) => name)));
  const lines: ChartLine[] = [...names]
    .map((name) => ({ name, points: ordered.flatMap((one) => timePoint(one, name)) }))
    .filter(({ points }) => points.length > 1);
  const times = lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [low ?? NaN, high ?? NaN]));
  const items = ordered.map((one) => one.items);
  return xyChart(
    `Median time per minute by items, ${setup}: ${lines.map(({ name }) => name).join(', ')}`,
    { title: 'items', scale: logScale(Math.min(...items), Math.max(...items)), text: countText },
    {
      title: 'time per minute',
      scale: logScale(Math.min(...times), Math.max(...times)),
      text: roundDuration,
    },
    lines,
  );
}

function timePoint({ items, arms }: BenchCase, name: string): ChartPoint[] {
  const variant = arms.find((one) => one.name === name);
  if (variant === undefined) return [];
  const { value, low, high } = variant.medianMs;
  return [{ x: items, y: value, low, high }];
}
