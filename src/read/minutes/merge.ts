import { MinuteFolder, type DuplicatePolicy } from '../shared/minute.js';
import type { InputPosition } from '../../core/input-position.js';
import { Timer } from '../../core/timer.js';
import type { ReadStep } from '../../core/types.js';
import { isInRange, type FileMinute, type TimeRange } from './file-minutes.js';
import { lateRecord } from './live.js';

/** An input to merge with others. */
export interface MergedInput {
  /** Null: nothing to read. */
  readonly minutes: AsyncIterator<FileMinute[], undefined> | null;
  /** Where reading it starts. */
  readonly start: InputPosition;
}

/** The closed minutes of one input. */
class MinuteQueue {
  /** Where to resume the input after what was taken; null: not here. */
  position: InputPosition | null;
  readonly #minutes: AsyncIterator<FileMinute[], undefined> | null;
  readonly #range: TimeRange;
  #waiting: FileMinute[] = [];
  #next = 0;
  /** The last minute emitted without this input; -Infinity: none. */
  #missedMs = -Infinity;

  constructor({ minutes, start }: MergedInput, range: TimeRange) {
    this.#minutes = minutes;
    this.#range = range;
    this.position = start;
  }

  get first(): FileMinute | undefined {
    return this.#waiting[this.#next];
  }

