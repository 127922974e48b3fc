import { performance } from 'node:perf_hooks';

import type { Block } from '../core/block.js';
import type { Executor } from '../core/executor.js';
import type { LookBack } from '../core/look-back.js';
import type { BlockTiming, ReadStep } from '../core/types.js';
import type { DueSteps } from './feed.js';
import type { BackfillSettings } from './replay-config.js';

/** Steps that are written together, and the block of their minutes. */
export interface StepBlock {
  /** In the order of reading, at least one; none is look-back. */
  readonly steps: readonly ReadStep[];
  /** Null: no step has a minute. */
  readonly block: Block | null;
  /** How many of its minutes may have items: a target in them is past its warm-up. */
  readonly minutesWithItems: number;
  /** When its first minute was to begin, on the clock of `performance.now()`; null: it has no schedule. */
  readonly dueAtMs: number | null;
  /** Whether it is a minute with items that is to be compared. */
  readonly isCompared: boolean;
}

export interface BlockMakerOptions {
  readonly lookBack: LookBack;
  readonly length: Pick<BlockLength, 'minutes'>;
  /** Values that a block may hold, bytes; one minute may have more. */
  readonly mostBytes: number;
  /** The longest time that a minute may wait for others, ms. */
  readonly holdMs: number;
  /** Whether to compare the next minute with items, if it begins a block. */
  readonly compares: () => boolean;
  /** Monotonic clock, ms. */
  readonly now: () => number;
}

/** Time without a step after which the input counts as one that has to be waited for, ms. */
const STALLED_MS = 20;
/** How often an open block is looked at, ms. */
const CHECK_MS = 10;

/**
 * Gathers consecutive minutes into blocks. A block is closed when it is full, when the input has to be waited for or a
 * minute has waited long enough, and before a step at which the run must be able to resume. A minute that is compared is a
 * block of its own, between others. What a block holds changes no result.
 */
export class BlockMaker {
  readonly #options: BlockMakerOptions;
  #steps: ReadStep[] = [];
  #minutesWithItems = 0;
  #dueAtMs: number | null = null;
  #openedAtMs = 0;

  constructor(options: BlockMakerOptions) {
    this.#options = options;
  }

  /** Call once. @throws what reading throws */
  async *blocks(steps: AsyncIterable<DueSteps>): AsyncGenerator<StepBlock> {
    const { lookBack, compares } = this.#options;
    const arrivals = new Arrivals(steps, this.#options.now);
    try {
      for (;;) {
        const next = await arrivals.next(this.#steps.length === 0 ? null : this.#closesAtMs());
        if (next === 'waiting') {
          yield this.#close();
          continue;
        }
        if (next === 'end') break;
        for (const step of next.steps) {
          if (step.lookBack) {
            if (step.batch !== null) lookBack.skip(step.batch);
            continue;
          }
          if (this.#steps.length > 0 && this.#beginsBlock(step)) yield this.#close();
          const isDue = lookBack.minutes === 0 && compares();
          const hasItems = this.#add(step, next.dueAtMs);
          if (isDue && hasItems) yield this.#close(true);
          else if (this.#isFull()) yield this.#close();
        }
      }
      if (this.#steps.length > 0) yield this.#close();
    } finally {
      await arrivals.close();
    }
  }

  /**
   * What the end of an input closes is redone when the input grows, so a run must be able to resume before it. The same
   * holds before a step without a minute: none can resume after it before the next minute.
   */
  #beginsBlock({ batch, isTail }: ReadStep): boolean {
    return isTail || batch === null || !this.#options.lookBack.fits(batch);
  }

  #add(step: ReadStep, dueAtMs: number | null): boolean {
    if (this.#steps.length === 0) this.#openedAtMs = this.#options.now();
    this.#steps.push(step);
    if (step.batch === null) return false;
    this.#dueAtMs ??= dueAtMs;
    const hasItems = this.#options.lookBack.push(step.batch);
    if (hasItems) this.#minutesWithItems++;
    return hasItems;
  }

  #isFull(): boolean {
    const { lookBack, length, mostBytes } = this.#options;
    if (lookBack.minutes === 0) return false;
    const isDue = this.#options.now() >= this.#closesAtMs();
    return isDue || lookBack.minutes >= length.minutes || lookBack.valueBytes >= mostBytes;
  }

  #closesAtMs(): number {
    return this.#openedAtMs + this.#options.holdMs;
  }

  #close(isCompared = false): StepBlock {
    const { lookBack } = this.#options;
    const closed = {
      steps: this.#steps,
      block: lookBack.minutes === 0 ? null : lookBack.take(),
      minutesWithItems: this.#minutesWithItems,
      dueAtMs: this.#dueAtMs,
      isCompared,
    };
    this.#steps = [];
    this.#minutesWithItems = 0;
    this.#dueAtMs = null;
    return closed;
  }
}

/** Values that a chunk may hold, bytes. */
const MOST_CHUNK_BYTES = 16 * 2 ** 20;
/** No minute is held back for longer, ms. */
const LONGEST_HOLD_MS = 1000;

export function blockMaker(
  { commitIntervalMs }: Pick<BackfillSettings, 'commitIntervalMs'>,
  { actors }: Pick<Executor, 'actors'>,
  parts: Pick<BlockMakerOptions, 'lookBack' | 'length' | 'compares'>,
): BlockMaker {
  return new BlockMaker({
    ...parts,
    mostBytes: MOST_CHUNK_BYTES * actors,
    holdMs: Math.min(LONGEST_HOLD_MS, commitIntervalMs),
    now: () => performance.now(),
  });
}

/** The steps of a feed, and word when the next ones are slow to come. */
class Arrivals {
  readonly #iterator: AsyncIterator<DueSteps>;
  readonly #now: () => number;
  #pending: Promise<IteratorResult<DueSteps>> | null = null;
  /** Gives up the wait for the next steps; null: nothing waits, or for as long as it takes. */
  #waiter: { readonly giveUp: () => void; readonly untilMs: number } | null = null;
  #check: NodeJS.Timeout | null = null;

