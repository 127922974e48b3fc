import type { MinuteBatch, MinuteTiming, ResultRow } from '../../../core/types.js';
import { BandSeries } from './band-series.js';
import { TargetCharts, type TargetChartsOptions } from './target-charts.js';
import { TimelineKeeper } from './timeline-keeper.js';

/** Buckets of the plot of every minute. */
export const MINUTE_BUCKETS = 1000;

/** What the plots of a run need beyond its summary, collected while it goes in memory that does not grow with it. */
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
