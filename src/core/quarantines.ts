import type { Quarantine } from './incidents.js';
import type { ItemBatch, ItemError } from './types.js';

/** `ItemError.errno` of an item that crashed its actors. */
export const ACTOR_LOST = 'actor_lost';
/** `ItemError.errno` of an item that was not tried because its series is in quarantine. */
export const QUARANTINED = 'quarantined';

/**
 * Which series are skipped, and until when. Executors may share one, so that each bad item is found only once. Its
 * errors are the same in every run: they name no process, and no time but the recording's.
 */
export class Quarantines {
  readonly #bySeries = new Map<string, Quarantine[]>();

  constructor(known: readonly Quarantine[] = []) {
    for (const quarantine of known) this.add(quarantine);
  }

  add(quarantine: Quarantine): void {
    const series = seriesOf(quarantine.target, quarantine.column);
    const others = this.#bySeries.get(series) ?? [];
    if (others.some(({ fromMs }) => fromMs === quarantine.fromMs)) return;
    this.#bySeries.set(series, [...others, quarantine]);
  }

  /** Those found up to this minute that last beyond it, by minute. */
  after(minuteMs: number): Quarantine[] {
    return [...this.#bySeries.values()]
      .flat()
      .filter(({ fromMs, untilMs }) => fromMs <= minuteMs && untilMs > minuteMs)
      .sort((a, b) => a.fromMs - b.fromMs || byCodeUnits(seriesText(a), seriesText(b)));
  }

  /** Drops those that ended at or before this minute. */
  forgetBefore(minuteMs: number): void {
    for (const [series, quarantines] of this.#bySeries) {
      const held = quarantines.filter(({ untilMs }) => untilMs > minuteMs);
      if (held.length === 0) this.#bySeries.delete(series);
      else if (held.length < quarantines.length) this.#bySeries.set(series, held);
    }
  }

  /** The errors of the items in quarantine among `[start, end)`, by index relative to `start`. */
  errorsOf(batch: ItemBatch, start = 0, end = batch.targets.length): Map<number, ItemError> {
    const errors = new Map<number, ItemError>();
    if (this.#bySeries.size === 0) return errors;
    for (let item = start; item < end; item++) {
      const series = seriesOf(batch.targets[item]!, batch.columns[item] ?? null);
      const holding = this.#bySeries
        .get(series)
        ?.find(({ fromMs, untilMs }) => fromMs <= batch.minuteMs && batch.minuteMs < untilMs);
      if (holding !== undefined) errors.set(item - start, errorOf(holding, batch.minuteMs));
    }
    return errors;
  }
}

/** The quarantine of an item that crashes actors: until its row has left the window. */
export function quarantineOf(batch: ItemBatch, item: number): Quarantine {
  return {
    target: batch.targets[item]!,
    column: batch.columns[item] ?? null,
    fromMs: batch.minuteMs,
    untilMs: batch.minuteMs + batch.window * batch.intervalMs,
  };
}

function errorOf({ fromMs, untilMs }: Quarantine, minuteMs: number): ItemError {
  if (minuteMs === fromMs) {
    return {
      errno: ACTOR_LOST,
      errmsg: 'every actor that was given this item was lost while answering it',
    };
  }
  const [from, until] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString());
  return {
    errno: QUARANTINED,
    errmsg: `not tried: with the row of ${from} in its window it crashes actors; tried again from ${until}`,
  };
}

function seriesOf(target: string, column: string | null): string {
  return JSON.stringify([target, column]);
}

function seriesText({ target, column }: Quarantine): string {
  return seriesOf(target, column);
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
