import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rm, rmdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { INSTALL_KEY } from '../host/native/recipe.js';
import { readReceipt } from '../host/native/receipt.js';

/** Everything that an install puts into the cache folder begins so. */
const OURS = 'tfjs-node-';
/** A tool that outlived a killed install may still write: deleting is tried again, once every 100 ms more. */
const DELETE = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 } as const;
const SYNCED_AT_ONCE = 16;

/** A new folder for an install, which stays only if a receipt comes to name it. */
export async function stagingFolder(nativeFolder: string): Promise<string> {
  // Not mkdtemp, whose folders are private: the user of a container image shares the cache of root, who built it.
  const folder = join(nativeFolder, `${INSTALL_KEY}.${randomBytes(4).toString('hex')}`);
  await mkdir(folder);
  return folder;
}

/**
 * Deletes what no receipt names: the remains of installs that were interrupted or replaced. The caller holds
 * the folder's lock.
 *
 * @returns how many there were
 */
export async function sweep(nativeFolder: string): Promise<number> {
  const names = (await readdir(nativeFolder)).filter((name) => name.startsWith(OURS));
  const receipts = names.filter((name) => name.endsWith('.json'));
  const leftovers = names.filter(
    (name) => !receipts.includes(name) && !receipts.some((receipt) => mayName(nativeFolder, receipt, name)),
  );
  for (const name of leftovers) await rm(join(nativeFolder, name), DELETE);
  return leftovers.length;
}

/** Whether a receipt is of that folder; of one that this version can't read, any folder of its key may be. */
function mayName(nativeFolder: string, receiptName: string, name: string): boolean {
  const receipt = readReceipt(nativeFolder, receiptName);
  return receipt === null ? name.startsWith(receiptName.replace(/json$/, '')) : receipt.folder === name;
}

/**
 * Deletes all installs, also those of other versions: receipts first, so that none is ever named and half gone.
 *
 * @returns the bytes that were freed; null if there was nothing
 */
export async function removeAll(nativeFolder: string): Promise<number | null> {
  const names = (await readdir(nativeFolder)).filter((name) => name.startsWith(OURS));
  if (names.length === 0) return null;
  let freed = 0;
  for (const name of names) freed += await folderBytes(join(nativeFolder, name));
  const receipts = names.filter((name) => name.endsWith('.json'));
  for (const name of receipts) await rm(join(nativeFolder, name), { force: true });
  await syncFolder(nativeFolder);
  for (const name of names) await rm(join(nativeFolder, name), DELETE);
  return freed;
}

/** Deletes the cache folder and the one above it where nothing is left in them. */
export async function dropEmptyFolders(nativeFolder: string): Promise<void> {
  for (const folder of [nativeFolder, dirname(nativeFolder)]) {
    await rmdir(folder).catch(() => undefined); // not empty: somebody else's
  }
}

/** Size of all files in a folder, or of a file; links count nothing. */
export async function folderBytes(path: string): Promise<number> {
  let bytes = 0;
  if ((await lstat(path)).isFile()) return (await lstat(path)).size;
  for (const file of await entriesIn(path, 'files')) bytes += (await lstat(file)).size;
  return bytes;
}

/** Makes everything in a folder last through a power failure. */
export async function syncAll(folder: string, signal: AbortSignal): Promise<void> {
  const files = (await entriesIn(folder, 'files')).values();
  const lane = async (): Promise<void> => {
    for (const file of files) {
      signal.throwIfAborted();
      const handle = await open(file, 'r');
      await handle.sync().finally(() => handle.close());
    }
  };
  await Promise.all(Array.from({ length: SYNCED_AT_ONCE }, lane));
  for (const path of await entriesIn(folder, 'folders')) await syncFolder(path);
}

/** Links are neither. */
async function entriesIn(path: string, kind: 'files' | 'folders'): Promise<string[]> {
  const paths = [path, ...(await readdir(path, { recursive: true })).map((name) => join(path, name))];
  const found: string[] = [];
  for (const at of paths) {
    const entry = await lstat(at);
    if (kind === 'files' ? entry.isFile() : entry.isDirectory()) found.push(at);
  }
  return found;
}

/** Space for a user in the file system that `folder`, or the nearest folder above that exists, lies in, bytes. */
export async function freeBytes(folder: string): Promise<number> {
  for (let at = folder; ; at = dirname(at)) {
    try {
      const { bavail, bsize } = await statfs(at);
      return bavail * bsize;
    } catch (error) {
      if (at === dirname(at)) throw error;
    }
  }
}

/** Makes a folder's entries last through a power failure. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
