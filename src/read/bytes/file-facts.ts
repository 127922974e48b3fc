import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { notOpened } from './raw-bytes.js';

/** What the file system says about a file without a look into it. */
export interface FileFacts {
  readonly inode: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /**
   * When the file or its entry last changed (ctime); null: so shortly before it was looked at that another change
   * may get the same time, since file systems count time in ticks.
   */
  readonly changedMs: number | null;
}

/** Longer than a tick of a file system's clock, 1 to 10 ms on Linux. */
const FRESH_MS = 100;

/** Null for what is no regular file. */
export function factsOf(stats: BigIntStats, nowMs = Date.now()): FileFacts | null {
  if (!stats.isFile()) return null;
  const changedMs = inMs(stats.ctimeNs);
  return {
    inode: String(stats.ino),
    sizeBytes: Number(stats.size),
    modifiedMs: inMs(stats.mtimeNs),
    changedMs: nowMs - changedMs < FRESH_MS ? null : changedMs,
  };
}

/** Microseconds: a double holds no more of a date in ms. */
function inMs(timeNs: bigint): number {
  return Number(timeNs / 1000n) / 1000;
}

/** Whether a file with these facts at two times cannot have changed between them. */
export function isUntouched(then: FileFacts, now: FileFacts): boolean {
  return (
    now.changedMs !== null &&
    now.changedMs === then.changedMs &&
    now.modifiedMs === then.modifiedMs &&
    now.sizeBytes === then.sizeBytes &&
    now.inode === then.inode
  );
}

/** The same by path, without opening it: a pipe would wait for its writer. @throws AiopsError `input_missing` */
export async function lookAt(path: string): Promise<FileFacts | null> {
  try {
    return factsOf(await stat(path, { bigint: true }));
  } catch (cause) {
    throw notOpened(path, cause);
  }
}
