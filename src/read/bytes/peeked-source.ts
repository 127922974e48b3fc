import type { FilePosition } from '../../core/input-position.js';
import { withoutFirst } from './chunks.js';
import type { ByteSource } from './source.js';

/** An input that can be read only once, and looked at before. */
export interface PeekedSource {
  /** The input from its beginning: what is read of it is kept for `rest`. Read it first, as far as needed. */
  readonly head: ByteSource;
  /** The input from a position on. */
  readonly rest: ByteSource;
}

export function peekedSource(source: ByteSource, { byteOffset }: FilePosition): PeekedSource {
  const kept: Buffer[] = [];
  let failure: { readonly error: unknown } | null = null;
  async function* keeping(): AsyncGenerator<Buffer, undefined> {
    try {
      for await (const chunk of { [Symbol.asyncIterator]: () => source.chunks() }) {
        kept.push(chunk);
        yield chunk;
      }
    } catch (error) {
      failure = { error };
      throw error;
    }
    return undefined;
  }
  // One generator for both, so that a chunk which `head` still waits for comes before those that `rest` asks for.
  const looking = keeping();
  async function* all(): AsyncGenerator<Buffer, undefined> {
    for (let isOver = false; !isOver || kept.length > 0;) {
      for (let chunk = kept.shift(); chunk !== undefined; chunk = kept.shift()) yield chunk;
      if (failure !== null) throw failure.error;
      isOver ||= (await looking.next()).done === true;
    }
    return undefined;
  }
  const first = Math.max(0, byteOffset - source.byteOffset);
  return {
    head: { ...source, chunks: () => looking },
    rest: {
      ...source,
      byteOffset: source.byteOffset + first,
      chunks: () => withoutFirst(source.name, all(), first),
    },
  };
}
