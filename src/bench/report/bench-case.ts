import { caseName } from './bench-names.js';
import type { BenchArm, BenchCase } from './bench-summary.js';
import { PARTS } from '../../report/breakdown-parts.js';
import { agrees } from '../../core/comparison.js';
import { durationText, figures as threeFigures, plural, roundDuration } from '../../report/format.js';
import { breakdownBar, namedBar, partsLegend } from '../../report/html/bars.js';
import { breakdownBody } from '../../report/html/breakdown.js';
import { asCount, asDuration, asPercent, asRatio, asTimes, type Figures } from '../../report/html/figures.js';
import { markup, type Content } from '../../report/html/markup.js';
import { figureMarkup, tableMarkup, type PageSection } from '../../report/html/parts.js';
import { rangeChart } from '../../report/charts/range-chart.js';
import { linearScale, logScale, wholeScale } from '../../report/charts/scale.js';
import { tickText, xyChart, type ChartLine } from '../../report/charts/xy-chart.js';

/** The arms of one case against one another. */
export function benchCaseSections(
  one: BenchCase,
  index: number,
  deadlineMs: number,
  figures: Figures,
): PageSection[] {
  const path = `cases.${index}`;
  const title = caseName(one);
  return [
    {
      id: `case-${index + 1}`,
      title,
      body: [
        figureMarkup(
          `Time per minute, ${plural(one.rounds, 'round')} each, taken in turn: dots are the rounds’ medians, bars the median of all rounds with its 95 % interval; a logarithmic axis. ✓ marks the winner: no other one is faster by more than the measurement can tell. ${deadlineText(one, deadlineMs)}`,
          armsChart(one),
        ),
        timesTable(one, path, figures),
        answersNote(one),
      ],
    },
    {
      id: `case-${index + 1}-speedup`,
      title: `Speed-up by actors: ${title}`,
      body: [
        figureMarkup(
          'Over one process with batches, with 95 % intervals, against the ideal of one more for each actor.',
          speedupChart(one),
        ),
        gainsTable(one, path, figures),
      ],
    },
    breakdownSection(one, path, figures, `case-${index + 1}-breakdown`),
  ];
}

/** The axis ends before a deadline that is far away. */
function deadlineText({ arms }: BenchCase, deadlineMs: number): string {
  const slowestMs = Math.max(...arms.map(({ wallMs }) => wallMs.max));
  const times = deadlineMs / slowestMs;
  return times >= 1
    ? `The deadline, ${roundDuration(deadlineMs)}, is ${threeFigures(times)} × the slowest minute of all.`
    : `The slowest minute of all took ${durationText(slowestMs)}, longer than the deadline of ${roundDuration(deadlineMs)}.`;
}

function armsChart({ arms, winner }: BenchCase): Content {
  const all = arms.flatMap(({ roundMs, medianMs }) => [...roundMs, medianMs.low, medianMs.high]);
  const rows = arms.map(({ name, roundMs, medianMs }) => ({
    name,
    dots: roundMs,
    middle: medianMs.value,
    low: medianMs.low,
    high: medianMs.high,
    text: `${durationText(medianMs.value)} (${durationText(medianMs.low)} to ${durationText(medianMs.high)})`,
    isWinner: name === winner,
  }));
  return rangeChart(rows, logScale(Math.min(...all), Math.max(...all)), roundDuration);
}

function timesTable({ arms, winner }: BenchCase, path: string, figures: Figures): Content {
  return tableMarkup({
    caption: 'Time per minute, and how many items would still fit the deadline',
    columns: ['arm', 'median (95 % interval)', 'p95', 'p99', 'max', 'outliers', 'items that fit'],
    rows: arms.map(({ name }, i) => {
      const arm = `${path}.arms.${i}`;
      return [
        armMarkup(name, winner),
        figures.estimate(`${arm}.medianMs`, asDuration),
        ...['p95', 'p99', 'max'].map((key) => figures.show(`${arm}.wallMs.${key}`, asDuration)),
        figures.show(`${arm}.outliers`, asCount),
        figures.show(`${arm}.capacityItems`, asCount),
      ];
    }),
  });
}

