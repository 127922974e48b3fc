import type { TargetLine, TargetsPlot } from '../../report/html/plot-data.js';
import type { AnomalyEvent } from './anomaly-events.js';
import { PLOTTED_EVENTS, type EventPlot, type EventPlots } from './charts/event-plots.js';
import { decimalsFor, shortNumber } from './page-numbers.js';
import type { RunSummary } from './run-summary.js';

/** Null where this session has seen none of the first events. */
export function eventsPlot(
  { anomalies, input, model, threshold }: RunSummary,
  plots: Pick<EventPlots, 'plotOf'>,
): TargetsPlot | null {
  const lines = anomalies.listed.slice(0, PLOTTED_EVENTS).flatMap((event): TargetLine[] => {
    const plot = plots.plotOf(event);
    if (plot === null) return [];
    const columns =
      event.column === null ? (model.columns === 'each' ? input.columns : model.columns) : [event.column];
    return [eventLine(event, plot, columns, input.intervalMs)];
  });
  return lines.length === 0 ? null : { threshold: threshold?.score ?? null, targets: lines };
}

function eventLine(
  event: AnomalyEvent,
  plot: EventPlot,
  columns: readonly string[],
  intervalMs: number,
): TargetLine {
  const { width, values, scores, fromMs } = plot;
  const peak = Math.round((Date.parse(event.peak) - fromMs) / intervalMs);
  const column = movedMost(plot, peak);
  const all = Array.from(scores, (_, i) => values[i * width + column]!);
  const isKnown = (i: number): boolean => !Number.isNaN(all[i]!) || !Number.isNaN(scores[i]!);
  const known = [...all.keys()].filter(isKnown);
  const [first = 0, last = 0] = [known[0], known.at(-1)];
  const decimals = decimalsFor(all);
  const seen = <T>(of: (i: number) => T): T[] =>
    Array.from({ length: last - first + 1 }, (_, i) => of(first + i));
  const name = event.column === null ? event.target : `${event.target}, ${event.column}`;
  return {
    target: `${event.first}, ${name}`,
    column: columns[column] ?? '',
    minutesPerBucket: 1,
    steps: seen((i) => (i === first ? fromMs + i * intervalMs : intervalMs) / 1000),
    end: (fromMs + (last + 1) * intervalMs) / 1000,
    low: seen((i) => (Number.isFinite(all[i]!) ? Number(all[i]!.toFixed(decimals)) : null)),
    high: null,
    score: seen((i) => (Number.isFinite(scores[i]!) ? shortNumber(scores[i]!) : null)),
    flagged: seen((i) => i)
      .filter((i) => plot.flagged[i] === 1)
      .map((i) => i - first),
    labelled: seen((i) => i)
      .filter((i) => plot.labelled[i] === 1)
      .map((i) => i - first),
  };
}

/** The column whose value at the peak is the furthest from its mean, in standard deviations of its other values. */
function movedMost({ width, values }: EventPlot, peak: number): number {
  let [best, bestDistance] = [0, -1];
  for (let column = 0; column < width; column++) {
    const others = Array.from(
      { length: values.length / width },
      (_, i) => values[i * width + column]!,
    ).filter((value, i) => i !== peak && !Number.isNaN(value));
    const mean = others.reduce((sum, value) => sum + value, 0) / others.length;
    const variance = others.reduce((sum, value) => sum + (value - mean) ** 2, 0) / others.length;
    const distance = Math.abs(values[peak * width + column]! - mean) / Math.sqrt(variance);
    if (distance > bestDistance) [best, bestDistance] = [column, distance];
  }
  return best;
}
