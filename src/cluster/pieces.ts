import type { Files } from '../output/files.js';
import { cannotRead } from '../output/output-errors.js';

/** The bytes of a file; nothing where it does not exist. @throws AiopsError `output_io` */
export async function* pieces(path: string, files: Files): AsyncGenerator<Uint8Array> {
  try {
    if ((await files.entry(path)) !== null) yield* files.read(path);
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}
