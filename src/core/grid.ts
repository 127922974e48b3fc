import { MONTH_MS } from './time.js';
import { zoneOffsets } from './time/zone.js';

const DAY_MS = 86_400_000;
/** 0002-01-01 and 9999-01-01: Intl writes years before the year 1 as positive ones. */
const EARLIEST_MS = -62_104_060_800_000;
const LATEST_MS = 253_370_764_800_000;
const MAX_CACHED_STARTS = 4096;
/** Every month has so many days. A phase that is longer, after whole months, is counted back from the next month. */
const SHORTEST_MONTH_MS = 28 * DAY_MS;

/**
 * How times fall into intervals, as plain JSON. Each interval has a label, its start; its records are those from
 * `leadMs` before the label until `leadMs` before the next one. An interval that is not longer than the lead, as when
 * clocks go forward, still has its label and all times until then.
 */
export interface Grid {
  /** From one label to the next, ms, on average; a multiple of `MONTH_MS` stands for as many calendar months. */
  readonly intervalMs: number;
  /** How long a label is after a multiple of the interval since the epoch, in UTC or on the zone's clocks, from 0. */
  readonly phaseMs: number;
  /** How long before its label a record may be, from 0, less than an interval. */
  readonly leadMs: number;
  /** Labels are times on the clocks of this zone, so changes of its clocks make intervals longer and shorter. */
  readonly zone: string | null;
}

/** Intervals of equal length, counted from the epoch. */
export function plainGrid(intervalMs: number): Grid {
  return { intervalMs, phaseMs: 0, leadMs: 0, zone: null };
}

/** How many intervals one label is after another: exact, although those of a calendar differ in length. */
export function intervalsBetween(fromMs: number, toMs: number, intervalMs: number): number {
  return Math.round((toMs - fromMs) / intervalMs);
}

/** The most that this many intervals in a row last, ms. */
export function longestMs(grid: Grid, intervals: number): number {
  // If those of a calendar lasted longer, counting them would not be exact.
  return (intervals + (isCalendar(grid) ? 0.5 : 0)) * grid.intervalMs;
}

/** How many calendar months an interval is; null: it has a fixed length. */
export function monthsOf(intervalMs: number): number | null {
  return intervalMs % MONTH_MS === 0 ? intervalMs / MONTH_MS : null;
}

/** Whether the phase of calendar months is counted back from the end of a month, such as for its last day. */
export function isFromMonthEnd({ intervalMs, phaseMs }: Grid): boolean {
  return monthsOf(intervalMs) !== null && phaseMs % MONTH_MS >= SHORTEST_MONTH_MS;
}

function isCalendar({ zone, intervalMs }: Grid): boolean {
  return zone !== null || monthsOf(intervalMs) !== null;
}

/** The intervals of a grid, by their labels; all times are epoch ms. */
export class Intervals {
  readonly grid: Grid;
  readonly #intervalMs: number;
  readonly #phaseMs: number;
  readonly #leadMs: number;
  readonly #calendar: Calendar | null;

  /** @throws RangeError if the zone is neither `UTC` nor an IANA name known to Intl */
  constructor(grid: Grid) {
    this.grid = grid;
    this.#intervalMs = grid.intervalMs;
    this.#phaseMs = grid.phaseMs;
    this.#leadMs = grid.leadMs;
    this.#calendar = isCalendar(grid) ? new Calendar(grid) : null;
  }

