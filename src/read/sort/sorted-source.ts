import { FILE_START, type FilePosition } from '../../core/input-position.js';
import { PrefixSums } from '../bytes/prefix-sums.js';
import { withoutFirst } from '../bytes/chunks.js';
import type { ByteSource, SourceOptions } from '../bytes/source.js';
import type { SortedText } from './sorted-text.js';

/**
 * The sorted text of an input in place of the input. Offsets and lines of positions are those of the sorted text, which
 * an unchanged input yields again.
 */
export function sortedSource(
  input: ByteSource,
  sorted: SortedText,
  { blockBytes, before, allRead }: Pick<SourceOptions, 'blockBytes' | 'before' | 'allRead'>,
  { byteOffset }: FilePosition = FILE_START,
): ByteSource {
  const { name, file, isPacked, isGzip, exported } = input;
  const sums = file === null ? new PrefixSums(name, before ?? null, allRead) : null;
  const { sizeBytes } = sorted.text;
  let readBytes = 0;
  let isClosed = false;
  async function* chunksFrom(startByte: number): AsyncGenerator<Buffer, undefined> {
    for (let at = startByte; at < sizeBytes && !isClosed; at += blockBytes) {
      const chunk = await sorted.text.read(at, blockBytes);
      readBytes = at + chunk.length;
      yield chunk;
    }
    return undefined;
  }
  return {
    ...{ name, live: false, sizeBytes, file, isPacked, isGzip, exported, byteOffset, origins: sorted },
    readBytes: () => readBytes,
    inputOffset: (offset) => offset,
    prefixAt: (at) => sums?.at(at),
    checkReached: () => sums?.checkReached(),
    againState: () => sums?.againState ?? 'same',
    whole: () => sums?.whole() ?? null,
    // What can be read only once is compared from its start.
    chunks: () =>
      sums === null ? chunksFrom(byteOffset) : withoutFirst(name, sums.over(chunksFrom(0)), byteOffset),
    close: async () => {
      isClosed = true;
      await sorted.close();
      await input.close();
    },
  };
}
