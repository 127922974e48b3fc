import { createHash } from 'node:crypto';

import type { Files } from '../output/files.js';
import { cannotRead } from '../output/output-errors.js';
import type { FileSum } from './part.js';

/** The bytes of a file; nothing where it does not exist. @throws AiopsError `output_io` */
export async function* pieces(path: string, files: Files): AsyncGenerator<Uint8Array> {
  try {
    if ((await files.entry(path)) !== null) yield* files.read(path);
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}

/** @throws what reading throws */
export async function sumOf(chunks: AsyncIterable<Uint8Array>): Promise<FileSum> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