  /** The label of the interval that a record of this time belongs to; NaN if it has none. */
  of(timeMs: number): number {
    if (this.#calendar === null) return this.#startAt(timeMs + this.#leadMs);
    const startMs = this.#calendar.labelOf(timeMs, this.#leadMs);
    return Number.isFinite(startMs) ? startMs : NaN;
  }

  /** The first label at this time or after it. */
  from(timeMs: number): number {
    const startMs = this.#startAt(timeMs);
    return startMs === timeMs || !Number.isFinite(timeMs) ? timeMs : this.before(startMs, -1);
  }

  /** The label that is so many intervals before a label; -Infinity of -Infinity. */
  before(labelMs: number, intervals: number): number {
    const beforeMs = labelMs - intervals * this.#intervalMs;
    return this.#calendar === null ? beforeMs : this.#startAt(beforeMs + this.#intervalMs / 2);
  }

  #startAt(timeMs: number): number {
    if (this.#calendar !== null) return this.#calendar.startAt(timeMs);
    const phaseMs = this.#phaseMs;
    // Adding 0 turns -0 into 0.
    return Math.floor((timeMs - phaseMs) / this.#intervalMs) * this.#intervalMs + phaseMs + 0;
  }
}

/** Intervals between times on the clocks of a zone: days with their 23 and 25 hours, months. */
class Calendar {
  readonly #grid: Grid;
  readonly #months: number | null;
  /** The phase as whole months and a rest, which is negative if it is counted from the end of a month. */
  readonly #phaseMonths: number;
  readonly #restMs: number;
  readonly #offsetAt: (utcMs: number) => number;
  readonly #starts = new Map<number, number>();
  /** The interval that was asked for last, and the start of the one before it. */
  #beforeMs = -Infinity;
  #fromMs = Infinity;
  #untilMs = -Infinity;

  constructor(grid: Grid) {
    this.#grid = grid;
    this.#months = monthsOf(grid.intervalMs);
    const months = Math.floor(grid.phaseMs / MONTH_MS);
    this.#phaseMonths = isFromMonthEnd(grid) ? months + 1 : months;
    this.#restMs = grid.phaseMs - this.#phaseMonths * MONTH_MS;
    this.#offsetAt = grid.zone === null || grid.zone === 'UTC' ? () => 0 : zoneOffsets(grid.zone);
  }

  /** The label of a record: never one whose predecessor is still to come. Infinite as `startAt`. */
  labelOf(timeMs: number, leadMs: number): number {
    const startMs = this.startAt(timeMs + leadMs);
    return startMs === this.#fromMs && timeMs <= this.#beforeMs ? this.#beforeMs : startMs;
  }

  /** The start of the interval around a time; infinite before the year 2, and after 9998. */
  startAt(timeMs: number): number {
    if (!(timeMs >= EARLIEST_MS && timeMs < LATEST_MS)) return timeMs * Infinity;
    if (timeMs >= this.#fromMs && timeMs < this.#untilMs) return this.#fromMs;
    let index = this.#indexOf(timeMs + this.#offsetAt(timeMs));
    // Clocks that go back over the start of an interval show times of two intervals.
    while (this.#startOf(index + 1) <= timeMs) index++;
    while (this.#startOf(index) > timeMs) index--;
    this.#fromMs = this.#startOf(index);
    this.#untilMs = this.#startOf(index + 1);
    // Intervals that clocks skip have no length.
    while (this.#startOf(index - 1) === this.#fromMs) index--;
    this.#beforeMs = this.#startOf(index - 1);
    return this.#fromMs;
  }

  #startOf(index: number): number {
    let startMs = this.#starts.get(index);
    if (startMs === undefined) {
      if (this.#starts.size >= MAX_CACHED_STARTS) this.#starts.clear();
      startMs = this.#findStart(index);
      this.#starts.set(index, startMs);
    }
    return startMs;
  }

  /**
   * When the clocks first show the start of an interval; if they skip it, when they would have, but not after the next.
   */
  #findStart(index: number): number {
    const wallMs = this.#wallOf(index);
    const before = this.#offsetAt(wallMs - DAY_MS);
    const after = this.#offsetAt(wallMs + DAY_MS);
    const shown = [before, after].filter((offset) => this.#offsetAt(wallMs - offset) === offset);
    return shown.length > 0
      ? wallMs - Math.max(...shown) + 0
      : Math.min(wallMs - before, this.#startOf(index + 1));
  }

  #indexOf(wallMs: number): number {
    const { intervalMs, phaseMs } = this.#grid;
    if (this.#months === null) return Math.floor((wallMs - phaseMs) / intervalMs);
    return Math.floor((monthNumber(wallMs - this.#restMs) - this.#phaseMonths) / this.#months);
  }

  #wallOf(index: number): number {
    const { intervalMs, phaseMs } = this.#grid;
    if (this.#months === null) return phaseMs + index * intervalMs;
    return monthStartMs(index * this.#months + this.#phaseMonths) + this.#restMs;
  }
}

/** Months since the year 0, of a time in UTC. */
export function monthNumber(timeMs: number): number {
  const date = new Date(timeMs);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

export function monthStartMs(month: number): number {
  return new Date(0).setUTCFullYear(0, month, 1);
}
