import { isAscii, isUtf8 } from 'node:buffer';
import type { Reject, RejectFacts, SourceLine } from '../../core/types.js';
import type { LineOrigins } from '../bytes/line-origins.js';
import { ItemPlaces } from './json-text.js';
import { NO_MARKS, type LineMarks } from './marks.js';
import { BlockLine, BlockPart, SortedLine, type PartText } from './source-lines.js';

/** How much of a line that is too long is kept. */
const KEPT_OF_LONG_LINE = 4096;
/** How much of it is needed: one more byte shows where a character begins. */
export const HEAD_OF_LONG_LINE = KEPT_OF_LONG_LINE + 1;
const RETURN = 13;
const [BLANK, TAB, HASH, COMMA, OPEN, CLOSE, CLOSE_OBJECT] = [32, 9, 35, 44, 91, 93, 125];

/** Neither target nor time could be read. */
const NOTHING_KNOWN: RejectFacts = { target: null, minuteMs: NaN };

/** Complete lines, as bytes and as text in which every byte is one character, so that offsets are the same. */
export class TextBlock {
  readonly bytes: Buffer;
  /** Offset of the first byte in the uncompressed input. */
  readonly byteOffset: number;
  /** Decoded as Latin-1, which is right for ASCII only; otherwise use `slice`. */
  readonly text: string;
  readonly ascii: boolean;
  /** Whether each line must be checked for NUL bytes or broken UTF-8. */
  readonly suspect: boolean;

  constructor(bytes: Buffer, byteOffset: number) {
    this.bytes = bytes;
    this.byteOffset = byteOffset;
    this.text = bytes.toString('latin1');
    this.ascii = isAscii(bytes);
    this.suspect = !(this.ascii || isUtf8(bytes)) || bytes.includes(0);
  }

  slice(start: number, end: number): string {
    return this.ascii ? this.text.substring(start, end) : this.bytes.toString('utf8', start, end);
  }
}

interface CursorOptions {
  readonly firstLine?: number;
  readonly marks?: LineMarks;
  /** If the input was sorted: where its lines came from. */
  readonly origins?: LineOrigins | null;
}

/** Goes through the lines of one input, block by block; rejects those that are not text or too long. */
export class LineCursor {
  readonly file: string;
  /** 1-based number of the current line. */
  line: number;
  /** How many lines `advance` has found so far. */
  found = 0;
  block = new TextBlock(Buffer.alloc(0), 0);
  /** The current line without its end: `[start, end)` of the block's bytes. */
  start = 0;
  end = 0;
  /** Where the next line begins. */
  next = 0;
  readonly maxLineBytes: number;
  /** Set if items are fields of a line; otherwise they are those of a minute-batch. */
  fieldText: PartText | null = null;
  /** Null: the input was not sorted. */
  readonly origins: LineOrigins | null;
  readonly #reject: (reject: Reject) => void;
  readonly #marks: LineMarks;
  readonly #isMarked: boolean;
  /** Marks of a list before and after the current record on its line, bytes. */
  #before = 0;
  #after = 0;
  /** Shared by the items of the current line; null: none needed yet. */
  #parts: { readonly line: BlockLine; readonly textOf: PartText } | null = null;

  constructor(
    file: string,
    maxLineBytes: number,
    reject: (reject: Reject) => void,
    { firstLine = 1, marks = NO_MARKS, origins = null }: CursorOptions = {},
  ) {
    this.file = file;
    this.line = firstLine - 1;
    this.maxLineBytes = maxLineBytes;
    this.origins = origins;
    this.#reject = reject;
    this.#marks = marks;
    this.#isMarked = marks.hasComments || marks.isList;
  }

  enter(block: TextBlock): void {
    this.block = block;
    this.next = 0;
  }

