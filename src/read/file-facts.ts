import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FileIdentity } from './pinned.js';
import { notOpened } from './raw-bytes.js';

/** What the file system says of a file without a look into it. */
export type FileFacts = Pick<FileIdentity, 'inode' | 'sizeBytes' | 'modifiedMs'>;

/** Null for what is no regular file. */
export function factsOf(stats: BigIntStats): FileFacts | null {
  if (!stats.isFile()) return null;
  // Microseconds: a double holds no more of a date in ms.
  const modifiedMs = Number(stats.mtimeNs / 1000n) / 1000;
  return { inode: String(stats.ino), sizeBytes: Number(stats.size), modifiedMs };
}

/** The same by path, without opening it: a pipe would wait for its writer. @throws AiopsError `input_missing` */
export async function lookAt(path: string): Promise<FileFacts | null> {
  try {
    return factsOf(await stat(path, { bigint: true }));
  } catch (cause) {
    throw notOpened(path, cause);
  }
}
