import { isoTime } from '../core/time.js';
import { SampleStore } from '../core/samples.js';
import { capacityItems } from '../core/scaling.js';
import { type Distribution } from '../core/statistics.js';
import type { ChunkTiming, MinuteTiming } from '../core/types.js';
import { CHUNK_PARTS } from '../core/timing.js';
import { type Breakdown, type ChunkPart, type ActorShare } from '../core/timing.js';
import { distribution } from '../core/samples.js';

/** Of a minute's timing, what figures are made of and a line of `timing.jsonl` holds. */
export interface TimedMinute extends Pick<MinuteTiming, 'items' | 'wallMs' | 'gatherMs'> {
  readonly chunks: readonly TimedChunk[];
}

/** How a minute stood to its schedule, ms: when it began after it was due, and when its answers were gathered. */
export interface Schedule {
  readonly latenessMs: number;
  readonly responseMs: number;
}

type TimedChunk = Pick<ChunkTiming, 'actor' | 'items' | 'serviceMs' | ChunkPart>;

/** How minutes kept to the schedule of a paced run. */
export interface ScheduleSummary {
  /** From when a minute was due until it began. */
  readonly latenessMs: Distribution;
  /** From when a minute was due until its answers were joined. */
  readonly responseMs: Distribution;
}

/** What the minutes of a run come to; null where no minute had an item. */
export interface MinutesSummary {
  /** Minutes that had items for the model. */
  readonly served: number;
  readonly wallMs: Distribution;
  readonly items: Distribution;
  /** Slowest chunk over the mean chunk of its minute; 1 is even. */
  readonly imbalance: Distribution;
  /** Minutes that took longer than the deadline: from their scheduled start, or without a schedule in service. */
  readonly late: number;
  /** `deadline / p99`: how many times the 99th-percentile minute fits into the deadline. */
  readonly headroom: number;
  /** Items a minute that fit the deadline at the 99th percentile of the cost per item. */
  readonly capacityItems: number;
  /** How the minutes kept to their schedule; null where they had none. */
  readonly scheduled: ScheduleSummary | null;
  readonly breakdownMs: Breakdown;
  /** By slot; only actors that were sent something. */
  readonly perActor: readonly ActorShare[];
}

/** Collects the timing of every minute in bounded memory. */
export class RunTimings {
  readonly #deadlineMs: number;
  readonly #wall = new SampleStore();
  readonly #items = new SampleStore();
  readonly #imbalance = new SampleStore();
  readonly #itemCost = new SampleStore();
  readonly #actors: (MutableShare | undefined)[] = [];
  readonly #lateness = new SampleStore();
  readonly #response = new SampleStore();
  #gatherMs = 0;
  #late = 0;

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Minutes without items do not count: there was nothing to serve.
   *
   * @param dueAtMs when the minute was to begin, on the clock of its timing; null: it had no schedule
   */
  add(timing: MinuteTiming, dueAtMs: number | null = null): void {
    this.addTimed(timing, dueAtMs === null ? null : againstSchedule(timing, dueAtMs));
  }