  /** Moves to the next line that is neither blank, nor a comment, nor rejected; false at the end of the block. */
  advance(): boolean {
    const { block } = this;
    const { length } = block.bytes;
    while (this.next < length) {
      const start = this.next;
      const newline = block.text.indexOf('\n', start);
      let end = newline < 0 ? length : newline;
      this.line++;
      this.next = end + 1;
      this.start = start;
      this.end = end;
      this.#parts = null;
      if (this.isSkipped(this.line)) continue;
      if (end - start > this.maxLineBytes) {
        this.rejectLongLine(
          this.line,
          block.byteOffset + start,
          block.bytes.subarray(start, end),
          end - start,
        );
        continue;
      }
      if (end > start && block.bytes[end - 1] === RETURN) this.end = --end;
      if (isBlank(block, start, end) || (this.#isMarked && !this.#isRecord())) continue;
      if (block.suspect && !this.#isText()) continue;
      this.found++;
      return true;
    }
    return false;
  }

  /** Whether the line of this number comes before the header, or before a list. */
  isSkipped(line: number): boolean {
    return line <= this.#marks.skipLines;
  }

  /** Offset of the current line, which in a list may begin before its record. */
  get lineStart(): number {
    return this.start - this.#before;
  }

  /** The same in the uncompressed input. */
  get byteOffset(): number {
    return this.block.byteOffset + this.lineStart;
  }

  /** Goes back to the start of the current line, to read it again with the next block. */
  giveBack(): void {
    this.line--;
    this.found--;
    this.next = this.start;
  }

  /** Skips the rest of the block. */
  stop(): void {
    this.next = this.block.bytes.length;
  }

  source(item?: number): SourceLine {
    const source = this.#source(item);
    return this.origins === null ? source : new SortedLine(source, this.origins);
  }

  #source(item?: number): SourceLine {
    if (item === undefined) return this.#wholeLine();
    this.#parts ??= { line: this.#wholeLine(), textOf: this.fieldText ?? this.#itemText() };
    return new BlockPart(this.#parts.line, item, this.#parts.textOf);
  }

  #itemText(): PartText {
    const places = new ItemPlaces(this.block.bytes.subarray(this.start, this.end));
    return (_, item) => ({ text: places.item(item), encoding: 'utf8' });
  }

  #wholeLine(): BlockLine {
    const { file, line, block, byteOffset } = this;
    return new BlockLine(file, line, byteOffset, block.bytes, this.lineStart, this.end + this.#after);
  }

  reject(
    reason: Reject['reason'],
    message: string,
    { target, minuteMs }: RejectFacts = NOTHING_KNOWN,
    item?: number,
  ): void {
    this.#reject({ target, minuteMs, source: this.source(item), reason, message });
  }

  /** Rejects a line, of which only the head must be in memory. */
  rejectLongLine(line: number, byteOffset: number, head: Buffer, sizeBytes: number): void {
    let size = Math.min(head.length, KEPT_OF_LONG_LINE);
    // Do not cut a character in half.
    while (size > 0 && ((head[size] ?? 0) & 0xc0) === 0x80) size--;
    // A copy, so that the reject does not keep the whole line alive.
    const kept = Buffer.from(head.subarray(0, size));
    const source = new BlockLine(this.file, line, byteOffset, kept, 0, size);
    const { origins } = this;
    const foundBytes = origins?.cutSizeAt(byteOffset) ?? sizeBytes;
    this.#reject({
      ...NOTHING_KNOWN,
      source: origins === null ? source : new SortedLine(source, origins),
      reason: 'line_too_long',
      message: `${foundBytes} bytes, more than --max-line allows (${this.maxLineBytes})${size < foundBytes ? `; its text is cut to ${size}` : ''}`,
    });
  }

  /** False for a comment; narrows an element of a list to its record, and is false if there is none. */
  #isRecord(): boolean {
    const { bytes } = this.block;
    if (this.#marks.hasComments) return bytes[this.start] !== HASH;
    const { start, end } = this;
    while (this.start < this.end && isMark(bytes[this.start], OPEN)) this.start++;
    while (this.end > this.start && isMark(bytes[this.end - 1], CLOSE)) this.end--;
    this.#before = this.start - start;
    this.#after = end - this.end;
    return this.start < this.end && !(this.#marks.skipLines > 0 && this.#endsAround());
  }

  /** Whether the line only closes the JSON around a list. */
  #endsAround(): boolean {
    const { bytes } = this.block;
    for (let at = this.start; at < this.end; at++)
      if (bytes[at] !== CLOSE_OBJECT && !isMark(bytes[at], CLOSE)) return false;
    return true;
  }

  #isText(): boolean {
    const bytes = this.block.bytes.subarray(this.start, this.end);
    if (!isUtf8(bytes)) {
      this.reject('bad_encoding', 'not UTF-8');
      return false;
    }
    if (bytes.includes(0)) {
      this.reject('bad_line', 'a NUL byte on the line');
      return false;
    }
    return true;
  }
}

function isMark(byte: number | undefined, bracket: number): boolean {
  return byte === BLANK || byte === TAB || byte === COMMA || byte === bracket;
}

function isBlank({ bytes }: TextBlock, start: number, end: number): boolean {
  let at = start;
  while (at < end && (bytes[at] === BLANK || bytes[at] === TAB)) at++;
  return at === end;
}