function gainsTable({ arms, winner }: BenchCase, path: string, figures: Figures): Content {
  return tableMarkup({
    caption:
      'How many times as fast as one process; efficiency and serial fraction (Karp-Flatt) are against batches',
    columns: ['arm', 'as one with batches', 'as one per item', 'efficiency', 'serial fraction'],
    rows: arms.map(({ name }, i) => {
      const arm = `${path}.arms.${i}`;
      return [
        armMarkup(name, winner),
        figures.estimate(`${arm}.speedup`, asTimes),
        figures.estimate(`${arm}.speedupPerItem`, asTimes),
        figures.show(`${arm}.efficiency`, asPercent),
        figures.show(`${arm}.serialFraction`, asRatio),
      ];
    }),
  });
}

function armMarkup(name: string, winner: string): Content {
  return name === winner ? markup`<strong>${name}</strong> ✓` : name;
}

/** Names the arms whose answers are not those of the first one. */
function answersNote({ arms, tolerance }: BenchCase): Content {
  const differing = arms.filter(({ answers }) => !agrees(answers, tolerance)).map(({ name }) => name);
  if (differing.length > 0) {
    return markup`<p><strong>The answers differ</strong> from those of the first arm: ${differing.join('; ')}.</p>`;
  }
  const largest = Math.max(...arms.map(({ answers }) => answers.maxDifference));
  return arms.every(({ answers }) => answers.identical)
    ? markup`<p>All arms gave the same answers, bit for bit.</p>`
    : markup`<p>All arms gave the same answers, with differences of at most ${largest.toExponential(1)}.</p>`;
}

function speedupChart({ arms }: BenchCase): Content {
  const lines: ChartLine[] = (['batched', 'per-item'] as const)
    .map((style) => ({
      name: style === 'batched' ? 'batched' : 'per item',
      points: arms
        .filter((arm) => arm.mode === 'parallel' && arm.style === style)
        .flatMap(speedupPoint)
        .sort((a, b) => a.x - b.x),
    }))
    .filter(({ points }) => points.length > 0);
  const most = Math.max(2, ...arms.map(({ actors }) => actors));
  const highest = Math.max(most, ...lines.flatMap(({ points }) => points.map(({ high }) => high ?? 0)));
  const label = lines
    .flatMap(({ name, points }) =>
      points.map(({ x, y }) => `${plural(x, 'actor')}, ${name}: ${threeFigures(y)}`),
    )
    .join('; ');
  return xyChart(
    `Speed-up: ${label}`,
    { title: 'actors', scale: wholeScale(most), text: String },
    { title: 'speed-up', scale: linearScale(highest), text: tickText },
    [...lines, { name: 'ideal', points: [1, most].map((n) => ({ x: n, y: n })), isIdeal: true }],
  );
}

function speedupPoint({ actors, speedup }: BenchArm): ChartLine['points'][number][] {
  return speedup === null ? [] : [{ x: actors, y: speedup.value, low: speedup.low, high: speedup.high }];
}

/** A bar an arm; the winner's parts and actors as figures. */
function breakdownSection(
  { arms, winner, ...rest }: BenchCase,
  path: string,
  figures: Figures,
  id: string,
): PageSection {
  const bars = arms.map(({ name, breakdownMs }) =>
    namedBar(name, breakdownBar(`${name}: ${partsText(breakdownMs)}`, breakdownMs)),
  );
  const at = arms.findIndex(({ name }) => name === winner);
  const won = arms[at];
  return {
    id,
    title: `Where the time goes: ${caseName(rest)}`,
    body: [
      figureMarkup('Shares of an average minute’s time, over its chunks, for each arm.', [
        ...bars,
        partsLegend(),
      ]),
      ...(won === undefined
        ? []
        : [
            markup`<h3>${won.name}</h3>\n`,
            breakdownBody(figures, {
              breakdownMs: won.breakdownMs,
              breakdownPath: `${path}.arms.${at}.breakdownMs`,
              breakdownNote: 'of an average minute, summed over its chunks',
              perActor: won.perActor,
              perActorPath: `${path}.arms.${at}.perActor`,
              perActorNote: 'summed over all timed minutes',
              of: won.name,
            }),
          ]),
    ],
  };
}

function partsText(parts: BenchArm['breakdownMs']): string {
  return PARTS.map(([part, name]) => `${name} ${durationText(parts[part])}`).join(', ');
}
