import { Intervals, plainGrid } from '#build/core/grid.js';
import type { MinuteRecord, Reject } from '#build/core/types.js';
import { AUTO_TIME } from '#build/core/time/format.js';
import { NO_MARKS } from '#build/read/lines/marks.js';
import { PLAIN_NUMBERS } from '#build/read/lines/number-format.js';
import { AwaitedColumns } from '#build/read/lines/awaited-columns.js';
import { LateFields, type FilePlan } from '#build/read/lines/plan.js';
import { openReader } from '#build/read/lines/reader.js';
import { TARGET, TIME, valueRole } from '#build/read/lines/roles.js';
import { TargetFilter } from '#build/read/lines/target-filter.js';

/** How a file of `time,target,v` is read. */
export const CSV_PLAN: FilePlan = {
  file: 'in.csv',
  format: 'csv',
  layout: 'rows',
  marks: NO_MARKS,
  delimiter: ',',
  numbers: PLAIN_NUMBERS,
  header: ['time', 'target', 'v'],
  series: 'in',
  timeField: 'time',
  time: AUTO_TIME,
  targetFields: ['target'],
  labelField: null,
  long: null,
  wide: null,
  roles: new Map([
    ['time', TIME],
    ['target', TARGET],
    ['v', valueRole(0)],
  ]),
  columns: ['v'],
};

/** Reads a file of `time,target,v` as it comes in chunks; passes records and rejects on in the file's order. */
export function readCsv(
  chunks: Iterable<Buffer>,
  maxLineBytes: number,
  onRecord: (record: MinuteRecord) => void,
  onReject: (reject: Reject) => void,
): void {
  const rules = {
    timezone: 'UTC',
    intervals: new Intervals(plainGrid(60_000)),
    filter: new TargetFilter(undefined, null),
    shard: null,
    ownWindow: null,
    maxLineBytes,
    late: new LateFields(),
    awaited: new AwaitedColumns(),
  };
  const sink = { record: onRecord, reject: onReject, filtered: () => undefined };
  const reader = openReader(CSV_PLAN, rules, sink, { byteOffset: 0, line: 1 });
  for (const chunk of chunks) reader.push(chunk);
  reader.drain();
  reader.end();
}

/** A text in chunks of this many bytes. */
export function cutEvery(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}
