import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { AiopsError } from '../core/errors.js';

/**
 * Makes a folder and those above it that are missing.
 *
 * @throws AiopsError `output_cannot_create`
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeWithParents(path);
  } catch (cause) {
    throw new AiopsError(
      'output_cannot_create',
      `cannot create the output folder ${path}: ${await reasonText(path, cause as NodeJS.ErrnoException)}`,
      { hint: 'choose another folder with --out DIR', cause },
    );
  }
}

/** One folder after the other: Node's own `recursive` never ends where a folder such as /proc takes no new ones. */
async function makeWithParents(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (await isFolder(path)) return;
    const parent = dirname(path);
    const parentMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' && !(await exists(parent));
    if (!parentMissing || parent === path) throw error;
    await makeWithParents(parent);
    await makeWithParents(path);
  }
}

async function reasonText(path: string, { code, message }: NodeJS.ErrnoException): Promise<string> {
  if ((await exists(path)) && !(await isFolder(path))) return 'a file of that name exists';
  return code === 'ENOENT' ? `no folder can be made there (${message})` : message;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false;
}
