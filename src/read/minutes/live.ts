import { setImmediate as turn } from 'node:timers/promises';
import { Timer } from '../../core/timer.js';
import { formatDuration, isoTime } from '../../core/time.js';
import type { MinuteRecord, Reject } from '../../core/types.js';
import type { RecordSink } from '../lines/records.js';

/** An input that was not read for a while has so long to show what waits in it, before it counts as silent, ms. */
const SHOW_MS = 250;
/** Rejects do not wait longer than this for a minute to close, ms: there may be nothing but rejects. */
const REJECTS_WAIT_MS = 1000;
const NOTHING = Buffer.alloc(0);

/** What closes minutes, because nothing does that comes from the feed. */
export interface LiveMinutesSink extends RecordSink {
  /** Closes the minutes up to this one, epoch ms, and emits what was rejected. */
  closeThrough(minuteMs: number): void;
}

export interface LiveRules {
  readonly intervalMs: number;
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
 * closed, although nothing came that shows it to be over. A record that comes for a closed minute is rejected as
 * `late`; it does not stop the run, as in a file that is not sorted. A record of the future is rejected as `early`: it
 * would close the minutes of all other targets. Recorded times in the past say nothing about this machine's clock.
 */
export class LiveMinutes implements RecordSink {
  readonly #to: LiveMinutesSink;
  readonly #rules: LiveRules;
  readonly #clock: LiveClock;
  /** When the first record of each open minute came, on the clock of `performance.now()`. */
  readonly #openSinceMs = new Map<number, number>();
  #closedMs = -Infinity;
  #newestMs = -Infinity;
  /** When what was rejected is to be emitted at the latest. */
  #rejectsDueAtMs = Infinity;

  constructor(to: LiveMinutesSink, rules: LiveRules, clock = SYSTEM_CLOCK) {
    this.#to = to;
    this.#rules = rules;
    this.#clock = clock;
  }

  record(record: MinuteRecord): void {
    const { minuteMs } = record;
    const { intervalMs, maxAhead } = this.#rules;
    const nowMs = this.#clock.epochNow();
    if (minuteMs > nowMs + maxAhead * intervalMs) return this.reject(earlyRecord(record, nowMs, this.#rules));
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

  /** The feed's chunks; an empty one in between says that minutes were closed meanwhile. Call once. */
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

  /** True once something has come, or the end; false as soon as something was closed because nothing had. */
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
      // Timers go before what waits to be read: where we were held up ourselves, it is to be looked at first.
      for (let turns = 0; !state.hasCome && turns < 2; turns++) await turn();
      if (state.hasCome) return true;
      if (this.#closeOverdue()) return false;
    }
  }

  get #mostOpenMs(): number {
    return (1 + this.#rules.grace) * this.#rules.intervalMs;
  }

  /** There may be nothing but rejects, and nothing that closes a minute. */
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
    // By the rule for all inputs it closes those more than `grace` intervals before it.
    this.#markClosed(minuteMs - (1 + this.#rules.grace) * this.#rules.intervalMs);
  }

  #markClosed(minuteMs: number): void {
    this.#closedMs = Math.max(this.#closedMs, minuteMs);
    for (const open of this.#openSinceMs.keys()) if (open <= this.#closedMs) this.#openSinceMs.delete(open);
  }
}

/** A record whose minute was handed on without it. */
export function lateRecord({ minuteMs, target, source }: MinuteRecord): Reject {
  const message = `comes after its minute, ${new Date(minuteMs).toISOString()}, was closed`;
  return { target, minuteMs, source, reason: 'late', message };
}

/** A record whose time has not come by this machine's clock. */
function earlyRecord(
  { minuteMs, target, source }: MinuteRecord,
  nowMs: number,
  { intervalMs, maxAhead }: LiveRules,
): Reject {
  const allowed = `${maxAhead} × ${formatDuration(intervalMs)} (--max-ahead)`;
  const message = `${isoTime(minuteMs)} is more than ${allowed} ahead of this machine's clock, ${isoTime(nowMs)}`;
  return { target, minuteMs, source, reason: 'early', message };
}

/** Resolves when the promise does, or after so long. */
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
