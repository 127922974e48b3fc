import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { messageOf } from '../core/errors.js';
import type { FileFact } from '../host/native/receipt.js';

/** sha256 of a file's bytes, in hex. */
export async function fileSha256(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, signal === undefined ? {} : { signal });
  return hash.digest('hex');
}

/** Sizes and sums of the files that `paths` names in a folder. */
export async function fileFacts(
  folder: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<FileFact[]> {
  const facts: FileFact[] = [];
  for (const path of paths) {
    const { size } = await stat(join(folder, path));
    facts.push({ path, sizeBytes: size, sha256: await fileSha256(join(folder, path), signal) });
  }
  return facts;
}

/** The files that are not what they were: not to be read, of another size, or with other bytes if `sums` are to be compared. */
export async function changedFiles(
  folder: string,
  facts: readonly FileFact[],
  sums: 'sizes-only' | 'sums-too',
): Promise<string[]> {
  const changed: string[] = [];
  for (const { path, sizeBytes, sha256 } of facts) {
    const at = join(folder, path);
    try {
      const { size } = await stat(at);
      if (size !== sizeBytes || (sums === 'sums-too' && (await fileSha256(at)) !== sha256))
        changed.push(`${at} has changed`);
    } catch (cause) {
      changed.push(`${at} can't be read: ${messageOf(cause)}`);
    }
  }
  return changed;
}
