import type { BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AiopsError, messageOf } from '../core/errors.js';

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

/** Standard input. Its chunks throw AiopsError `input_missing`. */
export function stdinBytes(stdin: Readable): RawBytes {
  async function* chunks(): AsyncGenerator<Buffer, undefined> {
    try {
      for await (const chunk of stdin) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    } catch (error) {
      throw unreadable(STDIN_NAME, error);
    }
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

/**
 * A file from the offset on, up to its end or to `endOffset`; null: a pipe or a device, which has no offsets.
 * Its chunks throw AiopsError `input_missing`.
 */
export function fileBytes(
  path: string,
  handle: FileHandle,
  blockBytes: number,
  byteOffset: number | null,
  endOffset = Infinity,
): RawBytes {
  let at = byteOffset;
  const readBlock = async (): Promise<Buffer> => {
    const length = at === null ? blockBytes : Math.min(blockBytes, Math.max(0, endOffset - at));
    const block = Buffer.allocUnsafeSlow(length);
    const { bytesRead } = await handle.read(block, 0, length, at);
    if (at !== null) at += bytesRead;
    return block.subarray(0, bytesRead);
  };
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await closeRead(handle);
  };
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
    } catch (error) {
      if (!closed) throw unreadable(path, error);
    } finally {
      await close();
    }
    return undefined;
  }
  return { chunks: chunks(), close };
}
