import { HEAD_OF_LONG_LINE, TextBlock } from './lines.js';

const NEWLINE = 10;
/** More than this is not read again with every chunk that comes, however small. */
const READ_AGAIN_BYTES = 4096;

interface LongLine {
  readonly byteOffset: number;
  head: Buffer;
  sizeBytes: number;
}

/**
 * What came of a chunk: complete lines, or a line too long to be held.
 * The newline of a long line stays in the stream, so that it is counted like every other.
 */
export type Piece =
  | {
      readonly kind: 'lines';
      readonly block: TextBlock;
      /** Nothing that follows can belong to these lines. */
      readonly last: boolean;
    }
  | ({ readonly kind: 'long-line' } & Readonly<LongLine>);

/** Cuts a stream of bytes, however it comes in chunks, into blocks of complete lines. */
export class BlockAssembler {
  readonly #maxLineBytes: number;
  #byteOffset: number;
  /** Lines that were given back, then the beginning of an unfinished one. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #unfinishedBytes = 0;
  /** So much must be pending for lines that were given back to be read again. */
  #enoughBytes = 0;
  #long: LongLine | null = null;

  /** `byteOffset` is that of the first byte to be pushed, behind a byte-order mark for instance. */
  constructor(maxLineBytes: number, byteOffset: number) {
    this.#maxLineBytes = maxLineBytes;
    this.#byteOffset = byteOffset;
  }

  /** Give back, if at all, before asking for the next piece. */
  *push(chunk: Buffer): Generator<Piece> {
    let rest = chunk;
    if (this.#long !== null) {
      rest = this.#skip(this.#long, chunk);
      if (rest.length === 0) return;
      yield* this.#endLongLine();
    }
    const newline = rest.lastIndexOf(NEWLINE);
    if (newline >= 0) {
      this.#hold(rest.subarray(0, newline + 1));
      if (this.#pendingBytes >= this.#enoughBytes) yield* this.#flush(false);
    }
    const tail = rest.subarray(newline + 1);
    this.#hold(tail);
    this.#unfinishedBytes = newline >= 0 ? tail.length : this.#unfinishedBytes + tail.length;
    if (this.#unfinishedBytes > this.#maxLineBytes) yield* this.#giveUpLine();
  }

  /** What there is of complete lines once no chunk is to come, though the input may go on later. */
  *drain(): Generator<Piece> {
    if (this.#enoughBytes === 0) return;
    const bytes = Buffer.concat(this.#pending);
    const completeBytes = bytes.length - this.#unfinishedBytes;
    this.#pending = [bytes.subarray(0, completeBytes)];
    this.#pendingBytes = completeBytes;
    yield* this.#flush(false);
    this.#hold(bytes.subarray(completeBytes));
  }

  /** The last line may lack its newline. */
  *end(): Generator<Piece> {
    yield* this.#endLongLine();
    yield* this.#flush(true);
  }

  /**
   * Takes lines back from the block last cut, to put them before what comes next. Many of them wait until there is
   * twice as much, or more than one record may have: if they were read again with every chunk, the time for it would
   * grow with the square of their length.
   */
  giveBack(bytes: Buffer): void {
    this.#pending.unshift(bytes);
    this.#pendingBytes += bytes.length;
    this.#byteOffset -= bytes.length;
    const isSmall = bytes.length <= READ_AGAIN_BYTES;
    this.#enoughBytes = isSmall ? 0 : Math.min(2 * bytes.length, this.#maxLineBytes + 1);
  }

  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
  }

  *#flush(last: boolean): Generator<Piece> {
    if (this.#pendingBytes === 0) return;
    const [only] = this.#pending;
    const bytes = this.#pending.length === 1 && only !== undefined ? only : Buffer.concat(this.#pending);
    const block = new TextBlock(bytes, this.#byteOffset);
    this.#byteOffset += bytes.length;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#enoughBytes = 0;
    yield { kind: 'lines', block, last };
  }

  *#giveUpLine(): Generator<Piece> {
    const sizeBytes = this.#unfinishedBytes;
    const bytes = Buffer.concat(this.#pending);
    const start = bytes.length - sizeBytes;
    this.#pending = [bytes.subarray(0, start)];
    this.#pendingBytes = start;
    yield* this.#flush(true);
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

  *#endLongLine(): Generator<Piece> {
    if (this.#long === null) return;
    const long = this.#long;
    this.#long = null;
    yield { kind: 'long-line', ...long };
  }
}
