import type { Files } from './files.js';
import { cannotRead } from './output-errors.js';

export interface ReadTailOptions {
  /** Where the wanted bytes end; the file is that long. */
  readonly lengthBytes: number;
  /** How many, at most. */
  readonly tailBytes: number;
}

/** The last bytes before a length. @throws AiopsError `output_io` */
export async function readTail(
  files: Files,
  path: string,
  { lengthBytes, tailBytes }: ReadTailOptions,
): Promise<Uint8Array> {
  const fromBytes = Math.max(0, lengthBytes - tailBytes);
  const parts: Uint8Array[] = [];
  let leftBytes = lengthBytes - fromBytes;
  if (leftBytes === 0) return new Uint8Array();
  try {
    for await (const part of files.read(path, fromBytes)) {
      parts.push(part.subarray(0, leftBytes));
      leftBytes -= part.length;
      if (leftBytes <= 0) break;
    }
  } catch (cause) {
    throw cannotRead(path, cause);
  }
  return Buffer.concat(parts);
}
