/**
 * The script of report.html: draws the page's data, and redraws it when the colours change or the page is printed.
 * uPlot is a global, inlined before this.
 */
import type { PlotData } from '../html/plot-data.js';
import { currentPalette, widthFor } from './canvas.js';
import { drawMinutes } from './minutes.js';
import { drawScores, drawValues } from './targets.js';

const data = JSON.parse(document.getElementById('plot-data')?.textContent ?? '{}') as Partial<PlotData>;
const choice = document.getElementById('target-choice') as HTMLSelectElement | null;
let plots: uPlot[] = [];

function drawAll(): void {
  for (const plot of plots) plot.destroy();
  const palette = currentPalette();
  const { minutes, targets } = data;
  const target = targets?.targets[Number(choice?.value ?? 0)];
  const threshold = targets?.threshold ?? null;
  plots = [
    ...(minutes ? inHolder('minutes-plot', (holder) => drawMinutes(holder, minutes, palette)) : []),
    ...(target ? inHolder('target-values', (holder) => drawValues(holder, target, palette)) : []),
    ...(target ? inHolder('target-scores', (holder) => drawScores(holder, target, threshold, palette)) : []),
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
choice?.addEventListener('change', drawAll);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
addEventListener('resize', fitAll);
addEventListener('beforeprint', () => setPrinting(true));
addEventListener('afterprint', () => setPrinting(false));
