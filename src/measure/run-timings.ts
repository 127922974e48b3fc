import { AiopsError } from '../core/errors.js';
import { distribution, SampleStore } from '../core/samples.js';
import { capacityItems } from '../core/scaling.js';
import type { Distribution } from '../core/statistics.js';
import { isoTime } from '../core/time.js';
import { CHUNK_PARTS, type ActorShare, type Breakdown, type ChunkPart } from '../core/timing.js';
import type { ChunkTiming, MinuteTiming } from '../core/types.js';

/** The part of a minute's timing that figures use and `timing.jsonl` holds. */
export interface ServedMinute extends Pick<MinuteTiming, 'items' | 'wallMs' | 'gatherMs'> {
  readonly chunks: readonly ServedChunk[];
}

type ServedChunk = Pick<ChunkTiming, 'actor' | 'items' | 'serviceMs' | ChunkPart>;

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

/** Figures of the minutes that had items. */
export interface MinutesSummary {
  /** How many minutes there were. */
  readonly served: number;
  readonly wallMs: Distribution;
  readonly items: Distribution;
  /** Time of a minute's slowest chunk divided by that of the mean chunk; 1: perfectly balanced. */
  readonly imbalance: Distribution;
  /** Minutes that missed the deadline, measured from when they were due, or without a schedule by service time. */
  readonly late: number;
  /** `deadline / p99`: how many times the 99th-percentile minute fits into the deadline. */
  readonly headroom: number;
  /** Items per minute that fit the deadline at the 99th percentile of the cost per item. */
  readonly capacityItems: number;
  /** Null if the minutes had no schedule. */
  readonly scheduled: ScheduleSummary | null;
  readonly breakdownMs: Breakdown;
  /** By slot; only actors that served chunks. */
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
   * Adds a minute, unless it had no items.
   *
   * @param dueAtMs when the minute was due, on the clock of its timing; null: no schedule
   */
  add(timing: MinuteTiming, dueAtMs: number | null = null): void {
    this.addServed(timing, dueAtMs === null ? null : againstSchedule(timing, dueAtMs));
  }

  /** Adds a minute of a previous session. */
  addServed(timing: ServedMinute, schedule: Schedule | null): void {
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

  /** Service times of all minutes, or of an evenly spaced selection, ms. */
  get wallsMs(): Float64Array {
    return this.#wall.values();
  }

  /** Time that actors spent on items, summed over actors, ms; excludes decoding, part of which is the parent's. */
  get busyMs(): number {
    const { normalizeMs, predictMs, replyMs } = this.#breakdown();
    return normalizeMs + predictMs + replyMs;
  }

  /** Null if no minute had items. */
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

export interface TimedLine {
  readonly minuteMs: number;
  readonly timing: ServedMinute;
  /** Null if the minute had no schedule. */
  readonly schedule: Schedule | null;
}

/**
 * Parses a line of `timing.jsonl`. Checked by hand: a month has 43,200 of them.
 *
 * @param place file and line number, for the message
 * @throws AiopsError `output_io` for anything but what `timingLine` writes
 */
export function readTimingLine(line: string, place: string): TimedLine {
  const parsed = timedLine(objectOf(line));
  if (parsed !== null) return parsed;
  const shown = line.length > SHOWN_TEXT ? `${line.slice(0, SHOWN_TEXT)}…` : line;
  throw new AiopsError('output_io', `${place} is not a line of timings: ${shown}`, {
    hint: 'restore the file as the run wrote it, or start over with --restart',
  });
}

/** Characters of a line that a message shows. */
const SHOWN_TEXT = 60;

/** The maximum size of a pool. */
const MOST_ACTORS = 1024;

type Fields = Readonly<Record<string, unknown>>;

function timedLine({ minute, latenessMs, responseMs, ...timing }: Fields): TimedLine | null {
  const minuteMs = typeof minute === 'string' ? Date.parse(minute) : NaN;
  const hasSchedule = latenessMs !== undefined || responseMs !== undefined;
  if (Number.isNaN(minuteMs) || !isServedMinute(timing)) return null;
  if (!hasSchedule) return { minuteMs, timing, schedule: null };
  if (!isNumber(latenessMs) || !isNumber(responseMs)) return null;
  return { minuteMs, timing, schedule: { latenessMs, responseMs } };
}

function isServedMinute(timing: Fields): timing is Fields & ServedMinute {
  const { items, wallMs, gatherMs, chunks } = timing;
  return (
    isCount(items) && isNumber(wallMs) && isNumber(gatherMs) && Array.isArray(chunks) && chunks.every(isChunk)
  );
}

function isChunk(value: unknown): value is ServedChunk {
  if (typeof value !== 'object' || value === null) return false;
  const chunk = value as Fields;
  const { actor, items, serviceMs } = chunk;
  if (!isCount(actor) || actor >= MOST_ACTORS || !isCount(items) || !isNumber(serviceMs)) return false;
  return CHUNK_PARTS.every((part) => isNumber(chunk[part]));
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** The object in a line; an empty one if there is none. */
function objectOf(line: string): Fields {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

function againstSchedule({ startedAtMs, endedAtMs }: MinuteTiming, dueAtMs: number): Schedule {
  return { latenessMs: startedAtMs - dueAtMs, responseMs: endedAtMs - dueAtMs };
}

function chunkFields(chunk: ChunkTiming): Record<string, number> {
  const fields: Record<string, number> = { actor: chunk.actor, items: chunk.items };
  for (const part of ['serviceMs', ...CHUNK_PARTS] as const) fields[part] = rounded(chunk[part]);
  return fields;
}

function imbalance(chunks: readonly ServedChunk[]): number {
  const times = chunks.map((chunk) => chunk.serviceMs);
  const sum = times.reduce((total, time) => total + time, 0);
  return sum === 0 ? 1 : (Math.max(...times) * times.length) / sum;
}

/** To the microsecond, the resolution of the clocks. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
