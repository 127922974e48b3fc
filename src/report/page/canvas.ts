/// <reference types="uplot" />
import { roundDuration } from '../format.js';

/** The style's colours, which change with the scheme and on paper. */
export interface Palette {
  readonly ink: string;
  readonly faint: string;
  readonly edge: string;
  readonly shade: string;
  readonly late: string;
  readonly value: string;
  readonly score: string;
  /** Of compared variants, in their order. */
  readonly compared: readonly string[];
}

export type Mark = 'circle' | 'square' | 'triangle';

/** Fits A4 and Letter within their margins, CSS px. */
const PAPER_WIDTH = 640;
/** Of a plot's height on a screen: paper is short of height. */
const PAPER_HEIGHT = 0.7;
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

export function currentPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour('ink'),
    faint: colour('faint'),
    edge: colour('edge'),
    shade: colour('shade'),
    late: colour('late'),
    value: colour('c2'),
    score: colour('c5'),
    compared: [colour('c6'), colour('c4'), colour('c7')],
  };
}

export function heightFor(screenHeight: number): number {
  return isPrinting() ? Math.round(screenHeight * PAPER_HEIGHT) : screenHeight;
}

export function widthFor(holder: HTMLElement): number {
  return isPrinting() ? PAPER_WIDTH : Math.max(200, holder.clientWidth);
}

function isPrinting(): boolean {
  return document.documentElement.classList.contains('printing');
}

/** Makes a plot over UTC time as wide as its holder. */
export function plotIn(
  holder: HTMLElement,
  columns: (number | null)[][] | uPlot.AlignedData,
  options: Omit<uPlot.Options, 'width'>,
): uPlot {
  const base: Omit<uPlot.Options, 'width' | 'height' | 'series'> = {
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { markers: { width: 0, fill: (u, series) => strokeOf(u, series) } },
  };
  return new uPlot({ ...base, ...options, width: widthFor(holder) }, columns as uPlot.AlignedData, holder);
}

function strokeOf(u: uPlot, index: number): string {
  const stroke: unknown = u.series[index]?.stroke;
  const value: unknown =
    typeof stroke === 'function' ? (stroke as (u: uPlot, index: number) => unknown)(u, index) : stroke;
  return typeof value === 'string' ? value : 'transparent';
}

/** `[min, max]`, nulls ignored. */
export function extent(values: readonly (number | null)[]): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return [min, max];
}

export const timeSeries: uPlot.Series = {
  label: 'time',
  value: (_, seconds: number | null) => (seconds === null ? '–' : timeText(seconds)),
};

export function durationValue(_: uPlot, value: number | null): string {
  return value === null ? '–' : roundDuration(value);
}

export function plainValue(_: uPlot, value: number | null): string {
  return value === null ? '–' : numberText(value);
}

export function timeAxis(palette: Palette): uPlot.Axis {
  return {
    ...axisLook(palette),
    space: 70,
    // Step, text, and what is added where the year or the day changes; the last 1: added to the text, not replacing it.
    values: [
      [31_536_000, '{YYYY}', null, null, null, null, null, null, 1],
      [2_419_200, '{YYYY}-{MM}', null, null, null, null, null, null, 1],
      [86_400, '{MM}-{DD}', '\n{YYYY}', null, null, null, null, null, 1],
      [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
      [0.001, '{HH}:{mm}:{ss}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
    ],
  };
}

export function valueAxis(palette: Palette, text: (value: number) => string): uPlot.Axis {
  return {
    ...axisLook(palette),
    size: 58,
    values: (_, splits: (number | null)[]) => splits.map((split) => (split === null ? '' : text(split))),
  };
}

function axisLook({ faint, edge }: Palette): uPlot.Axis {
  const line = { stroke: edge, width: 1 };
  return { stroke: faint, font: `12px ${FONT}`, grid: line, ticks: { ...line, size: 5 } };
}

/** A dashed line over the whole width, at `y` in canvas pixels. */
export function horizontalLine(u: uPlot, y: number, colour: string): void {
  u.ctx.save();
  u.ctx.strokeStyle = colour;
  u.ctx.lineWidth = 1.5 * devicePixelRatio;
  u.ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  u.ctx.beginPath();
  u.ctx.moveTo(u.bbox.left, y);
  u.ctx.lineTo(u.bbox.left + u.bbox.width, y);
  u.ctx.stroke();
  u.ctx.restore();
}

/** Text at the right end of the plot, above `y` in canvas pixels where there is room, else below. */
export function lineText(u: uPlot, y: number, text: string, colour: string): void {
  const isAbove = y - u.bbox.top > 20 * devicePixelRatio;
  u.ctx.save();
  u.ctx.fillStyle = colour;
  u.ctx.font = `${12 * devicePixelRatio}px ${FONT}`;
  u.ctx.textAlign = 'right';
  u.ctx.textBaseline = isAbove ? 'bottom' : 'top';
  u.ctx.fillText(text, u.bbox.left + u.bbox.width, y + (isAbove ? -4 : 4) * devicePixelRatio);
  u.ctx.restore();
}

/** A series of marks without a line; marks differ in shape as well as in colour. */
export function marksSeries(mark: Mark, colour: string): uPlot.Series {
  return {
    stroke: colour,
    paths: () => null,
    points: {
      show: true,
      size: 8,
      width: 1,
      stroke: colour,
      fill: colour,
      paths: (u, series, from, to) => {
        const path = marksPath(u, { series, from, to, mark });
        return { stroke: path, fill: path, flags: 2 };
      },
    },
  };
}

function marksPath(
  u: uPlot,
  { series, from, to, mark }: { series: number; from: number; to: number; mark: Mark },
): Path2D {
  const path = new Path2D();
  const size = 3 * devicePixelRatio;
  for (let i = from; i <= to; i++) {
    const value = u.data[series]?.[i];
    if (value === null || value === undefined) continue;
    addMark(path, mark, u.valToPos(u.data[0][i] ?? 0, 'x', true), u.valToPos(value, 'y', true), size);
  }
  return path;
}

function addMark(path: Path2D, mark: Mark, x: number, y: number, size: number): void {
  switch (mark) {
    case 'square':
      path.rect(x - size, y - size, 2 * size, 2 * size);
      return;
    case 'circle':
      path.moveTo(x + size, y);
      path.arc(x, y, size, 0, 2 * Math.PI);
      return;
    case 'triangle':
      path.moveTo(x, y - 1.3 * size);
      path.lineTo(x + 1.3 * size, y + size);
      path.lineTo(x - 1.3 * size, y + size);
      path.closePath();
  }
}

export function translucent(colour: string): string {
  return `color-mix(in srgb, ${colour} 25%, transparent)`;
}

function numberText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(1);
  return value.toLocaleString('en-US', { maximumFractionDigits: size >= 100 ? 1 : 4 });
}

/** For an axis: `1.5M`. */
export function shortNumberText(value: number): string {
  if (Math.abs(value) < 10_000) return numberText(value);
  return value.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 2 });
}

/** `2018-04-30 12:05`, UTC. */
function timeText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}
