/**
 * The script of report.html: draws the page's data, and redraws it when the colours change or the page is printed.
 * uPlot is a global, inlined before this.
 */
import type { PlotData, TargetsPlot } from '../html/plot-data.js';
import { currentPalette, widthFor, type Palette } from './canvas.js';
import { drawMinutes } from './minutes.js';
import { drawScores, drawValues } from './targets.js';

const data = JSON.parse(document.getElementById('plot-data')?.textContent ?? '{}') as Partial<PlotData>;
const choices = ['target-choice', 'event-choice'].map(
  (id) => document.getElementById(id) as HTMLSelectElement | null,
);
let plots: uPlot[] = [];

function drawAll(): void {
  for (const plot of plots) plot.destroy();
  const palette = currentPalette();
  const { minutes } = data;
  plots = [
    ...(minutes ? inHolder('minutes-plot', (holder) => drawMinutes(holder, minutes, palette)) : []),
    ...drawSeries('event', data.events, palette),
    ...drawSeries('target', data.targets, palette),
  ];
}

/** The values and the scores of the series that is chosen. */
function drawSeries(
  kind: 'event' | 'target',
  series: TargetsPlot | null | undefined,
  palette: Palette,
): uPlot[] {
  const choice = choices.find((one) => one?.id === `${kind}-choice`);
  const line = series?.targets[Number(choice?.value ?? 0)];
  if (!series || line === undefined) return [];
  return [
    ...inHolder(`${kind}-values`, (holder) => drawValues(holder, line, { palette, together: kind })),
    ...inHolder(`${kind}-scores`, (holder) =>
      drawScores(holder, line, series.threshold, { palette, together: kind }),
    ),
  ];
}

function inHolder(id: string, drawn: (holder: HTMLElement) => uPlot): uPlot[] {
  const holder = document.getElementById(id);
  return holder === null ? [] : [drawn(holder)];
}

function fitAll(): void {
  for (const plot of plots) {
    const holder = plot.root.parentElement;
    if (holder !== null) plot.setSize({ width: widthFor(holder), height: plot.height });
  }
}

function setPrinting(isPrinting: boolean): void {
  document.documentElement.classList.toggle('printing', isPrinting);
  drawAll();
}

drawAll();
for (const choice of choices) choice?.addEventListener('change', drawAll);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
addEventListener('resize', fitAll);
addEventListener('beforeprint', () => setPrinting(true));
addEventListener('afterprint', () => setPrinting(false));
