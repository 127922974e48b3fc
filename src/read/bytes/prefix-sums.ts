import { createHash } from 'node:crypto';
import { AiopsError } from '../../core/errors.js';
import type { FilePosition } from '../../core/input-position.js';

/** So much is held of what no place has passed yet; of what is more, sums are kept at every half of it. */
const MAX_HELD_BYTES = 2 ** 20;

type Prefix = NonNullable<FilePosition['prefix']>;

/** Where reading an input went on before, and what its bytes up to there were, as far as that is known. */
export type ReadBefore = Pick<FilePosition, 'byteOffset' | 'prefix'>;

/**
 * What the beginning of an input is that comes only once, such as standard input: its sha256 up to the places where
 * reading could go on, and whether it is what it was before.
 */
export class PrefixSums {
  readonly #name: string;
  readonly #before: ReadBefore | null;
  readonly #hash = createHash('sha256');
  #hashedBytes = 0;
  /** What comes after the bytes that were hashed. */
  readonly #held: Buffer[] = [];
  #heldBytes = 0;
  /** In order; only the first may be behind the last place. */
  readonly #sums: Prefix[] = [];

  constructor(name: string, before: ReadBefore | null) {
    this.#name = name;
    this.#before = before;
  }

  /** Hands the input's bytes on. @throws AiopsError `config` where they are others than before, or end sooner */
  async *over(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
    for await (const chunk of chunks) {
      this.#held.push(chunk);
      this.#heldBytes += chunk.length;
      this.#check();
      if (this.#heldBytes > MAX_HELD_BYTES) {
        this.#hashUpTo(this.#hashedBytes + this.#heldBytes - MAX_HELD_BYTES / 2);
        this.#sums.push(this.#sum());
      }
      yield chunk;
    }
    const missedByte = this.#missedByte();
    if (missedByte !== null) throw endsBefore(this.#name, missedByte);
    return undefined;
  }

  /**
   * To be called once the last minute comes that was read before: so has the byte at which reading went on after it,
   * as it was what closed the minute.
   *
   * @throws AiopsError `config` where it has not, so that the bytes before it were not compared
   */
  checkReached(): void {
    const missedByte = this.#missedByte();
    if (missedByte === null) return;
    throw anotherInput(this.#name, `its minutes up to the last one read then end before byte ${missedByte}`);
  }

  /** The offset up to which the input was read before, where it has not come so far. */
  #missedByte(): number | null {
    const { byteOffset } = this.#before ?? { byteOffset: 0 };
    return this.#hashedBytes + this.#heldBytes < byteOffset ? byteOffset : null;
  }

  /**
   * Up to the offset, which was reached, or up to one before it where it lies far behind what was read. Offsets do
   * not go down from call to call.
   */
  at(byteOffset: number): FilePosition['prefix'] {
    if (byteOffset >= this.#hashedBytes) {
      this.#hashUpTo(byteOffset);
      this.#sums.push(this.#sum());
    }
    while ((this.#sums[1]?.bytes ?? Infinity) <= byteOffset) this.#sums.shift();
    const [sum] = this.#sums;
    return sum !== undefined && sum.bytes <= byteOffset ? sum : undefined;
  }

  #check(): void {
    const expected = this.#before?.prefix;
    if (expected === undefined || this.#hashedBytes >= expected.bytes) return;
    this.#hashUpTo(expected.bytes);
    if (this.#hashedBytes === expected.bytes && this.#sum().sha256 !== expected.sha256)
      throw anotherInput(this.#name, 'its first bytes are others');
  }

  /** Or as far as there are bytes. */
  #hashUpTo(byteOffset: number): void {
    while (this.#hashedBytes < byteOffset) {
      const first = this.#held.shift();
      if (first === undefined) return;
      const part = first.subarray(0, byteOffset - this.#hashedBytes);
      this.#hash.update(part);
      this.#hashedBytes += part.length;
      this.#heldBytes -= part.length;
      if (part.length < first.length) this.#held.unshift(first.subarray(part.length));
    }
  }

  #sum(): Prefix {
    return { bytes: this.#hashedBytes, sha256: this.#hash.copy().digest('hex') };
  }
}

/** An input that is to go on at an offset has fewer bytes. */
export function endsBefore(name: string, byteOffset: number): AiopsError {
  return anotherInput(name, `it ends before byte ${byteOffset}, up to which it was read`);
}

/** An input that comes only once is not the one that the run began with. */
function anotherInput(name: string, difference: string): AiopsError {
  return new AiopsError('config', `${name} is not what this run read before: ${difference}`, {
    hint: 'give it the same input again, from its beginning; or begin anew with --restart, or with another --out',
  });
}
