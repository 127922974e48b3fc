import { type Block, type UntriedRow } from './block.js';
import { intervalsBetween } from './grid.js';
import type { Quarantine } from './incidents.js';
import type { ItemError } from './types.js';
import { isoTime } from './time.js';

/** `ItemError.errno` of an item that crashed its actors. */
const ACTOR_LOST = 'actor_lost';
/** `ItemError.errno` of an item that was not tried because its series is in quarantine. */
const QUARANTINED = 'quarantined';

/**
 * Which series are skipped, and until when. Executors may share one, so that each bad item is found only once. Its
 * errors are the same in every run: they name no process, and no time but the recording's.
 */
export class Quarantines {
  /** By target, then in the order of the recording's time. */
  readonly #byTarget = new Map<string, readonly Added[]>();
  #added = 0;

  constructor(known: readonly Quarantine[] = []) {
    for (const quarantine of known) this.add(quarantine);
  }

  /** How many different ones were ever added. */
  get added(): number {
    return this.#added;
  }

  add(quarantine: Quarantine): void {
    const others = this.#byTarget.get(quarantine.target) ?? [];
    if (others.some((other) => other.fromMs === quarantine.fromMs && other.column === quarantine.column))
      return;
    const all = [...others, { ...quarantine, number: this.#added++ }];
    this.#byTarget.set(
      quarantine.target,
      all.sort((a, b) => a.fromMs - b.fromMs),
    );
  }

  /** Those found up to this minute that last beyond it, by minute. */
  after(minuteMs: number): Quarantine[] {
    return [...this.#byTarget.values()]
      .flat()
      .filter(({ fromMs, untilMs }) => fromMs <= minuteMs && untilMs > minuteMs)
      .sort((a, b) => a.fromMs - b.fromMs || byCodeUnits(seriesText(a), seriesText(b)))
      .map(({ target, column, fromMs, untilMs }) => ({ target, column, fromMs, untilMs }));
  }

  /** Drops those that ended at or before this minute. */
  forgetBefore(minuteMs: number): void {
    for (const [target, quarantines] of this.#byTarget) {
      const held = quarantines.filter(({ untilMs }) => untilMs > minuteMs);
      if (held.length === 0) this.#byTarget.delete(target);
      else if (held.length < quarantines.length) this.#byTarget.set(target, held);
    }
  }

  /** The rows of the block that are in quarantine, by series, then by minute. */
  untriedIn(block: Block): UntriedRow[] {
    return [...this.#heldRows(block)].map(({ series, minute, holding }) => {
      const minuteMs = block.minutesMs[minute]!;
      const status = minuteMs === holding.fromMs ? 'lost' : 'quarantined';
      return { series, minute, status, error: errorOf(holding, minuteMs) };
    });
  }

  /** Whether a row of the block is in a quarantine that was not among the first `since` to be added. */
  affects(block: Block, since: number): boolean {
    return this.#added > since && this.#heldRows(block, since).next().done !== true;
  }

  *#heldRows(block: Block, since = 0): Generator<HeldRow> {
    if (this.#byTarget.size === 0) return;
    const minutes = block.minutesMs.length;
    for (const [series, target] of block.targets.entries()) {
      const quarantines = this.#byTarget
        .get(target)
        ?.filter(({ column, number }) => column === block.columns[series] && number >= since);
      if (quarantines === undefined || quarantines.length === 0) continue;
      for (const [minute, minuteMs] of block.minutesMs.entries()) {
        if (block.present[series * minutes + minute] === 0) continue;
        const holding = quarantines.find(
          ({ fromMs, untilMs }) =>
            fromMs <= minuteMs && intervalsBetween(minuteMs, untilMs, block.intervalMs) > 0,
        );
        if (holding !== undefined) yield { series, minute, holding };
      }
    }
  }
}

interface Added extends Quarantine {
  /** How many were added before it. */
  readonly number: number;
}

interface HeldRow {
  readonly series: number;
  readonly minute: number;
  readonly holding: Quarantine;
}

/** The quarantine of an item that crashes actors: until its row has left the window. */
export function quarantineOf(block: Block, series: number, minute: number): Quarantine {
  const fromMs = block.minutesMs[minute]!;
  return {
    target: block.targets[series]!,
    column: block.columns[series] ?? null,
    fromMs,
    untilMs: fromMs + block.window * block.intervalMs,
  };
}

function errorOf({ fromMs, untilMs }: Quarantine, minuteMs: number): ItemError {
  if (minuteMs === fromMs) {
    return {
      errno: ACTOR_LOST,
      errmsg: 'every actor that was given this item was lost while answering it',
    };
  }
  const [from, until] = [fromMs, untilMs].map(isoTime);
  return {
    errno: QUARANTINED,
    errmsg: `not tried: with the row of ${from} in its window it crashes actors; tried again from ${until}`,
  };
}

function seriesText({ target, column }: Quarantine): string {
  return JSON.stringify([target, column]);
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
