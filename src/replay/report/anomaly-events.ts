import type { MinuteRows } from '../../core/block.js';
import { asWritten } from '../../core/number-text.js';
import { isoTime } from '../../core/time.js';
import type { Label, MinuteBatch } from '../../core/types.js';

/** Events that a summary lists. */
const MOST_LISTED = 100;
/** A flagged minute belongs to an event if it is at most so many intervals after the event's last one. */
const LONGEST_STEP = 2;

/** Flagged minutes of one series, with at most one unflagged interval between one and the next. */
export interface AnomalyEvent {
  readonly target: string;
  /** Null for items of several columns. */
  readonly column: string | null;
  /** First and last flagged minute, ISO 8601. */
  readonly first: string;
  readonly last: string;
  /** Flagged minutes. */
  readonly minutes: number;
  /** The largest score as results have it, and its minute; null: an analyzer gave none. */
  readonly score: number | null;
  readonly peak: string;
  /** Of the record at the peak. */
  readonly label: Label;
}

export interface AnomaliesSummary {
  readonly events: number;
  /** The first 100 by score, then by time, target and column. */
  readonly listed: readonly AnomalyEvent[];
}

/** A flagged row. */
export interface FlaggedRow {
  readonly minuteMs: number;
  readonly target: string;
  readonly column: string | null;
  /** NaN: none. */
  readonly score: number;
  readonly label: Label;
}

/** An event that may still grow. */
export interface GrowingEvent extends FlaggedRow {
  readonly firstMs: number;
  lastMs: number;
  minutes: number;
  /** Of the peak. */
  minuteMs: number;
  score: number;
  label: Label;
}

export interface AnomalyEventsOptions {
  readonly intervalMs: number;
  /** The columns of a record's rows, in order; a null: a row of several columns. */
  readonly columns: readonly (string | null)[];
}

/** The fewest events to look through for ended ones. */
const LEAST_SWEPT = 64;

/**
 * Groups flagged rows into events and keeps the ones with the largest scores. Holds these, and the events that may
 * still grow: about as many as there are flagged series in a few minutes.
 */
export class AnomalyEvents {
  readonly #options: AnomalyEventsOptions;
  /** By series. */
  readonly #growing = new Map<string, GrowingEvent>();
  #sweepAt = LEAST_SWEPT;
  /** Best first. */
  readonly #top: GrowingEvent[] = [];
  #events = 0;

  constructor(options: AnomalyEventsOptions) {
    this.#options = options;
  }

  /** For the same run from its beginning. */
  again(): AnomalyEvents {
    return new AnomalyEvents(this.#options);
  }

  /** @param rows the minute's, equally many for each record, in the records' order */
  addMinute({ minuteMs, records }: MinuteBatch, { anomalies, scores }: MinuteRows): void {
    const { columns } = this.#options;
    for (let row = anomalies.indexOf(1); row >= 0; row = anomalies.indexOf(1, row + 1)) {
      const { target, label } = records[Math.floor(row / columns.length)]!;
      this.add({ minuteMs, target, column: columns[row % columns.length]!, score: scores[row]!, label });
    }
  }

  /** Takes a flagged row; those of a series come in the order of their minutes. */
  add(row: FlaggedRow): void {
    const series = row.column === null ? row.target : `${row.column.length} ${row.column}${row.target}`;
    const event = this.#growing.get(series);
    if (event === undefined || this.#isOver(event, row.minuteMs)) {
      this.#open(series, row);
      return;
    }
    event.lastMs = row.minuteMs;
    event.minutes++;
    if (!(row.score > event.score || (Number.isNaN(event.score) && !Number.isNaN(row.score)))) return;
    event.minuteMs = row.minuteMs;
    event.score = row.score;
    event.label = row.label;
    this.#place(event);
  }

  /** The events with the largest scores, best first. */
  leading(most: number): readonly GrowingEvent[] {
    return this.#top.slice(0, most);
  }

  /** Events in memory. */
  get held(): number {
    return this.#growing.size + this.#top.length;
  }

  summary(): AnomaliesSummary {
    return { events: this.#events, listed: this.#top.map(plainEvent) };
  }

  #isOver({ lastMs }: GrowingEvent, nowMs: number): boolean {
    return nowMs - lastMs > LONGEST_STEP * this.#options.intervalMs;
  }

  #open(series: string, row: FlaggedRow): void {
    const { minuteMs, target, column, score, label } = row;
    const event = { firstMs: minuteMs, lastMs: minuteMs, minuteMs, minutes: 1, target, column, score, label };
    this.#events++;
    this.#growing.set(series, event);
    if (this.#growing.size > this.#sweepAt) this.#sweep(row.minuteMs);
    this.#place(event);
  }

  #sweep(nowMs: number): void {
    for (const [series, event] of this.#growing) if (this.#isOver(event, nowMs)) this.#growing.delete(series);
    this.#sweepAt = Math.max(LEAST_SWEPT, 2 * this.#growing.size);
  }

  /** Puts a new event, or one whose score has grown, in its place among the best. */
  #place(event: GrowingEvent): void {
    const top = this.#top;
    const last = top[MOST_LISTED - 1];
    if (last !== undefined && compareEvents(event, last) > 0) return;
    const before = top.indexOf(event);
    // The place that it leaves, that of the last one, or a new one.
    let place = before >= 0 ? before : Math.min(top.length, MOST_LISTED - 1);
    for (; place > 0 && compareEvents(event, top[place - 1]!) < 0; place--) top[place] = top[place - 1]!;
    top[place] = event;
  }
}

/** The largest score first; without one last. */
function compareEvents(a: GrowingEvent, b: GrowingEvent): number {
  if (a.score > b.score || (Number.isNaN(b.score) && !Number.isNaN(a.score))) return -1;
  if (b.score > a.score || (Number.isNaN(a.score) && !Number.isNaN(b.score))) return 1;
  return (
    a.firstMs - b.firstMs || compareText(a.target, b.target) || compareText(a.column ?? '', b.column ?? '')
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function plainEvent(event: GrowingEvent): AnomalyEvent {
  const { target, column, firstMs, lastMs, minutes, score, minuteMs, label } = event;
  return {
    ...{ target, column, first: isoTime(firstMs), last: isoTime(lastMs), minutes },
    ...{ score: Number.isNaN(score) ? null : asWritten(score), peak: isoTime(minuteMs), label },
  };
}
