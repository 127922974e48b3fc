import type { MinuteRows } from '../../../core/block.js';
import type { BlockTiming, MinuteBatch } from '../../../core/types.js';
import { EventPlots } from './event-plots.js';
import { BandSeries } from './band-series.js';
import { TargetCharts, type TargetChartsOptions } from './target-charts.js';

/** What the plots of a run need beyond its summary, collected in memory that does not grow with the run. */
export class RunCharts {
  readonly walls = new WallCharts();
  readonly timelines = { blocks: new TimelineKeeper(), alone: new TimelineKeeper() };
  readonly targets: TargetCharts;
  readonly events = new EventPlots();

  constructor(options: TargetChartsOptions) {
    this.targets = new TargetCharts(options);
  }

  /**
   * Adds a block; one without items has no time to show.
   *
   * @param minuteMs its first minute
   */
  addTiming(minuteMs: number, timing: BlockTiming, isAlone: boolean): void {
    if (timing.items === 0) return;
    this.walls.add(minuteMs, timing, isAlone);
    this.timelines[isAlone ? 'alone' : 'blocks'].add(minuteMs, timing);
  }

  addRows(batch: MinuteBatch, rows: MinuteRows): void {
    this.targets.add(batch, rows);
  }
}

/** Buckets of the plot of all blocks and minutes. */
const WALL_BUCKETS = 1000;

/** What a minute took over the run, ms: for a block its service time divided by its minutes. */
export class WallCharts {
  readonly blocks = new BandSeries(WALL_BUCKETS);
  readonly alone = new BandSeries(WALL_BUCKETS);

  /** @param minuteMs the block's first minute */
  add(minuteMs: number, block: Pick<BlockTiming, 'wallMs' | 'minutes'>, isAlone: boolean): void {
    this[isAlone ? 'alone' : 'blocks'].add(minuteMs, block.wallMs / block.minutes);
  }
}

/** A block whose chunks are shown one by one. */
export interface ChosenBlock {
  /** Its first minute. */
  readonly minuteMs: number;
  readonly timing: BlockTiming;
}

export interface ChosenBlocks {
  readonly slowest: ChosenBlock;
  /** Of the blocks kept, the one nearest to the run's median. */
  readonly typical: ChosenBlock;
}

const MAX_CANDIDATES = 64;

/** Keeps the slowest block, and candidates for a typical one, evenly spread over the run. */
export class TimelineKeeper {
  #slowest: ChosenBlock | null = null;
  #candidates: ChosenBlock[] = [];
  #stride = 1;
  #seen = 0;

  add(minuteMs: number, timing: BlockTiming): void {
    if (this.#slowest === null || timing.wallMs > this.#slowest.timing.wallMs) {
      this.#slowest = { minuteMs, timing };
    }
    if (this.#seen++ % this.#stride !== 0) return;
    this.#candidates.push({ minuteMs, timing });
    if (this.#candidates.length < MAX_CANDIDATES) return;
    this.#candidates = this.#candidates.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }

  /** Null before the first block. */
  chosen(medianMs: number): ChosenBlocks | null {
    const [first] = this.#candidates;
    if (this.#slowest === null || first === undefined) return null;
    const distance = ({ timing }: ChosenBlock): number => Math.abs(timing.wallMs - medianMs);
    const typical = this.#candidates.reduce((best, one) => (distance(one) < distance(best) ? one : best));
    return { slowest: this.#slowest, typical };
  }
}
