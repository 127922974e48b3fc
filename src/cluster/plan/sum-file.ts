import { AiopsError } from '../../core/errors.js';
import { SegmentSums, type Segment } from '../../read/bytes/digests.js';
import { closeRead, openFile, unreadable } from '../../read/bytes/file-facts.js';
import { shrank } from '../../read/bytes/raw-bytes.js';

const NEWLINE = 10;
const BLOCK_BYTES = 2 ** 20;

export interface FileSums {
  /** Of all bytes, with a border at each of the given offsets. */
  readonly segments: readonly Segment[];
  /** Numbers of the lines that begin at the given offsets, from 1. */
  readonly lines: ReadonlyMap<number, number>;
}

/** Offsets in a file. */
export interface WantedSums {
  readonly borders: readonly number[];
  readonly lineStarts: readonly number[];
}

/**
 * Reads a file once, without taking records out of it.
 *
 * @throws AiopsError `input_missing`; `input_unusable` if it has become smaller; the signal's reason
 */
export async function sumFile(
  path: string,
  sizeBytes: number,
  { borders, lineStarts }: WantedSums,
  signal: AbortSignal,
): Promise<FileSums> {
  const isBorder = new Set(borders);
  const isLineStart = new Set(lineStarts);
  const stops = [...new Set([...borders, ...lineStarts, sizeBytes])].sort((a, b) => a - b);
  const sums = new SegmentSums([]);
  const lines = new Map<number, number>();
  let line = 1;
  let next = 0;
  const pass = (atByte: number): void => {
    for (; next < stops.length && stops[next]! <= atByte; next++) {
      if (isLineStart.has(stops[next]!)) lines.set(stops[next]!, line);
      if (isBorder.has(stops[next]!)) sums.finish();
    }
  };
  pass(0);
  for await (const [at, block] of blocksOf(path, sizeBytes)) {
    signal.throwIfAborted();
    for (let from = 0; from < block.length;) {
      const to = Math.min(block.length, (stops[next] ?? Infinity) - at);
      const piece = block.subarray(from, to);
      sums.add(at + from, piece);
      line += newlinesIn(piece);
      pass(at + to);
      from = to;
    }
  }
  return { segments: sums.finish(), lines };
}

function newlinesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** Reads one block while the other is taken. */
async function* blocksOf(
  path: string,
  sizeBytes: number,
): AsyncGenerator<readonly [number, Buffer], undefined> {
  const handle = await openFile(path);
  const blocks = [Buffer.allocUnsafe(BLOCK_BYTES), Buffer.allocUnsafe(BLOCK_BYTES)];
  const read = async (at: number, turn: number): Promise<Buffer> => {
    const block = blocks[turn % 2]!;
    const { bytesRead } = await handle.read(block, 0, Math.min(block.length, sizeBytes - at), at);
    return block.subarray(0, bytesRead);
  };
  try {
    let ahead = read(0, 0);
    for (let [at, turn] = [0, 1]; at < sizeBytes; turn++) {
      const block = await ahead;
      if (block.length === 0) throw shrank(path, sizeBytes, at);
      ahead = at + block.length < sizeBytes ? read(at + block.length, turn) : Promise.resolve(block);
      ahead.catch(() => undefined); // reported when it is awaited
      yield [at, block] as const;
      at += block.length;
    }
  } catch (cause) {
    throw cause instanceof AiopsError ? cause : unreadable(path, cause);
  } finally {
    await closeRead(handle);
  }
  return undefined;
}
