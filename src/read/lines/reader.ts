import type { Intervals } from '../../core/grid.js';
import { parserOf, type ParseTime } from '../../core/time/format.js';
import { readPlace } from './read-place.js';
import type { Reject } from '../../core/types.js';
import type { LineOrigins } from '../bytes/line-origins.js';
import type { ReadOptions } from '../options.js';
import { AwaitedColumns } from './awaited-columns.js';
import { CsvReader } from './csv.js';
import { JsonBatchesReader, JsonRowsReader } from './json.js';
import { HEAD_OF_LONG_LINE, LineCursor, TextBlock } from './lines.js';
import { LateFields, type FilePlan, type RecordPlace } from './plan.js';
import { RecordMaker, type BlockReader, type ReadRules, type RecordSink, type RowSink } from './records.js';
import { TargetFilter, isOfShard } from './target-filter.js';

interface ColumnRules {
  readonly awaited?: AwaitedColumns;
  /** Whether the late fields of records at a place count; default: all. */
  readonly isOwn?: (place: RecordPlace) => boolean;
}

/** What holds for all files of a recording. Not for two readings of the same lines: it counts late fields. */
export function readRules(
  options: ReadOptions,
  intervals: Intervals,
  { awaited = new AwaitedColumns(), isOwn = () => true }: ColumnRules = {},
): ReadRules {
  const { targets, shard, ownWindow, maxLineBytes, timezone } = options;
  const [fromMs, toMs] = [options.fromMs ?? -Infinity, options.toMs ?? Infinity];
  return {
    timezone,
    intervals,
    filter: new TargetFilter(targets, shard),
    shard,
    ownWindow,
    maxLineBytes,
    late: new LateFields((minuteMs, place) => minuteMs >= fromMs && minuteMs < toMs && isOwn(place)),
    awaited,
  };
}

/** Where the bytes to read start in the uncompressed input. */
export interface LineStart {
  readonly byteOffset: number;
  /** 1-based number of the first line. */
  readonly line: number;
  /** If the input was sorted: where its lines came from. */
  readonly origins?: LineOrigins | null;
}

/** Reads the bytes of one file: cuts them into lines, and makes records and rejects of those. */
export function openReader(
  plan: FilePlan,
  rules: ReadRules,
  sink: RecordSink,
  start: LineStart,
): LineAssembler {
  const reject = (reject: Reject): void => {
    if (isOfShard(reject, rules.shard)) sink.reject(reject);
    else sink.filtered(readPlace(reject.source).line, reject.source.item);
  };
  const { line: firstLine, origins = null } = start;
  const { marks } = plan;
  const cursor = new LineCursor(plan.file, rules.maxLineBytes, reject, { firstLine, marks, origins });
  const parseTime = parserOf(plan.time, rules.timezone);
  const rows = new RecordMaker(cursor, plan, rules, parseTime, sink);
  return new LineAssembler(rowReader(plan, rows, parseTime), start.byteOffset);
}

/** The reader of the format and layout that the plan names. */
export function rowReader(plan: FilePlan, rows: RowSink, parseTime: ParseTime): BlockReader {
  if (plan.format === 'csv') return new CsvReader(rows, plan, parseTime);
  return plan.layout === 'rows' ? new JsonRowsReader(rows, plan) : new JsonBatchesReader(rows, plan);
}

const NEWLINE = 10;
/** Lines given back that are longer than this are not read again with every chunk, however small it is. */
const READ_AGAIN_BYTES = 4096;

interface LongLine {
  readonly byteOffset: number;
  head: Buffer;
  sizeBytes: number;
}

/**
 * Cuts a stream of bytes, however it is split into chunks, into blocks of complete lines, and has a reader read them.
 * Lines that the reader leaves come again with what follows them. A line that is too long is rejected without being
 * held; its newline stays in the stream, so that it is counted like every other.
 */
export class LineAssembler {
  readonly #reader: BlockReader;
  readonly #maxLineBytes: number;
  #byteOffset: number;
  /** Lines that the reader left, then the start of an unfinished one. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #unfinishedBytes = 0;
  /** Lines that the reader left are read again once this much is pending. */
  #enoughBytes = 0;
  #long: LongLine | null = null;

