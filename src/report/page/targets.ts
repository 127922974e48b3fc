import type { TargetLine } from '../html/plot-data.js';
import {
  extent,
  heightFor,
  horizontalLine,
  marksSeries,
  plainValue,
  plotIn,
  shortNumberText,
  timeAxis,
  timeSeries,
  translucent,
  valueAxis,
  type Palette,
} from './canvas.js';

/** How a plot looks, and with which others it is zoomed. */
export interface PlotLook {
  readonly palette: Palette;
  readonly together: string;
}

function cursorOf(together: string): uPlot.Cursor {
  return { sync: { key: together, scales: ['x', null] } };
}

/** A target's values, labelled spans shaded. */
export function drawValues(holder: HTMLElement, line: TargetLine, { palette, together }: PlotLook): uPlot {
  const { low, high, column } = line;
  const x = startTimes(line);
  const shared = { stroke: palette.value, width: 1.25, points: { show: x.length < 3 }, value: plainValue };
  const [series, columns] =
    high === null
      ? [[{ ...shared, label: column }], [[...low]]]
      : [
          [
            { ...shared, label: `${column}, largest` },
            { ...shared, label: `${column}, smallest` },
          ],
          [[...high], [...low]],
        ];
  return plotIn(holder, [x, ...columns], {
    height: heightFor(220),
    series: [timeSeries, ...series],
    bands: high === null ? [] : [{ series: [1, 2], fill: translucent(palette.value) }],
    axes: [timeAxis(palette), valueAxis(palette, shortNumberText)],
    cursor: cursorOf(together),
    hooks: { drawClear: [(u) => shadeLabelled(u, line, palette)] },
  });
}

/** A target's scores with the threshold and the flags, labelled spans shaded. */
export function drawScores(
  holder: HTMLElement,
  line: TargetLine,
  threshold: number | null,
  { palette, together }: PlotLook,
): uPlot {
  const x = startTimes(line);
  const flagged = new Set(line.flagged);
  const flags = line.score.map((score, i) => (flagged.has(i) ? score : null));
  const [least, most] = extent([0, threshold, ...line.score]);
  const marginTop = (most - least || 1) * 0.08;
  return plotIn(holder, [x, [...line.score], flags], {
    height: heightFor(200),
    series: [
      timeSeries,
      {
        label: 'score',
        stroke: palette.score,
        width: 1.25,
        points: { show: x.length < 3 },
        value: plainValue,
      },
      { ...marksSeries('triangle', palette.late), label: '▲ flagged', value: plainValue },
    ],
    scales: { y: { range: [least, most + marginTop] } },
    axes: [timeAxis(palette), valueAxis(palette, shortNumberText)],
    cursor: cursorOf(together),
    hooks: {
      drawClear: [(u) => shadeLabelled(u, line, palette)],
      draw: [(u) => drawThreshold(u, threshold, palette)],
    },
  });
}

function drawThreshold(u: uPlot, threshold: number | null, { ink }: Palette): void {
  if (threshold !== null) horizontalLine(u, u.valToPos(threshold, 'y', true), ink);
}

function shadeLabelled(u: uPlot, line: TargetLine, { shade }: Palette): void {
  const x = u.data[0];
  const { left, top, width, height } = u.bbox;
  u.ctx.save();
  u.ctx.beginPath();
  u.ctx.rect(left, top, width, height);
  u.ctx.clip();
  u.ctx.fillStyle = shade;
  for (const i of line.labelled) {
    const from = u.valToPos(x[i] ?? 0, 'x', true);
    const to = u.valToPos(x[i + 1] ?? line.end, 'x', true);
    u.ctx.fillRect(from, top, Math.max(to - from, devicePixelRatio), height);
  }
  u.ctx.restore();
}

function startTimes({ steps }: TargetLine): number[] {
  let at = 0;
  return steps.map((step) => (at += step));
}
