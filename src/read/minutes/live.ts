import { setImmediate as turn } from 'node:timers/promises';
import { longestMs, type Intervals } from '../../core/grid.js';
import { Timer } from '../../core/timer.js';
import { formatDuration, isoTime } from '../../core/time.js';
import type { MinuteRecord, Reject } from '../../core/types.js';
import type { RecordSink } from '../lines/records.js';

/** After a pause in reading an input, how long to wait for bytes in its pipe before it counts as silent, ms. */
const SHOW_MS = 250;
/** Rejects wait no longer than this for a minute to close, ms: there may be nothing but rejects. */
const REJECTS_WAIT_MS = 1000;
const NOTHING = Buffer.alloc(0);

/** A sink whose minutes can be closed without a record. */
export interface LiveMinutesSink extends RecordSink {
  /** Closes the minutes up to this one, epoch ms, and emits what was rejected. */
  closeThrough(minuteMs: number): void;
}

export interface LiveRules {
  readonly intervals: Intervals;
  /** Intervals that a record may go back. */
  readonly grace: number;
  /** Intervals that a record may be ahead of this machine's clock. */
  readonly maxAhead: number;
}

/** Both clocks of this machine, ms. */
export interface LiveClock {
  /** Monotonic. */
  now(): number;
  /** Time of day, since the epoch. */
  epochNow(): number;
}

const SYSTEM_CLOCK: LiveClock = { now: () => performance.now(), epochNow: () => Date.now() };

/**
 * Closes the minutes of a live feed by the clock as well: a minute that has been open for `1 + grace` intervals is
 * closed even if no later record has come. A record for a closed minute is rejected as `late`, where in a file it would
 * stop the run. A record from the future is rejected as `early`, since it would close the minutes of all other targets.
 * Times in the past are fine: a recording may be replayed as a feed.
 */
export class LiveMinutes implements RecordSink {
  readonly #to: LiveMinutesSink;
  readonly #rules: LiveRules;
  readonly #clock: LiveClock;
  /** When the first record of each open minute came, on the clock of `performance.now()`. */
  readonly #openSinceMs = new Map<number, number>();
  #closedMs = -Infinity;
  #newestMs = -Infinity;
  /** When rejects must be emitted at the latest. */
  #rejectsDueAtMs = Infinity;

  constructor(to: LiveMinutesSink, rules: LiveRules, clock = SYSTEM_CLOCK) {
    this.#to = to;
    this.#rules = rules;
    this.#clock = clock;
  }

  record(record: MinuteRecord): void {
    const { minuteMs, offsetMs = 0 } = record;
    const { intervals, maxAhead } = this.#rules;
    const nowMs = this.#clock.epochNow();
    if (minuteMs + Math.min(offsetMs, 0) > nowMs + maxAhead * intervals.grid.intervalMs)
      return this.reject(earlyRecord(record, nowMs, this.#rules));
    if (minuteMs <= this.#closedMs) return this.reject(lateRecord(record));
    if (!this.#openSinceMs.has(minuteMs)) this.#opened(minuteMs);
    this.#to.record(record);
  }

  reject(reject: Reject): void {
    if (this.#rejectsDueAtMs === Infinity) this.#rejectsDueAtMs = this.#clock.now() + REJECTS_WAIT_MS;
    this.#to.reject(reject);
  }

  filtered(...place: Parameters<RecordSink['filtered']>): void {
    this.#to.filtered(...place);
  }

  /** The feed's chunks, with an empty one whenever minutes were closed while nothing came. Call once. */
  async *watch(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
    const iterator = chunks[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = iterator.next();
        const showUntilMs = this.#clock.now() + SHOW_MS;
        while (!(await this.#arrives(next, showUntilMs))) yield NOTHING;
        const result: IteratorResult<Buffer, unknown> = await next;
        if (result.done === true) return undefined;
        yield result.value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** True once bytes have come, or the end; false as soon as something was closed or emitted before that. */
  async #arrives(next: Promise<unknown>, showUntilMs: number): Promise<boolean> {
    const state = { hasCome: false };
    const come = (): boolean => (state.hasCome = true);
    const coming = next.then(come, come);
    for (;;) {
      if (this.#emitRejects()) return false;
      const minuteDueAtMs = Math.min(...this.#openSinceMs.values()) + this.#mostOpenMs;
      const dueAtMs = Math.min(Math.max(minuteDueAtMs, showUntilMs), this.#rejectsDueAtMs);
      if (dueAtMs === Infinity) return coming;
      await within(coming, dueAtMs - this.#clock.now());
      // Timers fire before pending reads: if this process was held up, bytes may be waiting.
      for (let turns = 0; !state.hasCome && turns < 2; turns++) await turn();
      if (state.hasCome) return true;
      if (this.#closeOverdue()) return false;
    }
  }

  get #mostOpenMs(): number {
    return longestMs(this.#rules.intervals.grid, 1 + this.#rules.grace);
  }

  #emitRejects(): boolean {
    if (this.#rejectsDueAtMs > this.#clock.now()) return false;
    this.#closeThrough(this.#closedMs);
    return true;
  }

  #closeOverdue(): boolean {
    const sinceMs = this.#clock.now() - this.#mostOpenMs;
    const overdue = [...this.#openSinceMs].filter(([, openedAtMs]) => openedAtMs <= sinceMs);
    if (overdue.length === 0) return false;
    this.#markClosed(Math.max(...overdue.map(([minuteMs]) => minuteMs)));
    this.#closeThrough(this.#closedMs);
    return true;
  }

  #closeThrough(minuteMs: number): void {
    this.#to.closeThrough(minuteMs);
    this.#rejectsDueAtMs = Infinity;
  }

  #opened(minuteMs: number): void {
    this.#openSinceMs.set(minuteMs, this.#clock.now());
    if (minuteMs <= this.#newestMs) return;
    this.#newestMs = minuteMs;
    // As in every input, it closes the minutes more than `grace` intervals earlier.
    const { intervals, grace } = this.#rules;
    this.#markClosed(intervals.before(minuteMs, 1 + grace));
  }

  #markClosed(minuteMs: number): void {
    this.#closedMs = Math.max(this.#closedMs, minuteMs);
    for (const open of this.#openSinceMs.keys()) if (open <= this.#closedMs) this.#openSinceMs.delete(open);
  }
}

/** Rejects a record whose minute was emitted without it. */
export function lateRecord({ minuteMs, target, source }: MinuteRecord): Reject {
  const message = `comes after its minute, ${isoTime(minuteMs)}, was closed`;
  return { target, minuteMs, source, reason: 'late', message };
}

/** Rejects a record that is too far ahead of this machine's clock. */
function earlyRecord(
  { minuteMs, target, source }: MinuteRecord,
  nowMs: number,
  { intervals, maxAhead }: LiveRules,
): Reject {
  const allowed = `${maxAhead} × ${formatDuration(intervals.grid.intervalMs)} (--max-ahead)`;
  const message = `${isoTime(minuteMs)} is more than ${allowed} ahead of this machine's clock, ${isoTime(nowMs)}`;
  return { target, minuteMs, source, reason: 'early', message };
}

/** Resolves when the promise does, or after this time. */
async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  if (ms <= 0) return;
  await new Promise<void>((resolve) => {
    const timer = new Timer(ms, resolve);
    void promise.then(() => {
      timer.clear();
      resolve();
    });
  });
}
