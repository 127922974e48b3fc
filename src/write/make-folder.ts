import { dirname } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { nodeFiles, type FileEntry, type Files } from './files.js';

/**
 * Makes a folder and those above it that are missing; false: it was there.
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
  if ((await files.entry(path))?.kind === 'folder') return false;
  const parent = dirname(path);
  try {
    await files.makeFolder(path);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if ((await entry(path, files))?.kind === 'folder') return false;
    const { code } = error as NodeJS.ErrnoException;
    const parentMissing = code === 'ENOENT' && (await entry(parent, files)) === null;
    if (!parentMissing || parent === path) throw error;
    await makeWithParents(parent, files);
    return makeWithParents(path, files);
  }
  await files.syncFolder(parent);
  return true;
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
