import { isAscii, isUtf8 } from 'node:buffer';
import type { RawText, Reject, RejectFacts, SourceLine } from '../../core/types.js';
import { ItemPlaces } from './item-places.js';

/** What is kept of a line that is too long. */
const KEPT_OF_LONG_LINE = 4096;
/** What is needed of it: one byte more shows where a character begins. */
export const HEAD_OF_LONG_LINE = KEPT_OF_LONG_LINE + 1;
const RETURN = 13;

/** Of a line of which neither target nor time could be read. */
const NOTHING_KNOWN: RejectFacts = { target: null, minuteMs: NaN };

/** Complete lines, as bytes and as text in which every byte is one character, so offsets are the same. */
export class TextBlock {
  readonly bytes: Buffer;
  /** Offset of the first byte in the uncompressed input. */
  readonly byteOffset: number;
  /** Latin-1: right as it is for ASCII; for the rest use `slice`. */
  readonly text: string;
  readonly ascii: boolean;
  /** Whether single lines have to be looked at, for NUL bytes or for broken UTF-8. */
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

/** A line of a block; keeps the block alive, so a reader must not hold on to it for long. */
class BlockLine implements SourceLine {
  readonly file: string;
  readonly line: number;
  readonly byteOffset: number;
  declare readonly item?: number;
  // Not #private: one is made per record, and those cost several times a plain field.
  private readonly bytes: Buffer;
  private readonly start: number;
  private readonly end: number;

  constructor(file: string, line: number, byteOffset: number, bytes: Buffer, start: number, end: number) {
    this.file = file;
    this.line = line;
    this.byteOffset = byteOffset;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  raw(): RawText {
    const bytes = this.rawBytes();
    return isUtf8(bytes)
      ? { text: bytes.toString('utf8'), encoding: 'utf8' }
      : { text: bytes.toString('base64'), encoding: 'base64' };
  }

  protected rawBytes(): Buffer {
    return this.bytes.subarray(this.start, this.end);
  }
}

/** An item on a line. Its text is the item's alone: with that of the line, rejects of a line would grow with its square. */
class BlockItem extends BlockLine {
  override readonly item: number;
  private readonly places: ItemPlaces;

  constructor(line: ConstructorParameters<typeof BlockLine>, item: number, places: ItemPlaces) {
    super(...line);
    this.item = item;
    this.places = places;
  }

  protected override rawBytes(): Buffer {
    return this.places.item(this.item);
  }
}

/** Goes through the lines of one input, block after block; rejects those that no format could read. */
export class LineCursor {
  readonly file: string;
  /** 1-based number of the current line. */
  line: number;
  block = new TextBlock(Buffer.alloc(0), 0);
  /** The current line without its end: `[start, end)` of the block's bytes. */
  start = 0;
  end = 0;
  /** Where the line after it begins. */
  next = 0;
  readonly maxLineBytes: number;
  readonly #reject: (reject: Reject) => void;
  /** Shared by the items of a line; null: none was asked for on the current line. */
  #places: ItemPlaces | null = null;

  /** `firstLine` is the number of the first line to come. */
  constructor(file: string, maxLineBytes: number, reject: (reject: Reject) => void, firstLine = 1) {
    this.file = file;
    this.line = firstLine - 1;
    this.maxLineBytes = maxLineBytes;
    this.#reject = reject;
  }

  enter(block: TextBlock): void {
    this.block = block;
    this.next = 0;
  }

  /** Moves to the next line that has anything on it; false at the block's end. */
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
      this.#places = null;
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
      if (isBlank(block, start, end)) continue;
      if (block.suspect && !this.#isText()) continue;
      return true;
    }
    return false;
  }

  /** Goes back to before the current line, to read it again with the next block. */
  giveBack(): void {
    this.line--;
    this.next = this.start;
  }

  source(item?: number): SourceLine {
    const { file, line, block, start, end } = this;
    if (item !== undefined) {
      this.#places ??= new ItemPlaces(block.bytes.subarray(start, end));
      return new BlockItem(
        [file, line, block.byteOffset + start, block.bytes, start, end],
        item,
        this.#places,
      );
    }
    return new BlockLine(file, line, block.byteOffset + start, block.bytes, start, end);
  }

  reject(
    reason: Reject['reason'],
    message: string,
    { target, minuteMs }: RejectFacts = NOTHING_KNOWN,
    item?: number,
  ): void {
    this.#reject({ target, minuteMs, source: this.source(item), reason, message });
  }

  /** Rejects a line of which only the beginning need be at hand. */
  rejectLongLine(line: number, byteOffset: number, head: Buffer, sizeBytes: number): void {
    let size = Math.min(head.length, KEPT_OF_LONG_LINE);
    // Not in the middle of a character.
    while (size > 0 && ((head[size] ?? 0) & 0xc0) === 0x80) size--;
    // A copy, so that the reject does not keep the whole line in memory.
    const kept = Buffer.from(head.subarray(0, size));
    this.#reject({
      ...NOTHING_KNOWN,
      source: new BlockLine(this.file, line, byteOffset, kept, 0, size),
      reason: 'line_too_long',
      message: `${sizeBytes} bytes are more than the ${this.maxLineBytes} of the longest line that is read; its text is cut to ${size}`,
    });
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

function isBlank({ bytes }: TextBlock, start: number, end: number): boolean {
  let at = start;
  while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++;
  return at === end;
}
