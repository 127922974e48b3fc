import type { FileHandle } from 'node:fs/promises';

import { closeRead, openFile, unreadable } from '../../read/bytes/file-facts.js';
import { FILE_START, type FilePosition } from '../../core/input-position.js';
import type { Reject } from '../../core/types.js';
import type { FilePlan } from '../../read/lines/plan.js';
import { openReader } from '../../read/lines/reader.js';
import type { ReadRules } from '../../read/lines/records.js';
import type { ReadableInput } from '../../read/read-minutes.js';
import { planOf, type InputSnapshot } from '../../read/snapshot/snapshot.js';

const NEWLINE = 10;
const QUOTE = 34;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** How far before a line no quote may be for it to be surely the start of a record. */
const QUOTE_FREE_BYTES = 2 ** 20;
/** How far to look for a record, and for a record after quotes. */
const MOST_PROBED_BYTES = 4 * 2 ** 20;
/** After this many lines in a row that may be within quotes, one of them is taken: reading the slices decides. */
const MOST_TRIES = 8;

/** The start of a line in the middle of a file, and the minute of the first record from there on. */
export interface LineProbe {
  readonly byteOffset: number;
  readonly minuteMs: number;
}

/** Rejects that show that reading began within quotes. */
const BROKEN: ReadonlySet<Reject['reason']> = new Set(['bad_line', 'column_count', 'line_too_long']);

/**
 * The number that a line in the middle of a file has until its own is known: neither the header's nor a skipped one.
 */
export function unknownLine({ marks }: FilePlan): number {
  return marks.skipLines + 2;
}

/** A file that may be read from the middle, although the number of the line there is not known. */
export class CutInput {
  readonly path: string;
  readonly plan: FilePlan;
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  readonly #headMs: number;
  readonly #pieceBytes: number;
  #bomBytes = 0;

  private constructor(
    path: string,
    handle: FileHandle,
    known: { readonly plan: FilePlan; readonly headMs: number; readonly sizeBytes: number },
    pieceBytes: number,
  ) {
    this.path = path;
    this.#handle = handle;
    this.plan = known.plan;
    this.#headMs = known.headMs;
    this.sizeBytes = known.sizeBytes;
    this.#pieceBytes = pieceBytes;
  }

