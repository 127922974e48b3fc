import { endsBefore } from './prefix-sums.js';

/** Counts the bytes that pass. */
export async function* counted(
  chunks: AsyncGenerator<Buffer, undefined>,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer, undefined> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
  return undefined;
}

/** Drops the first bytes. The chunks throw AiopsError `config` if there are fewer. */
export async function* withoutFirst(
  name: string,
  chunks: AsyncGenerator<Buffer, undefined>,
  count: number,
): AsyncGenerator<Buffer, undefined> {
  let left = count;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield left === 0 ? chunk : chunk.subarray(left);
    left -= Math.min(left, chunk.length);
  }
  if (left > 0) throw endsBefore(name, count);
  return undefined;
}

/** Reads until the bytes are enough, or the end; `chunks` yields them again, and the rest. */
export async function peek(
  chunks: AsyncGenerator<Buffer, undefined>,
  isEnough: (head: Buffer) => boolean,
): Promise<{ head: Buffer; chunks: AsyncGenerator<Buffer, undefined>; hasEnded: boolean }> {
  let head: Buffer = Buffer.alloc(0);
  let hasEnded = false;
  while (!hasEnded && !isEnough(head)) {
    const { value } = await chunks.next();
    if (value === undefined) hasEnded = true;
    else head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  async function* all(): AsyncGenerator<Buffer, undefined> {
    if (head.length > 0) yield head;
    yield* chunks;
    return undefined;
  }
  return { head, chunks: all(), hasEnded };
}

const PIECE_BYTES = 65_536;

/**
 * Cuts chunks into pieces, for a reading that may end early: each piece is decoded whole, even if one line is asked
 * for.
 */
export function* inPieces(chunks: Iterable<Buffer>): Generator<Buffer, undefined> {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield chunk.subarray(at, at + PIECE_BYTES);
  }
  return undefined;
}
