import { foldRecords } from '../core/minute.js';
import type { DuplicatePolicy } from '../core/minute.js';
import type { InputPosition } from '../core/input-position.js';
import type { ReadStep } from '../core/types.js';
import type { FileMinute } from './file-minutes.js';
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
  #waiting: FileMinute[] = [];
  #next = 0;

  constructor({ minutes, start }: MergedInput) {
    this.#minutes = minutes;
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
      this.#waiting = value;
      this.#next = 0;
    }
    return true;
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
 */
export async function* mergeMinutes(
  inputs: readonly MergedInput[],
  duplicates: DuplicatePolicy,
  range: TimeRange,
): AsyncGenerator<ReadStep, undefined> {
  const all = inputs.map((input) => new MinuteQueue(input));
  let queues: readonly MinuteQueue[] = all;
  try {
    for (;;) {
      const ended = new Set<MinuteQueue>();
      for (const queue of queues) {
        if (queue.first === undefined && !(await queue.fill())) ended.add(queue);
      }
      if (ended.size > 0) queues = queues.filter((queue) => !ended.has(queue));
      if (queues.length === 0) return undefined;
      const step = toStep(takeEarliest(queues), duplicates, range);
      yield { ...step, positions: positionsOf(all) };
    }
  } finally {
    for (const queue of queues) await queue.close();
  }
}

/** Takes the earliest minute off every queue that has it. */
function takeEarliest(queues: readonly MinuteQueue[]): FileMinute[] {
  let minuteMs = Infinity;
  for (const { first } of queues)
    if (first !== undefined && first.minuteMs < minuteMs) minuteMs = first.minuteMs;
  const taken: FileMinute[] = [];
  for (const queue of queues) {
    const { first } = queue;
    if (first === undefined || first.minuteMs !== minuteMs) continue;
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
  duplicates: DuplicatePolicy,
  range: TimeRange,
): Omit<ReadStep, 'positions'> {
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
    isTail: minutes.some((minute) => minute.isTail),
    found: minutes.reduce((sum, { found }) => sum + found, 0),
    rejects: folded.rejects.length === 0 || !isAsked ? rejects : rejects.concat(folded.rejects),
    merged: (isAsked ? folded.merged : 0) + minutes.reduce((sum, { merged }) => sum + merged, 0),
    filtered: minutes.reduce((sum, { filtered }) => sum + filtered, 0),
  };
}
