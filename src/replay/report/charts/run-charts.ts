import type { MinuteBatch, MinuteTiming, ResultRow } from '../../../core/types.js';
import { BandSeries } from './band-series.js';
import { TargetCharts, type TargetChartsOptions } from './target-charts.js';

/** Buckets of the plot of every minute. */
export const MINUTE_BUCKETS = 1000;

/** What the plots of a run need beyond its summary, collected in memory that does not grow with the run. */
export class RunCharts {
  readonly walls = new BandSeries(MINUTE_BUCKETS);
  readonly timeline = new TimelineKeeper();
  readonly targets: TargetCharts;

  constructor(options: TargetChartsOptions) {
    this.targets = new TargetCharts(options);
  }

  /** Minutes without items have no time to show. */
  addTiming(minuteMs: number, timing: MinuteTiming): void {
    if (timing.items === 0) return;
    this.walls.add(minuteMs, timing.wallMs);
    this.timeline.add(minuteMs, timing);
  }

  addRows(batch: MinuteBatch, rows: readonly ResultRow[]): void {
    this.targets.add(batch, rows);
  }
}

/** A minute whose chunks are shown one by one. */
export interface ChosenMinute {
  readonly minuteMs: number;
  readonly timing: MinuteTiming;
}

export interface ChosenMinutes {
  readonly slowest: ChosenMinute;
  /** Of the minutes kept, the one nearest to the run's median. */
  readonly typical: ChosenMinute;
}

const MAX_CANDIDATES = 64;

/** Keeps the slowest minute, and candidates for a typical one, evenly spread over the run. */
export class TimelineKeeper {
  #slowest: ChosenMinute | null = null;
  #candidates: ChosenMinute[] = [];
  #stride = 1;
  #seen = 0;

  add(minuteMs: number, timing: MinuteTiming): void {
    if (this.#slowest === null || timing.wallMs > this.#slowest.timing.wallMs) {
      this.#slowest = { minuteMs, timing };
    }
    if (this.#seen++ % this.#stride !== 0) return;
    this.#candidates.push({ minuteMs, timing });
    if (this.#candidates.length < MAX_CANDIDATES) return;
    this.#candidates = this.#candidates.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  /** Null before the first minute. */
  chosen(medianMs: number): ChosenMinutes | null {
    const [first] = this.#candidates;
    if (this.#slowest === null || first === undefined) return null;
    const distance = ({ timing }: ChosenMinute): number => Math.abs(timing.wallMs - medianMs);
    const typical = this.#candidates.reduce((best, one) => (distance(one) < distance(best) ? one : best));
    return { slowest: this.#slowest, typical };
  }
}
