import { nodeFiles, type Files } from './files.js';

/** The whole text of a small file. */
export async function readText(path: string, files: Files = nodeFiles): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of files.read(path)) parts.push(part);
  return Buffer.concat(parts).toString();
}

export interface ReadLinesOptions {
  /** Stop after this many bytes. */
  readonly lengthBytes?: number;
  /** Stop at a line longer than this. */
  readonly maxLineBytes?: number;
}

const NEWLINE = 10;

/** The complete lines of a file, without their line ends; an unfinished last line is ignored. */
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
    // A copy: the stream may reuse the block's memory.
    pieces.push(Buffer.from(bytes.subarray(start)));
    pieceBytes += bytes.length - start;
    if (left <= 0 || pieceBytes > maxLineBytes) return;
  }
}

export interface ReadTailOptions {
  /** Where the wanted bytes end; the file is at least that long. */
  readonly lengthBytes: number;
  readonly tailBytes: number;
}

/** The last `tailBytes` bytes before `lengthBytes`, or all of them if there are fewer. */
export async function readTail(
  files: Files,
  path: string,
  { lengthBytes, tailBytes }: ReadTailOptions,
): Promise<Uint8Array> {
  const fromBytes = Math.max(0, lengthBytes - tailBytes);
  const parts: Uint8Array[] = [];
  let leftBytes = lengthBytes - fromBytes;
  if (leftBytes === 0) return new Uint8Array();
  for await (const part of files.read(path, fromBytes)) {
    parts.push(part.subarray(0, leftBytes));
    leftBytes -= part.length;
    if (leftBytes <= 0) break;
  }
  return Buffer.concat(parts);
}
