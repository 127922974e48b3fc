import { mkdir, stat } from 'node:fs/promises';

import { AiopsError } from '../core/errors.js';

/** @throws AiopsError `output_cannot_create` */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    const exists = await stat(path).catch(() => null);
    const reason =
      exists !== null && !exists.isDirectory() ? 'a file of that name exists' : (cause as Error).message;
    throw new AiopsError('output_cannot_create', `cannot create the output folder ${path}: ${reason}`, {
      hint: 'choose another folder with --out DIR',
      cause,
    });
  }
}