  /** `byteOffset` is that of the first byte to be pushed. */
  constructor(reader: BlockReader, byteOffset: number) {
    this.#reader = reader;
    this.#maxLineBytes = reader.cursor.maxLineBytes;
    this.#byteOffset = byteOffset;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    if (this.#long !== null) {
      rest = this.#skip(this.#long, chunk);
      if (rest.length === 0) return;
      this.#endLongLine();
    }
    const newline = rest.lastIndexOf(NEWLINE);
    if (newline >= 0) {
      this.#hold(rest.subarray(0, newline + 1));
      if (this.#pendingBytes >= this.#enoughBytes) this.#flush(false);
    }
    const tail = rest.subarray(newline + 1);
    this.#hold(tail);
    this.#unfinishedBytes = newline >= 0 ? tail.length : this.#unfinishedBytes + tail.length;
    if (this.#unfinishedBytes > this.#maxLineBytes) this.#giveUpLine();
  }

  /** Reads all complete lines now, because no chunk will come for a while, or at all. */
  drain(): void {
    if (this.#enoughBytes === 0) return;
    const bytes = Buffer.concat(this.#pending);
    const completeBytes = bytes.length - this.#unfinishedBytes;
    this.#pending = [bytes.subarray(0, completeBytes)];
    this.#pendingBytes = completeBytes;
    this.#flush(false);
    this.#hold(bytes.subarray(completeBytes));
  }

  /** Skips the rest of what is being read. */
  stop(): void {
    this.#reader.cursor.stop();
  }

  /** Reads what is left; the last line may lack its newline. */
  end(): void {
    this.#endLongLine();
    this.#flush(true);
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  /** `last`: what follows cannot belong to the pending lines. */
  #flush(last: boolean): void {
    if (this.#pendingBytes === 0) return;
    const [only] = this.#pending;
    const bytes = this.#pending.length === 1 && only !== undefined ? only : Buffer.concat(this.#pending);
    const block = new TextBlock(bytes, this.#byteOffset);
    this.#byteOffset += bytes.length;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#enoughBytes = 0;
    const doneBytes = this.#reader.read(block, last);
    if (doneBytes < bytes.length) this.#takeBack(bytes.subarray(doneBytes));
  }

  /**
   * Many lines wait until there is twice as much, or more than one record may have: if they were read again with every
   * chunk, the time for it would grow with the square of their length.
   */
  #takeBack(bytes: Buffer): void {
    this.#hold(bytes);
    this.#byteOffset -= bytes.length;
    const isSmall = bytes.length <= READ_AGAIN_BYTES;
    this.#enoughBytes = isSmall ? 0 : Math.min(2 * bytes.length, this.#maxLineBytes + 1);
  }

  #giveUpLine(): void {
    const sizeBytes = this.#unfinishedBytes;
    const bytes = Buffer.concat(this.#pending);
    const start = bytes.length - sizeBytes;
    this.#pending = [bytes.subarray(0, start)];
    this.#pendingBytes = start;
    this.#flush(true);
    this.#pending = [];
    const head = Buffer.from(bytes.subarray(start, start + HEAD_OF_LONG_LINE));
    this.#long = { byteOffset: this.#byteOffset, head, sizeBytes };
    this.#byteOffset += sizeBytes;
    this.#unfinishedBytes = 0;
  }

  /** Drops what belongs to the long line; returns what begins with its newline. */
  #skip(long: LongLine, chunk: Buffer): Buffer {
    const newline = chunk.indexOf(NEWLINE);
    const dropped = chunk.subarray(0, newline < 0 ? chunk.length : newline);
    if (long.head.length < HEAD_OF_LONG_LINE) {
      const more = dropped.subarray(0, HEAD_OF_LONG_LINE - long.head.length);
      long.head = Buffer.concat([long.head, more]);
    }
    long.sizeBytes += dropped.length;
    this.#byteOffset += dropped.length;
    return chunk.subarray(dropped.length);
  }

  #endLongLine(): void {
    if (this.#long === null) return;
    const { byteOffset, head, sizeBytes } = this.#long;
    this.#long = null;
    const { cursor } = this.#reader;
    const line = cursor.line + 1;
    if (!cursor.isSkipped(line)) cursor.rejectLongLine(line, byteOffset, head, sizeBytes);
  }
}