  /** Waits until there is a first one; false at the end of the input. */
  async fill(): Promise<boolean> {
    while (this.first === undefined) {
      const value = (await this.#minutes?.next())?.value;
      if (value === undefined) {
        this.position = 'end';
        return false;
      }
      this.#waiting = this.#missedMs === -Infinity ? value : this.#withoutMissed(value);
      this.#next = 0;
    }
    return true;
  }

  /** A minute of another input is emitted without this one. */
  miss(minuteMs: number): void {
    this.#missedMs = minuteMs;
  }

  take(minute: FileMinute): FileMinute {
    this.position = minute.after;
    this.#next++;
    return minute;
  }

  async close(): Promise<void> {
    await this.#minutes?.return?.();
  }

  /** Records of minutes that were emitted without this input come too late. */
  #withoutMissed(minutes: readonly FileMinute[]): FileMinute[] {
    return minutes.map((minute) => {
      if (minute.minuteMs > this.#missedMs || minute.minuteMs === -Infinity) return minute;
      const late = isInRange(this.#range, minute.minuteMs) ? minute.records.map(lateRecord) : [];
      return { ...minute, minuteMs: -Infinity, records: [], rejects: minute.rejects.concat(late) };
    });
  }
}

/**
 * Merges the closed minutes of several inputs by time, and within a minute in the order of the inputs; applies the
 * policy for duplicates over all of them. A minute is emitted once every input has closed it or a later one, together
 * with those that follow it without further reading.
 *
 * @throws AiopsError what reading an input throws
 */
export async function* mergeMinutes(
  inputs: readonly MergedInput[],
  duplicates: DuplicatePolicy,
  range: TimeRange,
  live: LiveFills | null = null,
): AsyncGenerator<ReadStep[], undefined> {
  const all = inputs.map((input) => new MinuteQueue(input, range));
  const folder = new MinuteFolder(duplicates);
  let queues: readonly MinuteQueue[] = all;
  try {
    for (;;) {
      const ended = await (live?.fill(queues) ?? fillAll(queues));
      if (ended.size > 0) queues = queues.filter((queue) => !ended.has(queue));
      if (queues.length === 0) return undefined;
      const steps: ReadStep[] = [];
      do steps.push(toStep(takeEarliest(queues), positionsOf(all), folder, range));
      while (live === null && haveMinutes(queues));
      yield steps;
    }
  } finally {
    for (const queue of queues) if (live?.isFilling(queue) !== true) await queue.close();
  }
}

async function fillAll(queues: readonly MinuteQueue[]): Promise<ReadonlySet<MinuteQueue>> {
  const ended = new Set<MinuteQueue>();
  for (const queue of queues) {
    if (queue.first === undefined && !(await queue.fill())) ended.add(queue);
  }
  return ended;
}

function haveMinutes(queues: readonly MinuteQueue[]): boolean {
  for (const { first } of queues) if (first === undefined) return false;
  return true;
}

/** Takes the earliest minute from every queue that has it. */
function takeEarliest(queues: readonly MinuteQueue[]): FileMinute[] {
  const [only] = queues;
  if (queues.length === 1 && only?.first !== undefined) return [only.take(only.first)];
  let minuteMs = Infinity;
  for (const { first } of queues)
    if (first !== undefined && first.minuteMs < minuteMs) minuteMs = first.minuteMs;
  const taken: FileMinute[] = [];
  for (const queue of queues) {
    const { first } = queue;
    if (first?.minuteMs !== minuteMs) {
      if (first === undefined && minuteMs > -Infinity) queue.miss(minuteMs);
      continue;
    }
    taken.push(queue.take(first));
  }
  return taken;
}

function positionsOf(queues: readonly MinuteQueue[]): InputPosition[] | null {
  const [only] = queues;
  if (queues.length === 1 && only !== undefined) return only.position === null ? null : [only.position];
  const positions: InputPosition[] = [];
  for (const { position } of queues) {
    if (position === null) return null;
    positions.push(position);
  }
  return positions;
}

function toStep(
  minutes: readonly FileMinute[],
  positions: ReadStep['positions'],
  folder: MinuteFolder,
  range: TimeRange,
): ReadStep {
  const { minuteMs, records, rejects, merged, isTail, found, filtered } = joined(minutes);
  const folded = folder.fold(records);
  const isAsked = isInRange(range, minuteMs);
  return {
    batch: records.length === 0 ? null : { minuteMs, records: folded.records },
    lookBack: false,
    positions,
    isTail,
    found,
    rejects: folded.rejects.length === 0 || !isAsked ? rejects : rejects.concat(folded.rejects),
    merged: (isAsked ? folded.merged : 0) + merged,
    filtered,
  };
}

/** The same minute of several inputs; at least one. */
function joined(minutes: readonly FileMinute[]): Omit<FileMinute, 'after'> {
  if (minutes.length === 1) return minutes[0]!;
  return {
    minuteMs: minutes[0]!.minuteMs,
    records: minutes.flatMap(({ records }) => records),
    rejects: minutes.flatMap(({ rejects }) => rejects),
    merged: minutes.reduce((sum, { merged }) => sum + merged, 0),
    filtered: minutes.reduce((sum, { filtered }) => sum + filtered, 0),
    found: minutes.reduce((sum, { found }) => sum + found, 0),
    isTail: minutes.some(({ isTail }) => isTail),
  };
}

/**
 * Fills the queues of live inputs, one of which may be silent while others are not: once another one has a minute, it
 * is waited for `timeoutMs`, and then ignored until something comes again.
 */
export class LiveFills {
  readonly #timeoutMs: number;
  readonly #filling = new Set<MinuteQueue>();
  readonly #timedOut = new Set<MinuteQueue>();
  readonly #ended = new Set<MinuteQueue>();
  #failure: { readonly error: unknown } | null = null;
  #wake = (): void => undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Waits until there is a minute to take; returns the inputs that have ended. */
  async fill(queues: readonly MinuteQueue[]): Promise<ReadonlySet<MinuteQueue>> {
    for (const queue of queues)
      if (queue.first === undefined && !this.#filling.has(queue)) this.#start(queue);
    const hasMinute = (): boolean => queues.some(({ first }) => first !== undefined);
    while (!hasMinute() && this.#filling.size > 0 && this.#failure === null) await this.#change(Infinity);
    const untilMs = performance.now() + this.#timeoutMs;
    // Rejects alone need not wait.
    while (this.#failure === null && queues.every(({ first }) => first?.minuteMs !== -Infinity)) {
      const missing = [...this.#filling].filter((queue) => !this.#timedOut.has(queue));
      if (missing.length === 0) break;
      const leftMs = untilMs - performance.now();
      if (leftMs > 0) await this.#change(leftMs);
      else for (const queue of missing) this.#timedOut.add(queue);
    }
    if (this.#failure !== null) throw this.#failure.error;
    return this.#ended;
  }

  /** Whether an input is being waited for, so that closing its queue would have to wait too. */
  isFilling(queue: MinuteQueue): boolean {
    return this.#filling.has(queue);
  }

  #start(queue: MinuteQueue): void {
    this.#filling.add(queue);
    void this.#filled(queue);
  }

  async #filled(queue: MinuteQueue): Promise<void> {
    try {
      if (!(await queue.fill())) this.#ended.add(queue);
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#filling.delete(queue);
    this.#timedOut.delete(queue);
    this.#wake();
  }

  /** Resolves when something came from an input, or it ended, or after this time. */
  async #change(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms < Infinity) {
        const timer = new Timer(ms, resolve);
        this.#wake = () => {
          timer.clear();
          resolve();
        };
      }
    });
  }
}
