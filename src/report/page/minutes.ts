import { countText, roundDuration } from '../format.js';
import type { BandLine, MinutesPlot } from '../html/plot-data.js';
import {
  durationValue,
  extent,
  heightFor,
  horizontalLine,
  lineText,
  marksSeries,
  plotIn,
  timeAxis,
  timeSeries,
  translucent,
  valueAxis,
  type Mark,
  type Palette,
} from './canvas.js';

/** A deadline further above the slowest minute would squash everything else. */
const DEADLINE_IN_SIGHT = 200;
/** Above this spread, a logarithmic axis shows more. */
const LOG_FROM = 15;
/** Marks of compared variants, in their order, with their sign for the legend. */
const COMPARED_MARKS: readonly (readonly [Mark, string])[] = [
  ['triangle', '▲'],
  ['square', '■'],
  ['circle', '●'],
];

/** All minutes as a line with its band, compared minutes as marks, and the deadline where it is in sight. */
export function drawMinutes(holder: HTMLElement, plot: MinutesPlot, palette: Palette): uPlot {
  const { written, compared, deadlineMs } = plot;
  const [min, max] = extent([written, ...compared].flatMap(valuesOf));
  const isInSight = deadlineMs <= max * DEADLINE_IN_SIGHT;
  const high = isInSight ? Math.max(max, deadlineMs) : max;
  const isLog = high / min > LOG_FROM;
  const range = (): uPlot.Range.MinMax => (isLog ? uPlot.rangeLog(min, high, 10, false) : [0, high * 1.12]);
  const axis = valueAxis(palette, roundDuration);
  return plotIn(holder, joinedColumns(plot), {
    height: heightFor(340),
    series: [timeSeries, ...writtenSeries(written, palette), ...comparedSeries(compared, palette)],
    bands: written.range === null ? [] : [{ series: [1, 2], fill: translucent(palette.value) }],
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- an ambient const enum has no name here
    scales: { y: isLog ? { distr: 3, range } : { range } },
    axes: [timeAxis(palette), { ...axis, grid: { ...axis.grid, filter: isLog ? decadesOnly : everySplit } }],
    hooks: { draw: [(u) => drawDeadline(u, deadlineMs, isInSight ? null : deadlineMs / max, palette)] },
  });
}

/** Grid lines for the steps in between would dominate the plot. */
function decadesOnly(_: uPlot, splits: number[]): (number | null)[] {
  return splits.map((split) => (Number.isInteger(Number(Math.log10(split).toFixed(9))) ? split : null));
}

function everySplit(_: uPlot, splits: number[]): number[] {
  return splits;
}

function valuesOf({ median, range }: BandLine): number[] {
  return [...median, ...(range?.min ?? []), ...(range?.max ?? [])];
}

/** Lines over different minutes, on one x axis. */
function joinedColumns({ written, compared }: MinutesPlot): uPlot.AlignedData {
  const { x, median, range } = written;
  const own = [x, ...(range === null ? [] : [range.max, range.min]), median].map((values) => [...values]);
  const others = compared.map((line) => [[...line.x], [...line.median]]);
  return uPlot.join([own, ...others] as uPlot.AlignedData[]);
}

function writtenSeries({ name, x, range }: BandLine, { value: stroke }: Palette): uPlot.Series[] {
  const shared = { stroke, value: durationValue, spanGaps: true };
  const edge = { ...shared, width: 0, points: { show: false } };
  const edges =
    range === null
      ? []
      : [
          { ...edge, label: 'largest' },
          { ...edge, label: 'smallest' },
        ];
  return [...edges, { ...shared, label: name, width: 1.5, points: { show: x.length < 3 } }];
}

function comparedSeries(compared: readonly BandLine[], palette: Palette): uPlot.Series[] {
  return compared.map(({ name }, i) => {
    const [mark, sign] = COMPARED_MARKS[i % COMPARED_MARKS.length] ?? ['circle', '●'];
    const colour = palette.compared[i % palette.compared.length] ?? palette.ink;
    return { ...marksSeries(mark, colour), label: `${sign} ${name}`, value: durationValue };
  });
}

/** @param timesAbove how far above the slowest minute it is; null where it is in sight */
function drawDeadline(u: uPlot, deadlineMs: number, timesAbove: number | null, { late }: Palette): void {
  const name = `deadline ${roundDuration(deadlineMs)}`;
  if (timesAbove === null) {
    const y = u.valToPos(deadlineMs, 'y', true);
    horizontalLine(u, y, late);
    lineText(u, y, name, late);
  } else {
    const times = countText(Math.floor(timesAbove));
    lineText(u, u.bbox.top, `↑ ${name}: ${times} × the slowest minute`, late);
  }
}
