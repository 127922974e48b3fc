import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { isErrno, nodeFiles, type FileEntry, type Files } from './files.js';

/**
 * Makes a folder and those above it that are missing, so that they survive a loss of power; false: it was there.
 *
 * @throws AiopsError `output_cannot_create`
 */
export async function makeFolder(path: string, files: Files = nodeFiles): Promise<boolean> {
  try {
    return await makeWithParents(path, files);
  } catch (cause) {
    throw new AiopsError(
      'output_cannot_create',
      `cannot create the output folder ${path}: ${await reasonText(path, cause as NodeJS.ErrnoException, files)}`,
      { hint: 'choose another folder with --out DIR', cause },
    );
  }
}

/** One folder after the other: Node's own `recursive` never ends where a folder such as /proc takes no new ones. */
async function makeWithParents(path: string, files: Files): Promise<boolean> {
  const parent = join(path, '..');
  if ((await files.entry(path))?.kind === 'folder') {
    await syncMade(parent, files);
    return false;
  }
  if (parent !== path) await makeWithParents(parent, files);
  const real = await files.realPath(path); // a link may lead to a folder that does not exist yet
  try {
    await files.makeFolder(real);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if ((await entry(path, files))?.kind === 'folder') return false;
    throw error;
  }
  await files.syncFolder(join(real, '..'));
  return true;
}

/** A folder that is there may have been made by a run that was killed before it could make its name sure. */
async function syncMade(parent: string, files: Files): Promise<void> {
  try {
    await files.syncFolder(parent);
  } catch (error) {
    // One that we may not open is hardly one that we made a folder in.
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
  }
}

async function reasonText(
  path: string,
  { code, message }: NodeJS.ErrnoException,
  files: Files,
): Promise<string> {
  const there = await entry(path, files);
  if (there !== null && there.kind !== 'folder') return 'a file of that name exists';
  return code === 'ENOENT' ? `no folder can be made there (${message})` : message;
}

/** What cannot be looked at counts as not there: the error that led here tells more. */
async function entry(path: string, files: Files): Promise<FileEntry | null> {
  return files.entry(path).catch(() => null);
}
