import type { Files } from './files.js';

export interface ReadLinesOptions {
  /** Only so much of the file, from its beginning. */
  readonly lengthBytes?: number;
  /** A line longer than this ends the reading. */
  readonly maxLineBytes?: number;
}

const NEWLINE = 10;

/** The whole lines of a file, without their line ends; what follows the last line end is ignored. */
export async function* readLines(
  files: Files,
  path: string,
  { lengthBytes = Infinity, maxLineBytes = Infinity }: ReadLinesOptions = {},
): AsyncGenerator<string> {
  let left = lengthBytes;
  // The unfinished line, in pieces: joined once it has an end, so a long line is not copied with every block.
  let pieces: Buffer[] = [];
  let pieceBytes = 0;
  for await (const read of files.read(path)) {
    const bytes = Buffer.from(read.buffer, read.byteOffset, Math.min(read.length, left));
    left -= bytes.length;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      if (pieceBytes + end - start > maxLineBytes) return;
      pieces.push(bytes.subarray(start, end));
      yield Buffer.concat(pieces).toString();
      pieces = [];
      pieceBytes = 0;
      start = end + 1;
    }
    // A copy: the file's blocks may be read into the same memory again.
    pieces.push(Buffer.from(bytes.subarray(start)));
    pieceBytes += bytes.length - start;
    if (left <= 0 || pieceBytes > maxLineBytes) return;
  }
}
