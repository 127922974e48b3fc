import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rm, rmdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { nativeFolder } from '../host/native/location.js';
import { readReceipt } from '../host/native/receipt.js';
import { INSTALL_KEY } from '../host/native/recipe.js';
import { nodeFiles } from '../output/files.js';
import { SocketLock } from '../output/folder-lock.js';

/** Everything that an install puts into the cache folder starts with this. */
const PREFIX = 'tfjs-node-';
/**
 * A tool that outlives a killed install may still be writing, so deleting retries, with a pause 100 ms longer each
 * time.
 */
export const DELETE = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 } as const;
const SYNCED_AT_ONCE = 16;

/** @throws AiopsError 'config' if no home folder is known */
export function requireNativeFolder(): string {
  const folder = nativeFolder();
  if (folder !== null) return folder;
  throw new AiopsError('config', 'no cache folder: neither XDG_CACHE_HOME nor a home folder is set', {
    hint: 'set XDG_CACHE_HOME to a writable folder',
  });
}

/**
 * Works on the cache folder while no other process does.
 *
 * @throws AiopsError 'output_locked' if another process does; 'output_io' for a full disk and the like
 */
export async function whileLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  let lock: SocketLock | null = null;
  try {
    lock = await takeLock(folder);
    return await work();
  } catch (error) {
    throw asOutputError(error, folder);
  } finally {
    await lock?.release();
  }
}

async function takeLock(folder: string): Promise<SocketLock | null> {
  try {
    return await SocketLock.takeFolder(folder);
  } catch (cause) {
    if (!(cause instanceof AiopsError)) throw cause;
    throw new AiopsError(cause.code, `another install or remove is using ${folder}`, {
      hint: 'wait for it to end',
      cause,
    });
  }
}

/** Names the folder in an error of the file system; passes on any other. */
function asOutputError(error: unknown, folder: string): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined || error instanceof AiopsError) return error;
  return new AiopsError('output_io', `cannot write to ${folder}: ${message}`, {
    hint: 'make room or check permissions, or set XDG_CACHE_HOME to another folder',
    cause: error,
  });
}

/** Creates a folder for an install, which `sweep` removes unless a receipt names it. */
export async function stagingFolder(cache: string): Promise<string> {
  // Not mkdtemp, whose folders are private: in a container image, users share the cache of root, who built it.
  const folder = join(cache, `${INSTALL_KEY}.${randomBytes(4).toString('hex')}`);
  await mkdir(folder);
  return folder;
}

/**
 * Deletes the remains of interrupted and replaced installs: whatever no receipt names. The caller holds the lock.
 *
 * @returns how many there were
 */
export async function sweep(cache: string): Promise<number> {
  const names = await ownNames(cache);
  const receipts = names.filter((name) => name.endsWith('.json'));
  const leftovers = names.filter(
    (name) => !receipts.includes(name) && !receipts.some((receipt) => mayName(cache, receipt, name)),
  );
  for (const name of leftovers) await rm(join(cache, name), DELETE);
  return leftovers.length;
}

/** Whether a receipt names that folder; one that this version cannot read may name any folder of its key. */
function mayName(cache: string, receiptName: string, name: string): boolean {
  const receipt = readReceipt(cache, receiptName);
  return receipt === null ? name.startsWith(receiptName.replace(/json$/, '')) : receipt.folder === name;
}

/** What `native remove` did. */
export interface RemoveOutcome {
  readonly folder: string;
  /** Null: there was nothing to remove. */
  readonly freedBytes: number | null;
}

/** Removes every install from the user's cache, and the remains of interrupted ones. */
export async function removeNative(): Promise<RemoveOutcome> {
  const folder = requireNativeFolder();
  if ((await nodeFiles.entry(folder).catch(() => null)) === null) return { folder, freedBytes: null };
  return whileLocked(folder, async () => {
    const freedBytes = await removeAll(folder);
    await dropEmptyFolders(folder);
    return { folder, freedBytes };
  });
}

/**
 * Deletes all installs, those of other versions included: receipts first, so that none names an incomplete install.
 *
 * @returns the bytes that were freed; null if there was nothing
 */
export async function removeAll(cache: string): Promise<number | null> {
  const names = await ownNames(cache);
  if (names.length === 0) return null;
  let freed = 0;
  for (const name of names) freed += await folderBytes(join(cache, name));
  for (const name of names) if (name.endsWith('.json')) await nodeFiles.remove(join(cache, name));
  await nodeFiles.syncFolder(cache);
  for (const name of names) await rm(join(cache, name), DELETE);
  return freed;
}

async function ownNames(cache: string): Promise<string[]> {
  return (await readdir(cache)).filter((name) => name.startsWith(PREFIX));
}

/** Deletes the cache folder and its parent if they are empty. */
export async function dropEmptyFolders(cache: string): Promise<void> {
  for (const folder of [cache, dirname(cache)]) {
    await rmdir(folder).catch(() => undefined); // other programs' files
  }
}

/** Size of a file, or of all files in a folder; links count nothing. */
export async function folderBytes(path: string): Promise<number> {
  const entry = await lstat(path);
  if (entry.isFile()) return entry.size;
  let bytes = 0;
  for (const file of await entriesIn(path, 'files')) bytes += (await lstat(file)).size;
  return bytes;
}

/** Makes everything in a folder survive a power failure. */
export async function syncAll(folder: string, signal: AbortSignal): Promise<void> {
  const files = (await entriesIn(folder, 'files')).values();
  const syncFiles = async (): Promise<void> => {
    for (const file of files) {
      signal.throwIfAborted();
      const handle = await open(file, 'r');
      await handle.sync().finally(() => handle.close());
    }
  };
  await Promise.all(Array.from({ length: SYNCED_AT_ONCE }, syncFiles));
  for (const path of await entriesIn(folder, 'folders')) await nodeFiles.syncFolder(path);
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

/** Free bytes, for this user, in the file system of `folder` or of its nearest parent that exists. */
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
