import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { unreadable } from '../bytes/raw-bytes.js';
import type { Segment } from '../bytes/segments.js';

const BLOCK_BYTES = 1024 * 1024;

/** Where a file is not what it was. */
export interface Difference {
  /** Some byte from `fromByte` to before `toByte` is another one. */
  readonly fromByte: number;
  readonly toByte: number;
  /** The size of a file that ends before `toByte`; null: it does not. */
  readonly endsAtByte: number | null;
}

/** A segment with its beginning. */
export interface Span extends Segment {
  readonly startByte: number;
}

export function spansOf(segments: readonly Segment[]): Span[] {
  return segments.map((segment, i) => ({ ...segment, startByte: segments[i - 1]?.endByte ?? 0 }));
}

/** The first of the spans whose bytes in the file are others; null: none. @throws AiopsError `input_missing` */
export async function firstDifference(
  path: string,
  handle: FileHandle,
  spans: readonly Span[],
): Promise<Difference | null> {
  const blocks: [Buffer, Buffer] = [Buffer.allocUnsafe(BLOCK_BYTES), Buffer.allocUnsafe(BLOCK_BYTES)];
  for (const span of spans) {
    const hash = createHash('sha256');
    let endByte = span.startByte;
    for await (const block of blocksOf(path, handle, span, blocks)) {
      hash.update(block);
      endByte += block.length;
    }
    const isShort = endByte < span.endByte;
    if (isShort || hash.digest('hex') !== span.sha256) {
      return { fromByte: span.startByte, toByte: span.endByte, endsAtByte: isShort ? endByte : null };
    }
  }
  return null;
}

/** Reads one block while the other is being hashed. */
async function* blocksOf(
  path: string,
  handle: FileHandle,
  { startByte, endByte }: Span,
  [one, other]: readonly [Buffer, Buffer],
): AsyncGenerator<Buffer, undefined> {
  const readInto = async (block: Buffer, at: number): Promise<Buffer> => {
    const length = Math.min(block.length, endByte - at);
    if (length === 0) return block.subarray(0, 0);
    const { bytesRead } = await handle.read(block, 0, length, at);
    return block.subarray(0, bytesRead);
  };
  try {
    let at = startByte;
    let ahead = readInto(one, at);
    for (let turn = 0; ; turn++) {
      const block = await ahead;
      if (block.length === 0) return undefined;
      at += block.length;
      ahead = readInto(turn % 2 === 0 ? other : one, at);
      ahead.catch(() => undefined); // the next turn reports it
      yield block;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
