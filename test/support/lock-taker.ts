/** A program that takes a folder's lock, says how that went, and holds it until its standard input ends. */
import { once } from 'node:events';

import { AiopsError } from '#build/core/errors.js';
import { FolderLock } from '#build/output/folder-lock.js';

const [folder = '.'] = process.argv.slice(2);
try {
  const lock = await FolderLock.take(folder);
  console.log('held');
  process.stdin.resume();
  await once(process.stdin, 'end');
  await lock.release();
} catch (error) {
  console.log(error instanceof AiopsError ? `${error.code}: ${error.message}` : String(error));
}
