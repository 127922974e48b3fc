import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';

import yauzl from 'yauzl';

import { AiopsError, messageOf } from '../core/errors.js';

/**
 * Unpacks only the entries that `wanted` maps to a path. Names in the archive decide nothing about where
 * files go.
 *
 * @throws AiopsError 'input_unusable' where the archive is damaged or lacks an entry
 */
export async function unpack(
  archive: string,
  wanted: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const missing = new Set(wanted.keys());
  try {
    const zip = await yauzl.openPromise(archive);
    try {
      for await (const entry of zip.eachEntry()) {
        const destination = wanted.get(entry.fileName);
        if (destination === undefined) continue;
        await mkdir(dirname(destination), { recursive: true });
        const bytes = await zip.openReadStreamPromise(entry);
        await pipeline(bytes, createWriteStream(destination, { flags: 'wx' }), { signal });
        missing.delete(entry.fileName);
        if (missing.size === 0) break;
      }
    } finally {
      zip.close();
    }
  } catch (cause) {
    if (signal.aborted || isSystemError(cause)) throw cause;
    throw new AiopsError('input_unusable', `cannot unpack ${archive}: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (missing.size > 0) {
    throw new AiopsError('input_unusable', `${archive} lacks ${[...missing].join(', ')}`);
  }
}

/** From the file system, for instance a full disk: not the archive's fault. */
function isSystemError(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).syscall !== undefined;
}