  /** Null: the file has no record. @throws AiopsError `input_missing` */
  static async open(
    path: string,
    index: number,
    snapshot: InputSnapshot,
    pieceBytes: number,
  ): Promise<CutInput | null> {
    const plan = planOf(snapshot, index);
    const { headMs = null, identity = null } = snapshot.files[index] ?? {};
    if (plan === null || identity === null) return null;
    const known = { plan, headMs: headMs ?? -Infinity, sizeBytes: identity.sizeBytes };
    const input = new CutInput(path, await openFile(path), known, pieceBytes);
    if ((await input.#read(0, BOM.length)).equals(BOM)) input.#bomBytes = BOM.length;
    return input;
  }

  async close(): Promise<void> {
    await closeRead(this.#handle);
  }

  /** How the file is read from a line on, which gets the number `unknownLine`. */
  from(start: LineProbe | null): ReadableInput {
    const position = start === null ? FILE_START : this.positionAt(start.byteOffset);
    const byteOffset = start?.byteOffset ?? this.#bomBytes;
    const chunks = (): AsyncIterable<Buffer> => this.#chunks(byteOffset);
    return {
      source: { byteOffset, live: false, origins: null, prefixAt: () => undefined },
      ...{ plan: this.plan, start: position, headMs: this.#headMs, intervalsBack: 0, chunks },
    };
  }

  /** Before a line, which gets the number `unknownLine`. */
  positionAt(byteOffset: number): FilePosition {
    const line = unknownLine(this.plan);
    return { byteOffset, line, doneLine: line - 1, doneItem: null };
  }

  /** The first line from an offset on, with the minute of the record there; null: none comes soon, or ever. */
  async probe(atByte: number, rules: ReadRules): Promise<LineProbe | null> {
    const byteOffset = await this.#lineFrom(atByte);
    if (byteOffset === null) return null;
    const found = await this.#firstRecord(byteOffset, rules);
    return found === null ? null : { byteOffset, minuteMs: found.minuteMs };
  }

  /** The last line that was found with a record before a minute, at some distance; null: read from the start. */
  async startBefore(minuteMs: number, rules: ReadRules): Promise<LineProbe | null> {
    let [best, low, high] = [null as LineProbe | null, 0, this.sizeBytes];
    while (high - low > this.#pieceBytes) {
      const middle = Math.floor((low + high) / 2);
      const found = await this.probe(middle, rules);
      if (found === null || found.minuteMs >= minuteMs) high = middle;
      else {
        best = found;
        low = middle;
      }
    }
    return best === null ? null : this.#outsideQuotes(best, rules);
  }

  /** The line, or an earlier one, at which a record surely or probably begins. */
  async #outsideQuotes(line: LineProbe, rules: ReadRules): Promise<LineProbe | null> {
    if (this.plan.format !== 'csv') return line;
    let found: LineProbe | null = line;
    for (let tries = 1; found !== null && tries <= MOST_TRIES; tries++) {
      if (await this.isQuoteFree(found.byteOffset)) return found;
      const record = await this.#firstRecord(found.byteOffset, rules);
      if (record?.isClean === true) return found;
      const before: number = found.byteOffset - tries * this.#pieceBytes;
      found = before <= 0 ? null : await this.probe(before, rules);
    }
    return found;
  }

  /** Whether no quote is near before an offset, so that a line there is not within a field. */
  async isQuoteFree(byteOffset: number, mostBytes = QUOTE_FREE_BYTES): Promise<boolean> {
    if (this.plan.format !== 'csv') return true;
    const from = Math.max(0, byteOffset - mostBytes);
    return !(await this.#read(from, byteOffset - from)).includes(QUOTE);
  }

  async #lineFrom(atByte: number): Promise<number | null> {
    if (atByte === 0) return 0;
    for (let at = atByte - 1; at < this.sizeBytes; at += this.#pieceBytes) {
      const newline = (await this.#read(at, this.#pieceBytes)).indexOf(NEWLINE);
      if (newline >= 0) return at + newline + 1 < this.sizeBytes ? at + newline + 1 : null;
    }
    return null;
  }

  async #firstRecord(
    byteOffset: number,
    rules: ReadRules,
  ): Promise<{ readonly minuteMs: number; readonly isClean: boolean } | null> {
    let [firstMs, records, isClean] = [NaN, 0, true];
    const sink = {
      record: ({ minuteMs }: { readonly minuteMs: number }) => {
        if (records++ === 0) firstMs = minuteMs;
      },
      reject: ({ reason }: Reject) => {
        if (BROKEN.has(reason)) isClean = false;
      },
      filtered: () => undefined,
    };
    const reader = openReader(this.plan, rules, sink, { byteOffset, line: unknownLine(this.plan) });
    const endByte = Math.min(this.sizeBytes, byteOffset + MOST_PROBED_BYTES);
    for (let at = byteOffset; at < endByte && records === 0; at += this.#pieceBytes) {
      reader.push(await this.#read(at, Math.min(this.#pieceBytes, endByte - at)));
    }
    if (records === 0 && endByte === this.sizeBytes) reader.end();
    return records === 0 ? null : { minuteMs: firstMs, isClean };
  }

  async *#chunks(fromByte: number): AsyncGenerator<Buffer, undefined> {
    for (let at = fromByte; at < this.sizeBytes;) {
      const bytes = await this.#read(at, this.#pieceBytes);
      if (bytes.length === 0) return undefined;
      yield bytes;
      at += bytes.length;
    }
    return undefined;
  }

  async #read(atByte: number, lengthBytes: number): Promise<Buffer> {
    const length = Math.max(0, Math.min(lengthBytes, this.sizeBytes - atByte));
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    try {
      while (done < length) {
        const { bytesRead } = await this.#handle.read(bytes, done, length - done, atByte + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
    } catch (cause) {
      throw unreadable(this.path, cause);
    }
    return bytes.subarray(0, done);
  }
}
