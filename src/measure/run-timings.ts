import { distribution, SampleStore } from './samples.js';
import { capacityItems } from '../core/scaling.js';
import type { Distribution } from '../core/statistics.js';
import { CHUNK_PARTS, type ActorShare, type Breakdown, type ChunkPart } from '../core/timing.js';
import type { BlockTiming, ChunkTiming } from '../core/types.js';
import { ChunkSizes } from './chunk-sizes.js';

/** The part of a block's timing that figures use and `timing.jsonl` holds. */
export interface ServedBlock extends Pick<BlockTiming, 'minutes' | 'items' | 'wallMs' | 'gatherMs'> {
  readonly chunks: readonly ServedChunk[];
}

type ServedChunk = Pick<ChunkTiming, 'actor' | 'items' | 'serviceMs' | ChunkPart>;

/** How a block was served. */
export interface Service {
  /** One minute on its own, as a feed would deliver it: compared, paced, live, or with `--block 1`. */
  readonly isAlone: boolean;
  /** When it was due, on the clock of its timing; null: no schedule. */
  readonly dueAtMs: number | null;
}

/** A minute's times relative to when it was due, ms. */
export interface Schedule {
  /** When it started. */
  readonly latenessMs: number;
  /** When its answers were joined. */
  readonly responseMs: number;
}

/** How well the minutes of a paced run met their schedule. */
export interface ScheduleSummary {
  readonly latenessMs: Distribution;
  readonly responseMs: Distribution;
}

/** Everything that was served, minutes alone included. */
export interface ServedSummary {
  /** Blocks that had items; a minute alone is one. */
  readonly blocks: number;
  readonly items: number;
  /** Time of a block's slowest chunk divided by that of the mean chunk; 1: perfectly balanced. */
  readonly imbalance: Distribution;
  readonly breakdownMs: Breakdown;
  /** By slot; only actors that served chunks. */
  readonly perActor: readonly ActorShare[];
}

/** Figures of the blocks that had items, without minutes alone. */
export interface BlocksSummary {
  /** How many blocks there were. */
  readonly served: number;
  /** Minutes of all of them. */
  readonly minutes: number;
  /** Over the minutes: how many minutes its block had. */
  readonly minutesPerBlock: Distribution;
  /** Over the minutes: service time of its block divided by the block's minutes. */
  readonly perMinuteMs: Distribution;
  /** Service time of a block. */
  readonly wallMs: Distribution;
  /** Of service time: without reading, writing and waiting for input. */
  readonly itemsPerSecond: number;
}

/** Figures of the minutes that had items and were served alone. */
export interface MinutesSummary {
  /** How many minutes there were. */
  readonly served: number;
  readonly wallMs: Distribution;
  readonly items: Distribution;
  /** Of service time. */
  readonly itemsPerSecond: number;
  /** Minutes that missed the deadline, measured from when they were due, or without a schedule by service time. */
  readonly late: number;
  /** `deadline / p99`: how many times the 99th-percentile minute fits into the deadline. */
  readonly headroom: number;
  /** Items per minute that fit the deadline at the 99th percentile of the cost per item. */
  readonly capacityItems: number;
  /** Null if the minutes had no schedule. */
  readonly scheduled: ScheduleSummary | null;
}

/** Each null where there were none. */
export interface TimingsSummary {
  readonly served: ServedSummary | null;
  readonly blocks: BlocksSummary | null;
  readonly minutes: MinutesSummary | null;
}

/** Collects the timing of every block in bounded memory. Blocks without items do not count. */
export class RunTimings {
  /** Of everything served, and of minutes served alone. */
  readonly chunkSizes = { all: new ChunkSizes(), alone: new ChunkSizes() };
  readonly #served = new ServedFigures();
  readonly #blocks = new BlockFigures();
  readonly #minutes: MinuteFigures;

  constructor(deadlineMs: number) {
    this.#minutes = new MinuteFigures(deadlineMs);
  }

  add(timing: BlockTiming, { isAlone, dueAtMs }: Service): void {
    this.addServed(timing, isAlone, dueAtMs === null ? null : againstSchedule(timing, dueAtMs));
  }

  /** Adds a block of a previous session. */
  addServed(block: ServedBlock, isAlone: boolean, schedule: Schedule | null): void {
    if (block.items === 0) return;
    this.#served.add(block);
    for (const { items } of block.chunks) {
      this.chunkSizes.all.add(items);
      if (isAlone) this.chunkSizes.alone.add(items);
    }
    if (isAlone) this.#minutes.add(block, schedule);
    else this.#blocks.add(block);
  }

  /** Service times of the minutes served alone, or of an evenly spaced selection, ms. */
  get wallsMs(): Float64Array {
    return this.#minutes.wallsMs;
  }

  /** Time that actors spent on items, summed over actors, ms; excludes decoding, part of which is the parent's. */
  get busyMs(): number {
    const { normalizeMs, predictMs, replyMs } = this.#served.breakdown;
    return normalizeMs + predictMs + replyMs;
  }

  summary(): TimingsSummary {
    return {
      served: this.#served.summary(),
      blocks: this.#blocks.summary(),
      minutes: this.#minutes.summary(),
    };
  }
}

