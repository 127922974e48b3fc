import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { stat, type FileHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { AiopsError, type Hint } from '../../core/errors.js';
import { STDIN_NAME } from '../shared/stdin-name.js';
import { closeRead, unreadable } from './file-facts.js';

/** An input's bytes, still compressed if it is. */
export interface RawBytes {
  readonly chunks: AsyncGenerator<Buffer, undefined>;
  close(): Promise<void>;
}

/** Standard input. Its chunks throw AiopsError `input_missing`, or `input_unusable` if it is a file that shrank. */
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
  return { chunks: chunks(), close: () => Promise.resolve(void stdin.destroy()) };
}

/** The size of a file redirected to standard input; 0 if it is no file. */
function fileSize(stdin: Readable): number {
  if (!('fd' in stdin) || typeof stdin.fd !== 'number') return 0;
  const stats = fstatSync(stdin.fd);
  return stats.isFile() ? stats.size : 0;
}

/** Whether a path leads to a named pipe, or to a descriptor that is a pipe (`/dev/fd/63`). */
export async function isPipe(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats?.isFIFO() ?? false;
}

/**
 * The bytes of a named pipe, from its first writer until the last one is gone. Read as a socket: reading it like a file
 * would block a thread while nothing arrives, and the process could not end.
 *
 * @throws AiopsError `input_missing`
 */
export function pipeBytes(path: string): RawBytes {
  const socket = openPipe(path);
  async function* chunks(): AsyncGenerator<Buffer, undefined> {
    try {
      for await (const chunk of socket) yield chunk as Buffer;
    } catch (cause) {
      const isClosedByUs = (cause as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE';
      if (!isClosedByUs) throw unreadable(path, cause, PIPE_HINT);
    }
    return undefined;
  }
  return { chunks: chunks(), close: () => Promise.resolve(void socket.destroy()) };
}

const PIPE_HINT = 'check the permissions of the pipe';

function openPipe(path: string): Socket {
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return new Socket({ fd, readable: true, writable: false });
  } catch (cause) {
    if (fd !== null) closeSync(fd);
    throw unreadable(path, cause, PIPE_HINT);
  }
}

export function shrank(name: string, fromBytes: number, toBytes: number): AiopsError {
  const message = `${name} shrank from ${fromBytes} to ${toBytes} bytes while it was read`;
  return new AiopsError('input_unusable', message, { hint: CHANGED_HINT });
}

/** What to do about a file that changed while it was read. */
export const CHANGED_HINT: Hint = ({ resume }) =>
  `while a file is being read, only append to it, and rotate it by renaming; ${resume}`;

/** Watches a regular file being read. */
export interface ByteWatch {
  /** Bytes were read at an offset. */
  add(atByte: number, bytes: Buffer): void;
  /** The file ended there. @throws AiopsError `input_unusable` if that is too early, or the file changed */
  checkEnd(atByte: number): Promise<void>;
  /** Bytes just before the offset have changed since they were read. @throws AiopsError the same, in detail */
  checkOverlap(atByte: number): Promise<AiopsError>;
}

/**
 * With each block, this many bytes before it are read again and compared. That detects a file that was truncated and
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
 * A regular file's bytes in a range. Its chunks throw AiopsError `input_missing`, and what `watch` throws: it checks
 * the end before the chunks end, so that no caller takes a truncated file for a complete one.
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
  return blocksUntilEmpty(path, handle, readBlock, () => watch.checkEnd(at));
}

/** The bytes of a device, which has no offsets. Its chunks throw AiopsError `input_missing`. */
export function deviceBytes(path: string, handle: FileHandle, blockBytes: number): RawBytes {
  const readBlock = async (): Promise<Buffer> => {
    const block = Buffer.allocUnsafeSlow(blockBytes);
    const { bytesRead } = await handle.read(block, 0, blockBytes, null);
    return block.subarray(0, bytesRead);
  };
  return blocksUntilEmpty(path, handle, readBlock, () => Promise.resolve());
}

/** Reads one block ahead. At the end the handle stays open: the file may have to be compared again. */
function blocksUntilEmpty(
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
        ahead.catch(() => undefined); // reported when it is awaited
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