  constructor(steps: AsyncIterable<DueSteps>, now: () => number) {
    this.#iterator = steps[Symbol.asyncIterator]();
    this.#now = now;
  }

  /** @param untilMs when an open block must be closed, on the clock of `now`; null: none is open */
  async next(untilMs: number | null): Promise<DueSteps | 'waiting' | 'end'> {
    this.#pending ??= this.#iterator.next();
    const result = untilMs === null ? await this.#pending : await this.#within(this.#pending, untilMs);
    if (result === null) return 'waiting';
    this.#pending = null;
    return result.done === true ? 'end' : result.value;
  }

  async close(): Promise<void> {
    if (this.#check !== null) clearInterval(this.#check);
    this.#pending?.catch(() => undefined);
    await this.#iterator.return?.();
  }

  /** One timer looks after all waits: a timer for each would cost more than the steps. */
  #within<T>(pending: Promise<T>, untilMs: number): Promise<T | null> {
    this.#check ??= setInterval(() => this.#look(), CHECK_MS);
    return new Promise((resolve, reject) => {
      const untilStalledMs = this.#now() + STALLED_MS;
      this.#waiter = { giveUp: () => resolve(null), untilMs: Math.min(untilMs, untilStalledMs) };
      pending.then(resolve, reject);
    });
  }

  #look(): void {
    if (this.#waiter !== null && this.#now() >= this.#waiter.untilMs) this.#waiter.giveUp();
  }
}

/** The work of a chunk that blocks aim at, ms: long enough for all that is done per chunk, short enough to balance. */
const CHUNK_MS = 100;
/** Blocks that have no items yet, which take no time, grow up to this. */
const MOST_WITHOUT_ITEMS = 64;

/** How many minutes to put in a block: a fixed number, or what makes chunks of about `CHUNK_MS`. */
export class BlockLength {
  readonly #fixed: number | null;
  #minutes = 1;
  /** Longer ones crash actors. */
  #most = Infinity;
  #losses = 0;

  /** @param fixed minutes; null: learned from the blocks that were served */
  constructor(fixed: number | null) {
    this.#fixed = fixed;
  }

  get minutes(): number {
    return Math.min(this.#fixed ?? this.#minutes, this.#most);
  }

  /** Whether every minute is served alone. */
  get isFixedAtOne(): boolean {
    return this.#fixed === 1;
  }

  /** Takes the timing of a block into account; at most doubles the length. */
  learn({ minutes, items, chunks }: Pick<BlockTiming, 'minutes' | 'items' | 'chunks'>): void {
    const slowestMs = Math.max(...chunks.map(({ serviceMs }) => serviceMs), 0);
    const wanted = items === 0 || slowestMs === 0 ? MOST_WITHOUT_ITEMS : (minutes * CHUNK_MS) / slowestMs;
    this.#minutes = Math.max(1, Math.min(Math.round(wanted), 2 * this.#minutes, this.#most));
  }

  /**
   * Takes into account that actors were lost on a block although no item crashes actors. One loss in a run is chance;
   * after more of them, later blocks have at most half as many minutes. Returns that limit where it is a new one.
   */
  learnLosses(minutes: number, losses: number): number | null {
    this.#losses += losses;
    const most = Math.floor(minutes / 2);
    if (losses === 0 || this.#losses < 2 || most < 1 || most >= this.#most) return null;
    return (this.#most = most);
  }
}
