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
  /** Skip lines without this text. */
  readonly containing?: string;
}

export interface FileLine {
  /** From 1. */
  readonly number: number;
  /** Without its line end. */
  readonly text: string;
}

const NEWLINE = 10;

/** The complete lines of a file; an unfinished last line is ignored. */
export async function* readLines(
  files: Files,
  path: string,
  options: ReadLinesOptions = {},
): AsyncGenerator<string> {
  for await (const group of readLineGroups(files, path, options)) for (const { text } of group) yield text;
}

/** The same, as many at a time as are read together: waiting for each takes longer than reading it. */
export async function* readLineGroups(
  files: Files,
  path: string,
  { lengthBytes = Infinity, maxLineBytes = Infinity, containing = '' }: ReadLinesOptions = {},
): AsyncGenerator<readonly FileLine[]> {
  let left = lengthBytes;
  // The unfinished line, in pieces: joined once it has an end, so a long line is not copied with every block.
  let pieces: Buffer[] = [];
  let pieceBytes = 0;
  let number = 1;
  for await (const read of files.read(path)) {
    const bytes = Buffer.from(read.buffer, read.byteOffset, Math.min(read.length, left));
    left -= bytes.length;
    const group: FileLine[] = [];
    let start = 0;
    let foundAt = bytes.indexOf(containing);
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      if (pieceBytes + end - start > maxLineBytes) {
        yield group;
        return;
      }
      if (pieceBytes > 0) {
        const text = Buffer.concat([...pieces, bytes.subarray(start, end)]).toString();
        if (text.includes(containing)) group.push({ number, text });
        pieces = [];
        pieceBytes = 0;
      } else {
        if (foundAt >= 0 && foundAt < start) foundAt = bytes.indexOf(containing, start);
        if (foundAt >= 0 && foundAt <= end) group.push({ number, text: bytes.toString('utf8', start, end) });
      }
      start = end + 1;
      number++;
    }
    if (group.length > 0) yield group;
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
