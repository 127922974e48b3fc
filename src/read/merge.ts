import { foldRecords } from '../core/minute.js';
import type { DuplicatePolicy } from '../core/minute.js';
import type { ReadStep } from '../core/types.js';
import type { FileMinute } from './file-minutes.js';
import { withoutHandedOn, type LiveFills } from './live-merge.js';

/** One file's minutes, of which the first is always at hand. */
class MinuteQueue {
  readonly #minutes: AsyncIterator<FileMinute[], undefined>;
  #waiting: FileMinute[] = [];
  #next = 0;
  #handedOnMs = -Infinity;

  constructor(minutes: AsyncIterator<FileMinute[], undefined>) {
    this.#minutes = minutes;
  }

  get first(): FileMinute | undefined {
    return this.#waiting[this.#next];
  }

  /** Makes sure that there is a first one; false at the end of the file. */
  async fill(): Promise<boolean> {
    while (this.first === undefined) {
      const { value } = await this.#minutes.next();
      if (value === undefined) return false;
      this.#waiting = this.#handedOnMs === -Infinity ? value : withoutHandedOn(value, this.#handedOnMs);
      this.#next = 0;
    }
    return true;
  }

  /** Another input's minute is handed on without this one. */
  passBy(minuteMs: number): void {
    this.#handedOnMs = minuteMs;
  }

  shift(): void {
    this.#next++;
  }

  async close(): Promise<void> {
    await this.#minutes.return?.();
  }
}

/**
 * Merges several files' closed minutes by time, files in their order within a minute, and applies the
 * rule for duplicates over all of them. A minute is handed on once every file has closed it or a later one.
 */
export async function* mergeMinutes(
  files: readonly AsyncIterator<FileMinute[], undefined>[],
  duplicates: DuplicatePolicy,
  live: LiveFills | null = null,
): AsyncGenerator<ReadStep, undefined> {
  let queues = files.map((minutes) => new MinuteQueue(minutes));
  try {
    for (;;) {
      const ended = await (live?.fill(queues) ?? fillAll(queues));
      if (ended.size > 0) queues = queues.filter((queue) => !ended.has(queue));
      if (queues.length === 0) return undefined;
      yield toStep(takeEarliest(queues), duplicates);
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
    queue.shift();
  }
  return taken;
}

function toStep(minutes: readonly FileMinute[], duplicates: DuplicatePolicy): ReadStep {
  const [only] = minutes;
  const minuteMs = only?.minuteMs ?? NaN;
  const records =
    minutes.length === 1 && only !== undefined ? only.records : minutes.flatMap((m) => m.records);
  const folded = foldRecords(records, duplicates);
  const rejects = minutes.flatMap((minute) => minute.rejects);
  return {
    batch: records.length === 0 ? null : { minuteMs, records: folded.records },
    lookBack: false,
    positions: null,
    isTail: minutes.some((minute) => minute.isTail),
    found: minutes.reduce((sum, { found }) => sum + found, 0),
    rejects: folded.rejects.length === 0 ? rejects : rejects.concat(folded.rejects),
    merged: folded.merged + minutes.reduce((sum, { merged }) => sum + merged, 0),
    filtered: minutes.reduce((sum, { filtered }) => sum + filtered, 0),
  };
}
