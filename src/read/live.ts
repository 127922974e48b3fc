import { setImmediate as turn } from 'node:timers/promises';
import type { MinuteRecord, Reject } from '../core/types.js';
import type { RecordSink } from './records.js';

/** An input that was not read for a while has so long to show what waits in it, before it counts as silent, ms. */
const SHOW_MS = 250;
const NOTHING = Buffer.alloc(0);

/** What closes minutes, because nothing does that comes from the feed. */
export interface LiveMinutesSink extends RecordSink {
  /** Closes the minutes up to this one, epoch ms. */
  closeThrough(minuteMs: number): void;
}

export interface LiveRules {
  readonly intervalMs: number;
  /** Intervals that a record may go back. */
  readonly grace: number;
}

/**
 * Closes the minutes of a live feed by the clock as well: a minute that has been open for `1 + grace` intervals is
 * closed, although nothing came that shows it to be over. A record that comes for a closed minute is rejected as
 * `late`; it does not stop the run, as in a file that is not sorted.
 */
export class LiveMinutes implements RecordSink {
  readonly #to: LiveMinutesSink;
  readonly #rules: LiveRules;
  /** When the first record of each open minute came, on the clock of `performance.now()`. */
  readonly #openSinceMs = new Map<number, number>();
  #closedMs = -Infinity;
  #newestMs = -Infinity;

  constructor(to: LiveMinutesSink, rules: LiveRules) {
    this.#to = to;
    this.#rules = rules;
  }

  record(record: MinuteRecord): void {
    const { minuteMs } = record;
    if (minuteMs <= this.#closedMs) {
      this.#to.reject(lateRecord(record));
      return;
    }
    if (!this.#openSinceMs.has(minuteMs)) this.#opened(minuteMs);
    this.#to.record(record);
  }

  reject(reject: Reject): void {
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
        const showUntilMs = performance.now() + SHOW_MS;
        while (!(await this.#arrives(next, showUntilMs))) yield NOTHING;
        const result: IteratorResult<Buffer, unknown> = await next;
        if (result.done === true) return undefined;
        yield result.value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** True once something has come, or the end; false as soon as a minute was closed because nothing had. */
  async #arrives(next: Promise<unknown>, showUntilMs: number): Promise<boolean> {
    const state = { hasCome: false };
    const come = (): boolean => (state.hasCome = true);
    const coming = next.then(come, come);
    for (;;) {
      const [oldestMs] = [...this.#openSinceMs.values()].sort((a, b) => a - b);
      if (oldestMs === undefined) return coming;
      const dueAtMs = Math.max(oldestMs + this.#mostOpenMs, showUntilMs);
      await within(coming, dueAtMs - performance.now());
      // Timers go before what waits to be read: where we were held up ourselves, it is to be looked at first.
      for (let turns = 0; !state.hasCome && turns < 2; turns++) await turn();
      if (state.hasCome) return true;
      if (this.#closeOverdue()) return false;
    }
  }

  get #mostOpenMs(): number {
    return (1 + this.#rules.grace) * this.#rules.intervalMs;
  }

  #closeOverdue(): boolean {
    const sinceMs = performance.now() - this.#mostOpenMs;
    const overdue = [...this.#openSinceMs].filter(([, openedAtMs]) => openedAtMs <= sinceMs);
    if (overdue.length === 0) return false;
    this.#markClosed(Math.max(...overdue.map(([minuteMs]) => minuteMs)));
    this.#to.closeThrough(this.#closedMs);
    return true;
  }

  #opened(minuteMs: number): void {
    this.#openSinceMs.set(minuteMs, performance.now());
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

/** Resolves when the promise does, or after so long. */
async function within(promise: Promise<unknown>, ms: number): Promise<void> {
  if (ms <= 0) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1));
    void promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
