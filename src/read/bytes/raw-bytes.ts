import { fstatSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AiopsError, messageOf } from '../../core/errors.js';

/** How the input called `-` is named in messages, rejects and series. */
export const STDIN_NAME = 'stdin';

/** The bytes of an input as they stand there. */
export interface RawBytes {
  readonly chunks: AsyncGenerator<Buffer, undefined>;
  close(): Promise<void>;
}

/** @throws AiopsError `input_missing` */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw notOpened(path, cause);
  }
}

/** Why a file cannot be opened, or even looked at. */
export function notOpened(path: string, cause: unknown): AiopsError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AiopsError('input_missing', `no such file: ${path}`, {
      hint: 'check the path; - reads standard input',
      cause,
    });
  }
  if (code === 'EMFILE') {
    return new AiopsError('input_missing', `cannot open ${path}: too many open files`, {
      hint: 'raise the limit (ulimit -n 4096), or join the files into fewer',
      cause,
    });
  }
  return unreadable(path, cause);
}

export function unreadable(
  name: string,
  cause: unknown,
  hint = 'check that the file may be read and that its disk is sound',
): AiopsError {
  return new AiopsError('input_missing', `cannot read ${name}: ${messageOf(cause)}`, { hint, cause });
}

/** @throws AiopsError `input_missing` */
export async function statsOf(path: string, handle: FileHandle): Promise<BigIntStats> {
  try {
    return await handle.stat({ bigint: true });
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Never throws: what was only read loses nothing by it, and an error on the way there is the one to tell. */
export async function closeRead(handle: FileHandle): Promise<void> {
  await handle.close().catch(() => undefined);
}

/** Standard input. Its chunks throw AiopsError `input_missing`, `input_unusable` where it is a file that shrank. */
export function stdinBytes(stdin: Readable): RawBytes {
  async function* chunks(): AsyncGenerator<Buffer, undefined> {
    const openedBytes = fileSize(stdin);
    try {
      for await (const chunk of stdin) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    } catch (error) {
      throw unreadable(STDIN_NAME, error);
    }
    const endedBytes = fileSize(stdin);
    if (endedBytes < openedBytes) throw shrank(STDIN_NAME, openedBytes, endedBytes);
    return undefined;
  }
  return {
    chunks: chunks(),
    close: () => {
      stdin.destroy();
      return Promise.resolve();
    },
  };
}

/** The size of a file that is redirected to standard input; 0 for what is no file. */
function fileSize(stdin: Readable): number {
  if (!('fd' in stdin) || typeof stdin.fd !== 'number') return 0;
  const stats = fstatSync(stdin.fd);
  return stats.isFile() ? stats.size : 0;
}

/** A file that is shorter than it was when reading it began. */
export function shrank(name: string, fromBytes: number, toBytes: number): AiopsError {
  return new AiopsError(
    'input_unusable',
    `${name} shrank from ${fromBytes} to ${toBytes} bytes while it was read`,
    {
      hint: CHANGED_HINT,
    },
  );
}

/** What to do about a file that was changed while it was read. */
export const CHANGED_HINT =
  'only append to a file that is being read, and rotate it by renaming; if it gets its old bytes back, the same ' +
  'command resumes the run, otherwise use --restart or another --out';

/** Follows the reading of a regular file. */
export interface ByteWatch {
  /** Bytes were read at an offset. */
  add(atByte: number, bytes: Buffer): void;
  /** The file ended there. @throws AiopsError `input_unusable` too early, or was changed while it was read */
  checkEnd(atByte: number): Promise<void>;
  /** Bytes just before the offset are no longer what was read there: why. @throws AiopsError the same, in detail */
  checkOverlap(atByte: number): Promise<AiopsError>;
}

/**
 * With each block, so many bytes before it are read again and compared. This detects a file that was truncated and
 * rewritten before halves of two different lines are joined into one.
 */
const OVERLAP_BYTES = 1024;
const NOTHING = Buffer.alloc(0);

export interface FileRange {
  readonly blockBytes: number;
  readonly startByte: number;
  readonly endByte: number;
}

/**
 * A regular file's bytes in a range. Its chunks throw AiopsError `input_missing`, and what `watch` throws: the end is
 * checked before the chunks end, so that no caller takes a truncated file for a complete one.
 */
export function fileBytes(path: string, handle: FileHandle, range: FileRange, watch: ByteWatch): RawBytes {
  const { blockBytes, startByte, endByte } = range;
  let at = startByte;
  let before = NOTHING;
  const readBlock = async (): Promise<Buffer> => {
    const length = Math.min(blockBytes, Math.max(0, endByte - at));
    if (length === 0) return NOTHING;
    const block = Buffer.allocUnsafeSlow(before.length + length);
    const { bytesRead } = await handle.read(block, 0, block.length, at - before.length);
    const overlap = block.subarray(0, Math.min(bytesRead, before.length));
    if (!overlap.equals(before)) throw await watch.checkOverlap(at);
    const bytes = block.subarray(before.length, bytesRead);
    watch.add(at, bytes);
    at += bytes.length;
    before = Buffer.from(block.subarray(Math.max(0, bytesRead - OVERLAP_BYTES), bytesRead));
    return bytes;
  };
  return openBytes(path, handle, readBlock, () => watch.checkEnd(at));
}

/** The bytes of a device, which has no offsets. Its chunks throw AiopsError `input_missing`. */
export function deviceBytes(path: string, handle: FileHandle, blockBytes: number): RawBytes {
  const readBlock = async (): Promise<Buffer> => {
    const block = Buffer.allocUnsafeSlow(blockBytes);
    const { bytesRead } = await handle.read(block, 0, blockBytes, null);
    return block.subarray(0, bytesRead);
  };
  return openBytes(path, handle, readBlock, () => Promise.resolve());
}

/** Blocks until an empty one, read one ahead; the handle stays open, since what was read may be looked at again. */
function openBytes(
  path: string,
  handle: FileHandle,
  readBlock: () => Promise<Buffer>,
  checkEnd: () => Promise<void>,
): RawBytes {
  let closed = false;
  async function* chunks(): AsyncGenerator<Buffer, undefined> {
    try {
      let ahead = readBlock();
      for (;;) {
        const block = await ahead;
        if (block.length === 0) break;
        ahead = readBlock();
        // Nobody may be waiting for it when it fails; the next turn is.
        ahead.catch(() => undefined);
        yield block;
      }
      await checkEnd();
    } catch (error) {
      if (closed) return undefined;
      throw error instanceof AiopsError ? error : unreadable(path, error);
    }
    return undefined;
  }
  return {
    chunks: chunks(),
    close: async () => {
      if (closed) return;
      closed = true;
      await closeRead(handle);
    },
  };
}
