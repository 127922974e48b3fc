import { AiopsError } from '../core/errors.js';
import { readEarlierRun } from './earlier-run.js';
import { isErrno, type Files } from './files.js';
import { FolderLock } from './folder-lock.js';
import { readJournal, type JournalContents } from './journal.js';
import { FolderSocket } from './folder-socket.js';
import { makeFolder } from './make-folder.js';

export interface OpenFolderOptions {
  /** Take the folder although another host says that it holds it. */
  readonly breakLock: boolean;
  /** It will be begun anew, so that a journal that cannot be understood does not matter. */
  readonly restart: boolean;
  readonly files: Files;
}

/** A run's folder and what an earlier run left there. */
export interface OpenedFolder {
  readonly path: string;
  /** An error: it takes none, so that nothing can be begun there. */
  readonly lock: FolderLock | AiopsError;
  /** Whether the folder was not there before. */
  readonly isMade: boolean;
  /** Null: nothing. */
  readonly prior: JournalContents | null;
}

/** What a run holds against others. */
export interface TakenPlaces {
  /** Null: it writes to none. */
  readonly folder: OpenedFolder | null;
  /** For a regular file of rejects that was named; null: none was, or it can only be guarded by being there. */
  readonly rejectsHold: FolderSocket | null;
}

/**
 * Takes everything that a run writes to.
 *
 * @param rejectsFile a regular file; null: there is none to take
 * @throws AiopsError `output_cannot_create`, `output_locked`, `output_io`, `config`
 */
export async function takePlaces(
  folder: string | null,
  rejectsFile: string | null,
  options: OpenFolderOptions,
): Promise<TakenPlaces> {
  const rejectsHold =
    rejectsFile === null ? null : await FolderSocket.takeRejects(rejectsFile, options.files);
  try {
    return { folder: folder === null ? null : await openFolder(folder, options), rejectsHold };
  } catch (error) {
    await rejectsHold?.release();
    throw error;
  }
}

/**
 * Takes a folder, which is made if need be, and looks what is there. One that may only be read does for a run that
 * is complete, of which nothing is left to write.
 *
 * @throws AiopsError `output_cannot_create`, `output_locked`, `output_io`, `config`
 */
async function openFolder(
  path: string,
  { breakLock, restart, files }: OpenFolderOptions,
): Promise<OpenedFolder> {
  const isMade = await makeFolder(path, files);
  const lock = await FolderLock.take(path, { breakLock, files }).catch((error: unknown) => {
    if (error instanceof AiopsError && isErrno(error.cause, 'EROFS', 'EACCES', 'EPERM')) return error;
    throw error;
  });
  if (lock instanceof AiopsError) {
    const prior = await readJournal(path, files).catch(() => null);
    if (prior === null || prior.completion === null) throw lock;
    return { path, lock, isMade, prior };
  }
  try {
    return { path, lock, isMade, prior: await readEarlierRun(path, restart, files) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
