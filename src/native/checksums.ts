import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { messageOf } from '../core/errors.js';
import type { FileFact } from '../host/native/receipt.js';

/** The SHA-256 of a file, in hex. */
export async function fileSha256(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, signal === undefined ? {} : { signal });
  return hash.digest('hex');
}

/** Sizes and checksums of files in a folder. */
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

/** What is wrong with files that are unreadable, have another size or, with `sums-too`, other bytes. */
export async function changedFiles(
  folder: string,
  facts: readonly FileFact[],
  compare: 'sizes-only' | 'sums-too',
): Promise<string[]> {
  const changed: string[] = [];
  for (const { path, sizeBytes, sha256 } of facts) {
    const file = join(folder, path);
    try {
      const { size } = await stat(file);
      if (size !== sizeBytes || (compare === 'sums-too' && (await fileSha256(file)) !== sha256)) {
        changed.push(`${file} has changed`);
      }
    } catch (cause) {
      changed.push(`cannot read ${file}: ${messageOf(cause)}`);
    }
  }
  return changed;
}
