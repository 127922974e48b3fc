import { createHash } from 'node:crypto';
import { AiopsError } from '../../core/errors.js';
import type { FilePosition, Prefix } from '../../core/input-position.js';

/** Holds this many bytes beyond the last position; of more than that it keeps a checksum at every half of it. */
const MAX_HELD_BYTES = 2 ** 20;

/** How far a previous session had read an input, with the checksum of those bytes if it is known. */
export type ReadBefore = Pick<FilePosition, 'byteOffset' | 'prefix'>;

/** All that earlier sessions had read of an input that can be read only once. */
export interface AllRead extends Prefix {
  /** Whether the input ended there. */
  readonly isWhole: boolean;
}

/**
 * How an input compares with all that earlier sessions had read of it: `open`, not read that far; `same`, it has those
 * bytes, and ends there if it did then; `longer`, it ended there then, but has more.
 */
export type AgainState = 'open' | 'same' | 'longer';

/** Of several inputs. */
export function joinedState(states: readonly AgainState[]): AgainState {
  if (states.includes('open')) return 'open';
  return states.includes('longer') ? 'longer' : 'same';
}

/**
 * Checksums the beginning of an input that can be read only once, such as standard input: up to the positions at which
 * a run may resume, so that the next session can tell whether it got the same input again.
 */
export class PrefixSums {
  readonly #name: string;
  readonly #before: ReadBefore | null;
  readonly #again: ReadAgain | null;
  readonly #hash = createHash('sha256');
  #hashedBytes = 0;
  /** What comes after the hashed bytes. */
  readonly #held: Buffer[] = [];
  #heldBytes = 0;
  /** In order; only the first may lie before the last position. */
  readonly #sums: Prefix[] = [];
  #hasEnded = false;

  constructor(name: string, before: ReadBefore | null, allRead: AllRead | null = null) {
    this.#name = name;
    this.#before = before;
    this.#again = allRead === null ? null : new ReadAgain(name, allRead);
  }

  /** Passes the input's bytes through. @throws AiopsError `config` if they differ from before, or end sooner */
  async *over(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
    for await (const chunk of chunks) {
      this.#again?.add(chunk);
      this.#held.push(chunk);
      this.#heldBytes += chunk.length;
      this.#check();
      if (this.#heldBytes > MAX_HELD_BYTES) {
        this.#hashUpTo(this.#hashedBytes + this.#heldBytes - MAX_HELD_BYTES / 2);
        this.#sums.push(this.#sum());
      }
      yield chunk;
    }
    const missingByte = this.#missingByte();
    if (missingByte !== null) throw endsBefore(this.#name, missingByte);
    this.#again?.end();
    this.#hasEnded = true;
    return undefined;
  }

  get againState(): AgainState {
    return this.#again?.state ?? 'same';
  }

  /** The checksum of the whole input; null: its end was not read yet. */
  whole(): Prefix | null {
    if (!this.#hasEnded) return null;
    const hash = this.#hash.copy();
    for (const part of this.#held) hash.update(part);
    return { bytes: this.#hashedBytes + this.#heldBytes, sha256: hash.digest('hex') };
  }

  /**
   * Call when the last minute of the previous session has been read again. The byte at which reading continued after it
   * must have been read too, since that is what closed the minute.
   *
   * @throws AiopsError `config` if it was not, so that the bytes before it were not compared
   */
  checkReached(): void {
    const missingByte = this.#missingByte();
    if (missingByte === null) return;
    throw anotherInput(this.#name, `its earlier minutes now end before byte ${missingByte}`);
  }

  /** The offset that the previous session had reached, if this one has not. */
  #missingByte(): number | null {
    const { byteOffset } = this.#before ?? { byteOffset: 0 };
    return this.#hashedBytes + this.#heldBytes < byteOffset ? byteOffset : null;
  }

  /**
   * The checksum up to an offset that has been read, or up to an earlier one if the offset lies far back. Offsets must
   * not decrease from call to call.
   */
  at(byteOffset: number): Prefix | undefined {
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
    if (this.#hashedBytes < expected.bytes) return;
    const sum = this.#sum();
    if (sum.sha256 !== expected.sha256) throw anotherInput(this.#name, 'its first bytes differ');
    this.#sums.push(sum); // for positions far back, whose own bytes will be hashed before they are asked for
  }

  /** Stops early if there are fewer bytes. */
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

/** Compares an input with all that earlier sessions had read of it. */
class ReadAgain {
  readonly #name: string;
  readonly #allRead: AllRead;
  readonly #hash = createHash('sha256');
  #readBytes = 0;
  #isCompared = false;
  #hasEnded = false;

  constructor(name: string, allRead: AllRead) {
    this.#name = name;
    this.#allRead = allRead;
  }

  get state(): AgainState {
    const { isWhole, bytes } = this.#allRead;
    if (isWhole && this.#readBytes > bytes) return 'longer';
    return isWhole ? (this.#hasEnded ? 'same' : 'open') : this.#isCompared ? 'same' : 'open';
  }

  /** @throws AiopsError `config` if the bytes differ */
  add(chunk: Buffer): void {
    const { bytes, sha256 } = this.#allRead;
    if (!this.#isCompared) this.#hash.update(chunk.subarray(0, bytes - this.#readBytes));
    this.#readBytes += chunk.length;
    if (this.#isCompared || this.#readBytes < bytes) return;
    this.#isCompared = true;
    if (this.#hash.digest('hex') !== sha256)
      throw anotherInput(this.#name, `its first ${bytes} bytes differ`);
  }

  /** @throws AiopsError `config` if there are fewer bytes */
  end(): void {
    const { bytes } = this.#allRead;
    if (this.#readBytes < bytes) throw endsBefore(this.#name, bytes);
    this.#hasEnded = true;
  }
}

/** The input is shorter than the offset at which reading is to resume. */
export function endsBefore(name: string, byteOffset: number): AiopsError {
  return anotherInput(name, `it ends before byte ${byteOffset}, up to which it was read`);
}

function anotherInput(name: string, difference: string): AiopsError {
  return new AiopsError('config', `${name} is not what this run read before: ${difference}`, {
    hint: SAME_INPUT_HINT,
  });
}

export const SAME_INPUT_HINT =
  'to resume this run, pipe in the same bytes from the start; to start over, use --restart or another --out';
