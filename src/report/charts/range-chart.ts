import type { Estimate } from '../../core/statistics.js';
import { markup, type Markup } from '../html/markup.js';
import type { Scale } from './scale.js';

/** One row: measurements round by round, and their middle with its interval. */
export interface RangeRow {
  readonly name: string;
  readonly dots: readonly number[];
  readonly middle: Estimate;
  /** The middle and its interval in words. */
  readonly text: string;
  readonly isWinner: boolean;
}

/** Room at both ends for dots and the outermost tick labels. */
const EDGE_PERCENT = 4;

/** Rows over one axis, each with its rounds as dots and its middle as a mark between the bounds of its interval. */
export function rangeChart(
  rows: readonly RangeRow[],
  scale: Scale,
  tickText: (value: number) => string,
): Markup {
  const place = (value: number): string =>
    `${Math.round(100 * (EDGE_PERCENT + (100 - 2 * EDGE_PERCENT) * scale.place(value))) / 100}%`;
  const grid = scale.ticks.map(
    (tick) => markup`<line class="grid" x1="${place(tick)}" x2="${place(tick)}" y1="0" y2="22"/>`,
  );
  const ticks = scale.ticks.map(
    (tick) => markup`<text x="${place(tick)}" y="13" text-anchor="middle">${tickText(tick)}</text>`,
  );
  return markup`<div class="ranges">${rows.map((row) => rowMarkup(row, place, grid))}
<svg width="100%" height="18" aria-hidden="true">${ticks}</svg></div>`;
}

function rowMarkup(row: RangeRow, place: (value: number) => string, grid: readonly Markup[]): Markup {
  const { name, dots, middle, text, isWinner } = row;
  const { value, low, high } = middle;
  const kind = isWinner ? 'c4' : 'c2';
  const marks = dots.map((dot) => markup`<circle cx="${place(dot)}" cy="11" r="3"/>`);
  return markup`<div class="named-bar"><p>${isWinner ? markup`<strong>${name}</strong> ✓` : name}: ${text}</p>
<svg class="range line ${kind}" width="100%" height="22" role="img" aria-label="${name}: ${text}">${grid}<g class="dots">${marks}</g><line x1="${place(low)}" x2="${place(high)}" y1="11" y2="11"/><line x1="${place(value)}" x2="${place(value)}" y1="3" y2="19"/></svg></div>
`;
}
