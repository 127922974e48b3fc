import { Intervals, plainGrid } from '#build/core/grid.js';
import type { Reject } from '#build/core/types.js';
import { AwaitedColumns } from '#build/read/lines/awaited-columns.js';
import { LateFields, type FilePlan } from '#build/read/lines/plan.js';
import { openReader, type LineStart } from '#build/read/lines/reader.js';
import type { RecordSink } from '#build/read/lines/records.js';
import { TargetFilter } from '#build/read/lines/target-filter.js';
import type { SortedText } from '#build/read/sort/sorted-text.js';

/** A record or reject, with its place in the input. */
export interface ReadEvent {
  /** Epoch ms; NaN: unknown. */
  readonly timeMs: number;
  readonly line: number;
  readonly byteOffset: number;
  readonly text: string;
  readonly what: string;
}

/** All records and rejects, in reading order, with their exact times. */
export function readEvents(
  plan: FilePlan,
  maxLineBytes: number,
  chunks: Iterable<Buffer>,
  start: LineStart = { byteOffset: 0, line: 1 },
): ReadEvent[] {
  const events: ReadEvent[] = [];
  const take = (
    { minuteMs, source }: Pick<Reject, 'minuteMs' | 'source'>,
    what: readonly unknown[],
  ): void => {
    const { line, byteOffset, item } = source;
    const { text } = source.raw();
    events.push({ timeMs: minuteMs, line, byteOffset, text, what: JSON.stringify([...what, item]) });
  };
  const sink: RecordSink = {
    record: (record) => take(record, [record.target, [...record.values].map(String)]),
    reject: (reject) => take(reject, [reject.reason, reject.message]),
    filtered: () => undefined,
  };
  const rules = {
    timezone: 'UTC',
    intervals: new Intervals(plainGrid(1)),
    filter: new TargetFilter(undefined, null),
    shard: null,
    ownWindow: null,
    maxLineBytes,
    late: new LateFields(),
    awaited: new AwaitedColumns(),
  };
  const reader = openReader(plan, rules, sink, start);
  for (const chunk of chunks) reader.push(Buffer.from(chunk));
  reader.drain();
  reader.end();
  return events;
}

/** Events in time order; one without a time stays behind the one before it. */
export function inTimeOrder(events: readonly ReadEvent[]): ReadEvent[] {
  let lastMs = -Infinity;
  const keyed = events.map((event) => {
    if (!Number.isNaN(event.timeMs)) lastMs = event.timeMs;
    return { event, timeMs: lastMs };
  });
  return keyed.sort((a, b) => a.timeMs - b.timeMs || 0).map(({ event }) => event);
}

/** Events of a sorted text, from a place in it on. */
export async function eventsOf(
  text: SortedText,
  plan: FilePlan,
  maxLineBytes: number,
  start: LineStart = { byteOffset: 0, line: 1 },
): Promise<ReadEvent[]> {
  const bytes = await text.text.read(start.byteOffset, text.text.sizeBytes);
  return readEvents(plan, maxLineBytes, [bytes], { ...start, origins: text });
}
