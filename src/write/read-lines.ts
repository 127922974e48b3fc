import { StringDecoder } from 'node:string_decoder';

import type { Files } from './files.js';

export interface ReadLinesOptions {
  /** Only so much of the file, from its beginning. */
  readonly lengthBytes?: number;
  /** A line longer than this ends the reading. */
  readonly maxLineChars?: number;
}

/** The whole lines of a file, without their line ends; what follows the last line end is left out. */
export async function* readLines(
  files: Files,
  path: string,
  { lengthBytes = Infinity, maxLineChars = Infinity }: ReadLinesOptions = {},
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let left = lengthBytes;
  let rest = '';
  for await (const bytes of files.read(path)) {
    const wanted = bytes.length <= left ? bytes : bytes.subarray(0, left);
    left -= wanted.length;
    const lines = (rest + decoder.write(Buffer.from(wanted))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.length > maxLineChars) return;
      yield line;
    }
    if (left <= 0 || rest.length > maxLineChars) return;
  }
}
