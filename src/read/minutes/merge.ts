import { foldRecords } from '../../core/minute.js';
import type { DuplicatePolicy } from '../../core/minute.js';
import type { InputPosition } from '../../core/input-position.js';
import type { ReadStep } from '../../core/types.js';
import type { FileMinute } from './file-minutes.js';
import { withoutHandedOn, type LiveFills } from './live-merge.js';
import { isInRange } from './time-range.js';
import type { TimeRange } from './time-range.js';

/** An input to be merged with others. */
export interface MergedInput {
  /** Null: there is nothing in it to read. */
  readonly minutes: AsyncIterator<FileMinute[], undefined> | null;
  /** Where reading it begins. */
  readonly start: InputPosition;
}

/** One input's minutes, of which the first is always at hand. */
class MinuteQueue {
  /** Where the input goes on after what was taken of it; null: nowhere. */
  position: InputPosition | null;
  readonly #minutes: AsyncIterator<FileMinute[], undefined> | null;
  readonly #range: TimeRange;
  #waiting: FileMinute[] = [];
  #next = 0;
  #handedOnMs = -Infinity;

  constructor({ minutes, start }: MergedInput, range: TimeRange) {
    this.#minutes = minutes;
    this.#range = range;
    this.position = start;
  }

  get first(): FileMinute | undefined {
    return this.#waiting[this.#next];
  }

  /** Makes sure that there is a first one; false at the end of the input. */
  async fill(): Promise<boolean> {
    while (this.first === undefined) {
      const value = (await this.#minutes?.next())?.value;
      if (value === undefined) {
        this.position = 'end';
        return false;
      }
      const isFirst = this.#handedOnMs === -Infinity;
      this.#waiting = isFirst ? value : withoutHandedOn(value, this.#handedOnMs, this.#range);
      this.#next = 0;
    }
    return true;
  }

  /** Another input's minute is handed on without this one. */
  passBy(minuteMs: number): void {
    this.#handedOnMs = minuteMs;
  }

  take(minute: FileMinute): void {
    this.position = minute.after;
    this.#next++;
  }

  async close(): Promise<void> {
    await this.#minutes?.return?.();
  }
}

/**
 * Merges several inputs' closed minutes by time, inputs in their order within a minute, and applies the
 * rule for duplicates over all of them. A minute is handed on once every input has closed it or a later one.
 *
 * @throws AiopsError what reading an input throws
 */
export async function* mergeMinutes(
  inputs: readonly MergedInput[],
  duplicates: DuplicatePolicy,
  range: TimeRange,
  live: LiveFills | null = null,
): AsyncGenerator<ReadStep, undefined> {
  const all = inputs.map((input) => new MinuteQueue(input, range));
  let queues: readonly MinuteQueue[] = all;
  try {
    for (;;) {
      const ended = await (live?.fill(queues) ?? fillAll(queues));
      if (ended.size > 0) queues = queues.filter((queue) => !ended.has(queue));
      if (queues.length === 0) return undefined;
      const taken = takeEarliest(queues);
      yield toStep(taken, positionsOf(all), duplicates, range);
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

/** Takes the earliest minute off every queue that has it. */
function takeEarliest(queues: readonly MinuteQueue[]): FileMinute[] {
  let minuteMs = Infinity;
  for (const { first } of queues)
    if (first !== undefined && first.minuteMs < minuteMs) minuteMs = first.minuteMs;
  const taken: FileMinute[] = [];
  for (const queue of queues) {
    const { first } = queue;
    if (first?.minuteMs !== minuteMs) {
      if (first === undefined && minuteMs > -Infinity) queue.passBy(minuteMs);
      continue;
    }
    taken.push(first);
    queue.take(first);
  }
  return taken;
}

function positionsOf(queues: readonly MinuteQueue[]): InputPosition[] | null {
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
  duplicates: DuplicatePolicy,
  range: TimeRange,
): ReadStep {
  const [only] = minutes;
  const minuteMs = only?.minuteMs ?? NaN;
  const records =
    minutes.length === 1 && only !== undefined ? only.records : minutes.flatMap((m) => m.records);
  const folded = foldRecords(records, duplicates);
  const isAsked = isInRange(range, minuteMs);
  const rejects = minutes.flatMap((minute) => minute.rejects);
  return {
    batch: records.length === 0 ? null : { minuteMs, records: folded.records },
    lookBack: false,
    positions,
    isTail: minutes.some((minute) => minute.isTail),
    found: minutes.reduce((sum, { found }) => sum + found, 0),
    rejects: folded.rejects.length === 0 || !isAsked ? rejects : rejects.concat(folded.rejects),
    merged: (isAsked ? folded.merged : 0) + minutes.reduce((sum, { merged }) => sum + merged, 0),
    filtered: minutes.reduce((sum, { filtered }) => sum + filtered, 0),
  };
}
