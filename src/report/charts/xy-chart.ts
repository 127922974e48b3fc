import { markup, type Markup } from '../html/markup.js';
import type { Scale } from './scale.js';

export interface ChartAxis {
  readonly title: string;
  readonly scale: Scale;
  readonly text: (value: number) => string;
}

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** Interval around `y`, if it is known. */
  readonly low?: number;
  readonly high?: number;
}

export interface ChartLine {
  readonly name: string;
  readonly points: readonly ChartPoint[];
  /** An expectation to compare with: dashed and without marks. */
  readonly isIdeal?: boolean;
}

const HEIGHT = 230;
const TOP = 26;
const BOTTOM = HEIGHT - 40;
const LEFT_PERCENT = 13;
const WIDTH_PERCENT = 84;

/** One for each colour, so that lines differ without colours too. */
const MARKS = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0',
  'M-4 -4h8v8h-8z',
  'M0 -5L5 4H-5z',
  'M0 -5L5 0L0 5L-5 0z',
  'M-5 -4H5L0 5z',
  'M-2 -5h4v3h3v4h-3v3h-4v-3h-3v-4h3z',
] as const;

/**
 * Lines with marks and intervals. Positions along the x axis are shares of the width, so that the chart fits any page
 * without scaling its text.
 */
export function xyChart(label: string, x: ChartAxis, y: ChartAxis, lines: readonly ChartLine[]): Markup {
  const place: Place = {
    x: (value) => `${round(LEFT_PERCENT + WIDTH_PERCENT * x.scale.place(value))}%`,
    y: (value) => round(BOTTOM - (BOTTOM - TOP) * y.scale.place(value)),
  };
  const shown = lines.map((line, i) => lineMarkup(line, i, place));
  return markup`<svg class="chart" width="100%" height="${HEIGHT}" role="img" aria-label="${label}">
${xTicks(x, place)}${yTicks(y, place)}
${shown}</svg>
${legendMarkup(lines)}`;
}

interface Place {
  readonly x: (value: number) => string;
  readonly y: (value: number) => number;
}

function xTicks({ title, scale, text }: ChartAxis, place: Place): Markup {
  const ticks = scale.ticks.map(
    (tick) => markup`<text x="${place.x(tick)}" y="${BOTTOM + 16}" text-anchor="middle">${text(tick)}</text>`,
  );
  return markup`${ticks}<text class="axis" x="${LEFT_PERCENT + WIDTH_PERCENT / 2}%" y="${HEIGHT - 6}" text-anchor="middle">${title}</text>`;
}

function yTicks({ title, scale, text }: ChartAxis, place: Place): Markup {
  const ticks = scale.ticks.map((tick) => {
    const at = place.y(tick);
    return markup`<line class="grid" x1="${LEFT_PERCENT}%" x2="${LEFT_PERCENT + WIDTH_PERCENT}%" y1="${at}" y2="${at}"/><text x="${LEFT_PERCENT - 1.5}%" y="${at + 4}" text-anchor="end">${text(tick)}</text>`;
  });
  return markup`${ticks}<text class="axis" x="${LEFT_PERCENT}%" y="12">${title}</text>`;
}

function lineMarkup({ points, isIdeal = false }: ChartLine, index: number, place: Place): Markup {
  const kind = isIdeal ? 'ideal' : colourOf(index);
  const segments = points
    .slice(1)
    .map(
      (point, i) =>
        markup`<line x1="${place.x(points[i]!.x)}" y1="${place.y(points[i]!.y)}" x2="${place.x(point.x)}" y2="${place.y(point.y)}"/>`,
    );
  const marks = isIdeal ? null : points.map((point) => pointMarkup(point, index, place));
  return markup`<g class="line ${kind}">${segments}${marks}</g>\n`;
}

function pointMarkup({ x, y, low, high }: ChartPoint, index: number, place: Place): Markup {
  const whisker =
    low === undefined || high === undefined
      ? null
      : markup`<line class="whisker" x1="${place.x(x)}" x2="${place.x(x)}" y1="${place.y(low)}" y2="${place.y(high)}"/>`;
  return markup`${whisker}<svg x="${place.x(x)}" y="${place.y(y)}" overflow="visible"><path class="mark" d="${markOf(index)}"/></svg>`;
}

function legendMarkup(lines: readonly ChartLine[]): Markup {
  const entries = lines.map(({ name, isIdeal = false }, i) => {
    const key = isIdeal
      ? markup`<line class="ideal" x1="0" x2="20" y1="7" y2="7"/>`
      : markup`<g class="line ${colourOf(i)}"><line x1="0" x2="20" y1="7" y2="7"/><path class="mark" transform="translate(10 7)" d="${markOf(i)}"/></g>`;
    return markup`<li><svg width="20" height="14" aria-hidden="true">${key}</svg> ${name}</li>`;
  });
  return markup`<ul class="legend">${entries}</ul>`;
}

/** A tick's number, as short as possible. */
export function tickText(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function markOf(index: number): string {
  return MARKS[index % MARKS.length] ?? MARKS[0];
}

/** Skips the first colour, grey, which is for minor things. */
function colourOf(index: number): string {
  return `c${(index % MARKS.length) + 2}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
