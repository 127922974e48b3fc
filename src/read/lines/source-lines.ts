import { isUtf8 } from 'node:buffer';
import type { LinePlace, RawText, SourceLine } from '../../core/types.js';
import type { LineOrigins } from '../bytes/line-origins.js';

/** A line of a block. It keeps the block alive, so do not keep it for long. */
export class BlockLine implements SourceLine {
  readonly file: string;
  readonly line: number;
  readonly byteOffset: number;
  declare readonly item?: number;
  // Not #private: one of these is made per record, and private fields cost several times as much to set.
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
    const bytes = this.bytes.subarray(this.start, this.end);
    return isUtf8(bytes)
      ? { text: bytes.toString('utf8'), encoding: 'utf8' }
      : { text: bytes.toString('base64'), encoding: 'base64' };
  }
}

/** Finds the text of a part of a line. */
export type PartText = (line: BlockLine, item: number) => RawText;

/**
 * A part of a line that is a record of its own: an item, or a field. All parts of a line share it. Its text is its own
 * only: if each reject held the line, their size would grow with its square.
 */
export class BlockPart implements SourceLine {
  readonly item: number;
  private readonly whole: BlockLine;
  private readonly textOf: PartText;

  constructor(whole: BlockLine, item: number, textOf: PartText) {
    this.whole = whole;
    this.item = item;
    this.textOf = textOf;
  }

  get file(): string {
    return this.whole.file;
  }

  get line(): number {
    return this.whole.line;
  }

  get byteOffset(): number {
    return this.whole.byteOffset;
  }

  raw(): RawText {
    return this.textOf(this.whole, this.item);
  }
}

/** A line of a text that was sorted. Where it came from is looked up only if that is asked for. */
export class SortedLine implements SourceLine {
  readonly file: string;
  readonly sortedPlace: LinePlace;
  declare readonly item?: number;
  private readonly text: SourceLine;
  private readonly origins: LineOrigins;

  constructor(line: SourceLine, origins: LineOrigins) {
    this.file = line.file;
    this.sortedPlace = this.text = line;
    this.origins = origins;
    if (line.item !== undefined) this.item = line.item;
  }

  get line(): number {
    return this.origins.originOf(this.sortedPlace).line;
  }

  get byteOffset(): number {
    return this.origins.originOf(this.sortedPlace).byteOffset;
  }

  raw(): RawText {
    return this.text.raw();
  }
}
