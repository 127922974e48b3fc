import { createHash } from 'node:crypto';
import { AiopsError } from '../core/errors.js';
import type { FilePosition } from '../core/input-position.js';

/** Sums are kept at whole multiples of this. */
const STEP_BYTES = 2 ** 16;

/**
 * What the beginning of an input is that comes only once, such as standard input: its sha256 up to every
 * 64 KiB that are not yet behind, and whether it is what it was before.
 */
export class PrefixSums {
  readonly #name: string;
  readonly #expected: FilePosition['prefix'];
  readonly #hash = createHash('sha256');
  readonly #sums = new Map<number, string>();
  #bytes = 0;

  constructor(name: string, expected: FilePosition['prefix']) {
    this.#name = name;
    this.#expected = expected;
  }

  /** Hands the input's bytes on. @throws AiopsError `config` where they are others than before */
  async *over(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
    for await (const chunk of chunks) {
      this.#add(chunk);
      yield chunk;
    }
    return undefined;
  }

  /** Up to the last whole 64 KiB before the offset, which was reached, and is not before that of the last call. */
  at(byteOffset: number): FilePosition['prefix'] {
    const bytes = byteOffset - (byteOffset % STEP_BYTES);
    for (const behind of this.#sums.keys()) {
      if (behind >= bytes) break;
      this.#sums.delete(behind);
    }
    const sha256 = this.#sums.get(bytes);
    return sha256 === undefined ? undefined : { bytes, sha256 };
  }

  #add(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0;) {
      const part = rest.subarray(0, STEP_BYTES - (this.#bytes % STEP_BYTES));
      this.#hash.update(part);
      this.#bytes += part.length;
      rest = rest.subarray(part.length);
      if (this.#bytes % STEP_BYTES === 0) this.#keep();
    }
  }

  #keep(): void {
    const sha256 = this.#hash.copy().digest('hex');
    this.#sums.set(this.#bytes, sha256);
    if (this.#bytes === this.#expected?.bytes && sha256 !== this.#expected.sha256)
      throw anotherInput(this.#name, 'its first bytes are others');
  }
}

/** An input that comes only once is not the one that the run began with. */
export function anotherInput(name: string, difference: string): AiopsError {
  return new AiopsError('config', `${name} is not what this run read before: ${difference}`, {
    hint: 'give it the same input again, from its beginning; or begin anew with --restart, or with another --out',
  });
}
