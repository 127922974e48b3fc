import { minuteOffset, type Answers, type Block } from '../../../core/block.js';
import { isoTime } from '../../../core/time.js';
import type { AnomalyEvent, GrowingEvent } from '../anomaly-events.js';

/** Events with a plot. */
export const PLOTTED_EVENTS = 10;
/** Intervals that a plot shows before the peak, and after it. */
const BEFORE = 90;
const AFTER = 30;
const SHOWN = BEFORE + 1 + AFTER;

/** A series around the peak of an event, as far as it was seen. */
export interface EventPlot {
  /** Of the first interval, epoch ms. */
  fromMs: number;
  /** Columns of the series. */
  readonly width: number;
  /** `[intervals, width]`; NaN where unknown. */
  readonly values: Float64Array;
  /** `[intervals]`; NaN where unknown. */
  readonly scores: Float32Array;
  /** `[intervals]`: 1 where flagged, or labelled 1. */
  readonly flagged: Uint8Array;
  readonly labelled: Uint8Array;
}

/**
 * Keeps the surroundings of the best events so far. Costs nothing where a block is far from all of them: what came
 * before an event is in the look-back of its block.
 */
export class EventPlots {
  #plots = new Map<GrowingEvent, EventPlot>();

  /**
   * Takes a block whose flagged rows were added to the events.
   *
   * @param leading the best events so far, at most `PLOTTED_EVENTS`
   */
  addBlock(block: Block, answers: Answers, leading: readonly GrowingEvent[]): void {
    const { minutesMs, intervalMs } = block;
    const startMs = minutesMs[0]!;
    for (const event of leading) {
      const fromMs = event.minuteMs - BEFORE * intervalMs;
      if (startMs >= fromMs + SHOWN * intervalMs) continue;
      const series = seriesOf(block, event);
      if (series < 0) continue;
      const plot = this.#plots.get(event) ?? emptyPlot(block.width, fromMs);
      if (!this.#plots.has(event)) this.#plots.set(event, plot);
      moveTo(plot, fromMs, intervalMs);
      addValues(plot, block, series);
      addRows(plot, block, answers, series);
    }
    if (this.#plots.size > 2 * PLOTTED_EVENTS) this.#forget(leading);
  }

  /** The surroundings of an event's peak; null: this session did not see it. */
  plotOf({ target, column, peak }: AnomalyEvent): EventPlot | null {
    for (const [event, plot] of this.#plots) {
      if (event.target === target && event.column === column && isoTime(event.minuteMs) === peak) return plot;
    }
    return null;
  }

  #forget(leading: readonly GrowingEvent[]): void {
    const wanted = new Set(leading);
    this.#plots = new Map([...this.#plots].filter(([event]) => wanted.has(event)));
  }
}

function emptyPlot(width: number, fromMs: number): EventPlot {
  return {
    ...{ fromMs, width },
    values: new Float64Array(SHOWN * width).fill(NaN),
    scores: new Float32Array(SHOWN).fill(NaN),
    flagged: new Uint8Array(SHOWN),
    labelled: new Uint8Array(SHOWN),
  };
}

/** A peak only ever moves to a later minute. */
function moveTo(plot: EventPlot, fromMs: number, intervalMs: number): void {
  const by = Math.min(SHOWN, Math.round((fromMs - plot.fromMs) / intervalMs));
  if (by === 0) return;
  plot.fromMs = fromMs;
  plot.values.copyWithin(0, by * plot.width).fill(NaN, (SHOWN - by) * plot.width);
  plot.scores.copyWithin(0, by).fill(NaN, SHOWN - by);
  plot.flagged.copyWithin(0, by).fill(0, SHOWN - by);
  plot.labelled.copyWithin(0, by).fill(0, SHOWN - by);
}

/** Index in the block, whose targets are in code-unit order; negative: the block lacks it. */
function seriesOf({ targets, columns }: Block, { target, column }: GrowingEvent): number {
  let [low, high] = [0, targets.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (targets[middle]! < target) low = middle + 1;
    else high = middle;
  }
  for (let series = low; targets[series] === target; series++) if (columns[series] === column) return series;
  return -1;
}

/** Values of the block and of its look-back. */
function addValues(
  plot: EventPlot,
  { values, intervals, width, window, minutesMs, intervalMs }: Block,
  series: number,
): void {
  const first = Math.round((minutesMs[0]! - plot.fromMs) / intervalMs) - (window - 1);
  for (let i = Math.max(0, first); i < Math.min(SHOWN, first + intervals); i++) {
    const at = (series * intervals + i - first) * width;
    for (let column = 0; column < width; column++) {
      const value = values[at + column]!;
      if (!Number.isNaN(value)) plot.values[i * width + column] = value;
    }
  }
}

function addRows(plot: EventPlot, block: Block, answers: Answers, series: number): void {
  const { minutesMs, present, labels, intervalMs } = block;
  const minutes = minutesMs.length;
  const first = Math.round((minutesMs[0]! - plot.fromMs) / intervalMs);
  for (let minute = 0; minute < minutes; minute++) {
    const i = first + minuteOffset(block, minute);
    if (i < 0 || i >= SHOWN || present[series * minutes + minute] === 0) continue;
    let row = answers.rowOffsets[minute]!;
    for (let earlier = 0; earlier < series; earlier++) row += present[earlier * minutes + minute]!;
    plot.scores[i] = answers.scores[row]!;
    plot.flagged[i] = Number(answers.anomalies[row] === 1);
    plot.labelled[i] = Number(
      labels !== null && labels.values[labels.codes[series * minutes + minute]!] === 1,
    );
  }
}