class ServedFigures {
  readonly #imbalance = new SampleStore();
  readonly #actors: (MutableShare | undefined)[] = [];
  #items = 0;
  #gatherMs = 0;

  add({ items, gatherMs, chunks }: ServedBlock): void {
    this.#items += items;
    this.#gatherMs += gatherMs;
    this.#imbalance.add(imbalance(chunks));
    for (const chunk of chunks) {
      const share = (this.#actors[chunk.actor] ??= emptyShare(chunk.actor));
      share.chunks++;
      share.items += chunk.items;
      share.serviceMs += chunk.serviceMs;
      for (const part of CHUNK_PARTS) share.breakdownMs[part] += chunk[part];
    }
  }

  get breakdown(): Breakdown {
    const total = { ...noTime(), gatherMs: this.#gatherMs };
    for (const { breakdownMs } of this.#shares())
      for (const part of CHUNK_PARTS) total[part] += breakdownMs[part];
    return total;
  }

  summary(): ServedSummary | null {
    if (this.#imbalance.seen === 0) return null;
    return {
      blocks: this.#imbalance.seen,
      items: this.#items,
      imbalance: distribution(this.#imbalance),
      breakdownMs: this.breakdown,
      perActor: this.#shares(),
    };
  }

  #shares(): MutableShare[] {
    return this.#actors.filter((share) => share !== undefined);
  }
}

class BlockFigures {
  readonly #wall = new SampleStore();
  readonly #minutesPerBlock = new SampleStore();
  readonly #perMinute = new SampleStore();
  readonly #rate = new Rate();
  #minutes = 0;

  add({ minutes, items, wallMs }: ServedBlock): void {
    this.#wall.add(wallMs);
    this.#rate.add(items, wallMs);
    this.#minutes += minutes;
    for (let i = 0; i < minutes; i++) {
      this.#minutesPerBlock.add(minutes);
      this.#perMinute.add(wallMs / minutes);
    }
  }

  summary(): BlocksSummary | null {
    if (this.#wall.seen === 0) return null;
    return {
      served: this.#wall.seen,
      minutes: this.#minutes,
      minutesPerBlock: distribution(this.#minutesPerBlock),
      perMinuteMs: distribution(this.#perMinute),
      wallMs: distribution(this.#wall),
      itemsPerSecond: this.#rate.itemsPerSecond,
    };
  }
}

class MinuteFigures {
  readonly #deadlineMs: number;
  readonly #wall = new SampleStore();
  readonly #items = new SampleStore();
  readonly #itemCost = new SampleStore();
  readonly #rate = new Rate();
  readonly #lateness = new SampleStore();
  readonly #response = new SampleStore();
  #late = 0;

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  get wallsMs(): Float64Array {
    return this.#wall.values();
  }

  add({ items, wallMs }: ServedBlock, schedule: Schedule | null): void {
    this.#wall.add(wallMs);
    this.#items.add(items);
    this.#itemCost.add(wallMs / items);
    this.#rate.add(items, wallMs);
    if ((schedule?.responseMs ?? wallMs) > this.#deadlineMs) this.#late++;
    if (schedule === null) return;
    this.#lateness.add(schedule.latenessMs);
    this.#response.add(schedule.responseMs);
  }

  summary(): MinutesSummary | null {
    if (this.#wall.seen === 0) return null;
    const wallMs = distribution(this.#wall);
    return {
      served: this.#wall.seen,
      wallMs,
      items: distribution(this.#items),
      itemsPerSecond: this.#rate.itemsPerSecond,
      late: this.#late,
      headroom: this.#deadlineMs / wallMs.p99,
      capacityItems: capacityItems(this.#itemCost.values(), this.#deadlineMs),
      scheduled:
        this.#response.seen === 0
          ? null
          : { latenessMs: distribution(this.#lateness), responseMs: distribution(this.#response) },
    };
  }
}

/** Items by the time that they took. */
export class Rate {
  #items = 0;
  #ms = 0;

  add(items: number, ms: number): void {
    this.#items += items;
    this.#ms += ms;
  }

  get itemsPerSecond(): number {
    return (1000 * this.#items) / this.#ms;
  }
}

interface MutableShare extends ActorShare {
  chunks: number;
  items: number;
  serviceMs: number;
  readonly breakdownMs: Record<ChunkPart, number>;
}

function emptyShare(actor: number): MutableShare {
  return { actor, chunks: 0, items: 0, serviceMs: 0, breakdownMs: noTime() };
}

function noTime(): Record<ChunkPart, number> {
  return Object.fromEntries(CHUNK_PARTS.map((part) => [part, 0])) as Record<ChunkPart, number>;
}

export function againstSchedule(
  { startedAtMs, endedAtMs }: Pick<BlockTiming, 'startedAtMs' | 'endedAtMs'>,
  dueAtMs: number,
): Schedule {
  return { latenessMs: startedAtMs - dueAtMs, responseMs: endedAtMs - dueAtMs };
}

/** Time of the slowest chunk divided by that of the mean chunk; 1 for none. */
export function imbalance(chunks: readonly ServedChunk[]): number {
  const times = chunks.map((chunk) => chunk.serviceMs);
  const sum = times.reduce((total, time) => total + time, 0);
  return sum === 0 ? 1 : (Math.max(...times) * times.length) / sum;
}
