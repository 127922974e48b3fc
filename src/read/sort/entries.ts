import { parserOf, type ParseTime } from '../../core/time/format.js';
import type { FoundRow } from '../lines/found-row.js';
import { HEAD_OF_LONG_LINE, LineCursor } from '../lines/lines.js';
import { LateFields, type FilePlan } from '../lines/plan.js';
import { IGNORED, isOfTime } from '../lines/roles.js';
import { LineAssembler, rowReader } from '../lines/reader.js';
import type { RowSink } from '../lines/records.js';
import { emptyEntry, mostTextBytes, type Entry } from './entry.js';

const NEWLINE = 10;
const SPACE = 32;

export interface EntryRules {
  readonly plan: FilePlan;
  /** Of times without a zone. */
  readonly timezone: string;
  readonly maxLineBytes: number;
}

/**
 * Finds the entries of an input, and their times, with the reader that will read it: a quoted field may span lines. A
 * line without a readable time stays behind the one before it. Lines that hold none are dropped.
 */
export class EntryReader {
  readonly #lines: LineAssembler;
  readonly #byteOffset: number;
  readonly #onEntry: (entry: Entry) => void;
  readonly #entry = emptyEntry();
  #lastMs = -Infinity;
  /** What was read before the first entry; afterwards the header, and whatever else precedes it. */
  #headChunks: Buffer[] = [];
  #hasEntry = false;

  /** The entry that `onEntry` gets is valid during the call; its bytes do not change afterwards. */
  constructor(rules: EntryRules, byteOffset: number, onEntry: (entry: Entry) => void) {
    const { plan, timezone, maxLineBytes } = rules;
    const parseTime = parserOf(plan.time, timezone);
    this.#byteOffset = byteOffset;
    this.#onEntry = onEntry;
    const cursor = new EntryCursor(plan, maxLineBytes, {
      line: (timeMs) => this.#lineOf(cursor, timeMs),
      longLine: (...line) => this.#longLine(...line),
    });
    const reader = rowReader(timesOnly(plan), new TimeSink(cursor, parseTime), parseTime);
    this.#lines = new LineAssembler(reader, byteOffset);
  }

  push(chunk: Buffer): void {
    if (!this.#hasEntry) this.#headChunks.push(chunk);
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
  }

  /** What comes before the first entry, or everything if there is none. */
  get head(): Buffer {
    return Buffer.concat(this.#headChunks);
  }

  #lineOf({ block, line, lineStart: start, next }: LineCursor, timeMs: number): void {
    const entry = this.#entry;
    const end = Math.min(next, block.bytes.length);
    const isWhole = block.bytes[end - 1] === NEWLINE;
    entry.bytes = isWhole ? block.bytes : withNewline(block.bytes.subarray(start, end));
    entry.start = isWhole ? start : 0;
    entry.end = isWhole ? end : entry.bytes.length;
    entry.sizeBytes = entry.end - entry.start;
    this.#emit(block.byteOffset + start, line, timeMs);
  }

  /** Keeps of it what shows that it is too long, and what its reject will hold. */
  #longLine(line: number, byteOffset: number, head: Buffer, sizeBytes: number, maxLineBytes: number): void {
    const kept = Math.min(sizeBytes, mostTextBytes(maxLineBytes) - 1);
    const text = Buffer.alloc(kept + 1, SPACE);
    head.copy(text, 0, 0, Math.min(HEAD_OF_LONG_LINE, kept));
    text[kept] = NEWLINE;
    Object.assign(this.#entry, { bytes: text, start: 0, end: text.length, sizeBytes: sizeBytes + 1 });
    this.#emit(byteOffset, line, NaN);
  }

  #emit(byteOffset: number, line: number, timeMs: number): void {
    if (!this.#hasEntry) {
      this.#hasEntry = true;
      this.#headChunks = [Buffer.from(this.head.subarray(0, byteOffset - this.#byteOffset))];
    }
    if (!Number.isNaN(timeMs)) this.#lastMs = timeMs;
    const entry = this.#entry;
    entry.byteOffset = byteOffset;
    entry.line = line;
    entry.timeMs = this.#lastMs;
    this.#onEntry(entry);
  }
}

function withNewline(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.of(NEWLINE)]);
}

/** Nothing but the time is read. */
function timesOnly(plan: FilePlan): FilePlan {
  const roles = [...plan.roles].map(([name, role]) => [name, isOfTime(role) ? role : IGNORED] as const);
  const none = { targetFields: [], labelField: null, long: null, wide: null, columns: [] };
  return { ...plan, ...none, roles: new Map(roles) };
}

interface LineEvents {
  /** The cursor is on a line that is read or rejected; NaN: it has no time that can be read. */
  line(timeMs: number): void;
  longLine(line: number, byteOffset: number, head: Buffer, sizeBytes: number, maxLineBytes: number): void;
}

class EntryCursor extends LineCursor {
  readonly events: LineEvents;

  constructor({ file, marks }: FilePlan, maxLineBytes: number, events: LineEvents) {
    super(file, maxLineBytes, () => events.line(NaN), { marks });
    this.events = events;
  }

  override rejectLongLine(line: number, byteOffset: number, head: Buffer, sizeBytes: number): void {
    this.events.longLine(line, byteOffset, head, sizeBytes, this.maxLineBytes);
  }
}

class TimeSink implements RowSink {
  readonly cursor: EntryCursor;
  readonly late = new LateFields();
  readonly #parseTime: ParseTime;
  readonly #values = new Float64Array(0);
  #lastTime: unknown = undefined;
  #lastMs = NaN;

  constructor(cursor: EntryCursor, parseTime: ParseTime) {
    this.cursor = cursor;
    this.#parseTime = parseTime;
  }

  begin(row: FoundRow): void {
    this.late.forget();
    row.problem = null;
    row.values = this.#values;
  }

  beginLists(): boolean {
    return false;
  }

  beginBatch(time: unknown): boolean {
    this.cursor.events.line(this.#parse(time));
    return false;
  }

  take({ time }: FoundRow): void {
    this.cursor.events.line(this.#parse(time));
  }

  reject(_reason: string, _message: string, time: unknown): void {
    this.cursor.events.line(this.#parse(time));
  }

  /** Records of a minute mostly share their time. */
  #parse(time: unknown): number {
    if (time === this.#lastTime) return this.#lastMs;
    this.#lastTime = time;
    this.#lastMs = typeof time === 'string' || typeof time === 'number' ? this.#parseTime(time) : NaN;
    return this.#lastMs;
  }
}