  /** The same of a minute that was timed before. */
  addTimed(timing: TimedMinute, schedule: Schedule | null): void {
    if (timing.items === 0) return;
    this.#wall.add(timing.wallMs);
    this.#items.add(timing.items);
    this.#imbalance.add(imbalance(timing.chunks));
    this.#itemCost.add(timing.wallMs / timing.items);
    if ((schedule?.responseMs ?? timing.wallMs) > this.#deadlineMs) this.#late++;
    if (schedule !== null) {
      this.#lateness.add(schedule.latenessMs);
      this.#response.add(schedule.responseMs);
    }
    this.#gatherMs += timing.gatherMs;
    for (const chunk of timing.chunks) {
      const share = (this.#actors[chunk.actor] ??= emptyShare(chunk.actor));
      share.chunks++;
      share.items += chunk.items;
      share.serviceMs += chunk.serviceMs;
      for (const part of CHUNK_PARTS) share.breakdownMs[part] += chunk[part];
    }
  }

  /** Service times, of all minutes or of an even selection, ms. */
  get wallsMs(): Float64Array {
    return this.#wall.values();
  }

  /** Time that actors spent on items, summed over actors, ms; without decoding, which both sides of a pipe do. */
  get busyMs(): number {
    const { normalizeMs, predictMs, replyMs } = this.#breakdown();
    return normalizeMs + predictMs + replyMs;
  }

  summary(): MinutesSummary | null {
    if (this.#wall.seen === 0) return null;
    const wallMs = distribution(this.#wall);
    return {
      served: this.#wall.seen,
      wallMs,
      items: distribution(this.#items),
      imbalance: distribution(this.#imbalance),
      late: this.#late,
      headroom: this.#deadlineMs / wallMs.p99,
      capacityItems: capacityItems(this.#itemCost.values(), this.#deadlineMs),
      scheduled:
        this.#response.seen === 0
          ? null
          : { latenessMs: distribution(this.#lateness), responseMs: distribution(this.#response) },
      breakdownMs: this.#breakdown(),
      perActor: this.#shares(),
    };
  }

  #shares(): MutableShare[] {
    return this.#actors.filter((share) => share !== undefined);
  }

  #breakdown(): Breakdown {
    const total = { ...noTime(), gatherMs: this.#gatherMs };
    for (const { breakdownMs } of this.#shares())
      for (const part of CHUNK_PARTS) total[part] += breakdownMs[part];
    return total;
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

/** One line of `timing.jsonl`. */
export function timingLine(minuteMs: number, timing: MinuteTiming, dueAtMs: number | null = null): string {
  const schedule = dueAtMs === null ? null : againstSchedule(timing, dueAtMs);
  const line = {
    minute: isoTime(minuteMs),
    items: timing.items,
    wallMs: rounded(timing.wallMs),
    ...(schedule === null
      ? {}
      : { latenessMs: rounded(schedule.latenessMs), responseMs: rounded(schedule.responseMs) }),
    slowestMs: rounded(Math.max(0, ...timing.chunks.map((chunk) => chunk.serviceMs))),
    gatherMs: rounded(timing.gatherMs),
    imbalance: rounded(imbalance(timing.chunks)),
    chunks: timing.chunks.map(chunkFields),
  };
  return `${JSON.stringify(line)}\n`;
}

/** Reads such a line again. */
export function readTimingLine(line: string): {
  readonly minuteMs: number;
  readonly timing: TimedMinute;
  readonly schedule: Schedule | null;
} {
  const { minute, latenessMs, responseMs, ...timing } = JSON.parse(line) as TimedMinute &
    Partial<Schedule> & { readonly minute: string };
  const isScheduled = latenessMs !== undefined && responseMs !== undefined;
  return {
    minuteMs: Date.parse(minute),
    timing,
    schedule: isScheduled ? { latenessMs, responseMs } : null,
  };
}

function againstSchedule({ startedAtMs, endedAtMs }: MinuteTiming, dueAtMs: number): Schedule {
  return { latenessMs: startedAtMs - dueAtMs, responseMs: endedAtMs - dueAtMs };
}

function chunkFields(chunk: ChunkTiming): Record<string, number> {
  const fields: Record<string, number> = { actor: chunk.actor, items: chunk.items };
  for (const part of ['serviceMs', ...CHUNK_PARTS] as const) fields[part] = rounded(chunk[part]);
  return fields;
}

function imbalance(chunks: readonly TimedChunk[]): number {
  const times = chunks.map((chunk) => chunk.serviceMs);
  const sum = times.reduce((total, time) => total + time, 0);
  return sum === 0 ? 1 : (Math.max(...times) * times.length) / sum;
}

/** To the microsecond: what the clocks behind the figures can tell. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
