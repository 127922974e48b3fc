import type { BigIntStats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { AiopsError, messageOf } from '../../core/errors.js';

/** What the file system says about a file without reading it. */
export interface FileFacts {
  readonly inode: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /**
   * When the file or its entry last changed (ctime). Null if that was so recent that another change could get the same
   * time: file systems count time in ticks.
   */
  readonly changedMs: number | null;
}

/** Longer than a tick of a file system's clock, which is 1 to 10 ms on Linux. */
const FRESH_MS = 100;

/** Null for anything but a regular file. */
export function factsOf(stats: BigIntStats, nowMs = Date.now()): FileFacts | null {
  if (!stats.isFile()) return null;
  const changedMs = toMs(stats.ctimeNs);
  return {
    inode: String(stats.ino),
    sizeBytes: Number(stats.size),
    modifiedMs: toMs(stats.mtimeNs),
    changedMs: nowMs - changedMs < FRESH_MS ? null : changedMs,
  };
}

/** Exact to the microsecond: a double cannot hold more of a date in ms. */
function toMs(timeNs: bigint): number {
  return Number(timeNs / 1000n) / 1000;
}

/** Whether a file with these facts at two times cannot have changed in between. */
export function isUntouched(then: FileFacts, now: FileFacts): boolean {
  return (
    now.changedMs !== null &&
    now.changedMs === then.changedMs &&
    now.modifiedMs === then.modifiedMs &&
    now.sizeBytes === then.sizeBytes &&
    now.inode === then.inode
  );
}

/**
 * Facts by path. Does not open the file: opening a pipe would wait for its writer.
 *
 * @throws AiopsError `input_missing`
 */
export async function lookAt(path: string): Promise<FileFacts | null> {
  try {
    return factsOf(await stat(path, { bigint: true }));
  } catch (cause) {
    throw cannotOpen(path, cause);
  }
}

/** @throws AiopsError `input_missing` */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw cannotOpen(path, cause);
  }
}

/** @throws AiopsError `input_missing` */
export async function statsOf(path: string, handle: FileHandle): Promise<BigIntStats> {
  try {
    return await handle.stat({ bigint: true });
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Never throws: closing a file that was only read loses nothing, and must not hide an earlier error. */
export async function closeRead(handle: FileHandle): Promise<void> {
  await handle.close().catch(() => undefined);
}

export function unreadable(
  name: string,
  cause: unknown,
  hint = ['EACCES', 'EPERM'].includes((cause as NodeJS.ErrnoException).code ?? '')
    ? 'check who may read it: run the command as a user who may, or ask for read permission'
    : 'check that its disk is sound',
): AiopsError {
  return new AiopsError('input_missing', `cannot read ${name}: ${messageOf(cause)}`, { hint, cause });
}

function cannotOpen(path: string, cause: unknown): AiopsError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new AiopsError('input_missing', `no such file: ${path}`, {
      hint: 'check the path; - reads standard input',
      cause,
    });
  }
  if (code === 'EMFILE') {
    return new AiopsError('input_missing', `cannot open ${path}: too many open files`, {
      hint: 'raise the limit (ulimit -n 4096), or concatenate some of the files',
      cause,
    });
  }
  return unreadable(path, cause);
}
