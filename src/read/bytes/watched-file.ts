import { stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { AiopsError, messageOf } from '../../core/errors.js';
import { firstDifference, spansOf } from '../snapshot/compare-bytes.js';
import type { Difference } from '../snapshot/compare-bytes.js';
import { factsOf, isUntouched } from './file-facts.js';
import type { FileFacts } from './file-facts.js';
import { CHANGED_HINT, shrank, statsOf } from './raw-bytes.js';
import type { ByteWatch } from './raw-bytes.js';
import { SegmentSums } from './segments.js';
import type { DigestUpdate, Segment } from './segments.js';

/** What earlier sessions read of a file, and its facts when that was last compared. */
export interface KnownFile {
  readonly identity: FileFacts;
  readonly digests: readonly Segment[];
}

/** How a file is watched. */
export interface WatchOptions {
  readonly known: KnownFile | null;
  /** Offset of the first byte that is read. */
  readonly startByte: number;
  /** Bytes after this many are not part of the input. */
  readonly mostBytes: number;
}

/**
 * Tells whether an open regular file still has the bytes that were read of it. It may grow; anything else that happens
 * to it while it is read must not end in results that look complete.
 */
export class WatchedFile implements ByteWatch {
  readonly path: string;
  /** What the file was when it was opened, up to `mostBytes`. */
  readonly opened: FileFacts;
  /**
   * Its facts for the journal. Their times are those at which earlier sessions' bytes were last compared: a change
   * between that and opening must not look untouched to the next session.
   */
  readonly identity: FileFacts;
  readonly #handle: FileHandle;
  readonly #sums: SegmentSums;
  /** Bytes before it were neither read now nor can they have changed since they were compared. */
  readonly #startByte: number;
  /** The file's facts when its bytes were known to be those that were read. */
  #verified: FileFacts;
  /** Where its end was when it was reached; null: not yet. */
  #endByte: number | null = null;

  constructor(path: string, handle: FileHandle, facts: FileFacts, options: WatchOptions) {
    const { known, startByte, mostBytes } = options;
    this.path = path;
    this.#handle = handle;
    this.opened = { ...facts, sizeBytes: Math.min(facts.sizeBytes, mostBytes) };
    this.#sums = new SegmentSums(known?.digests ?? []);
    this.#verified = known?.identity ?? facts;
    this.identity = { ...this.#verified, sizeBytes: this.opened.sizeBytes };
    this.#startByte = isUntouched(this.#verified, facts) ? startByte : 0;
  }

  add(atByte: number, bytes: Buffer): void {
    this.#sums.add(atByte, bytes);
  }

  async checkEnd(atByte: number): Promise<void> {
    if (atByte < this.opened.sizeBytes) throw this.#shrank(atByte);
    this.#endByte = atByte;
    await this.check();
  }

  async checkOverlap(atByte: number): Promise<AiopsError> {
    await this.check();
    return this.#changed(`bytes before ${atByte}`); // and back again
  }

  /** @throws AiopsError `input_unusable` where bytes that were read are others now, or gone; `input_missing` */
  async check(): Promise<void> {
    const now = factsOf(await statsOf(this.path, this.#handle));
    if (now === null || isUntouched(this.#verified, now)) return;
    if (now.sizeBytes < this.opened.sizeBytes) throw this.#shrank(now.sizeBytes);
    const spans = spansOf(this.#sums.all()).filter(({ endByte }) => endByte > this.#startByte);
    const difference = await firstDifference(this.path, this.#handle, spans);
    if (difference !== null) throw this.#differs(difference);
    this.#verified = now;
  }

  /** How much it had grown after its end was read when it was last checked. */
  get grownBytes(): number {
    return this.#endByte === null ? 0 : this.#verified.sizeBytes - this.#endByte;
  }

  /** Where its path no longer leads to it: an error to end with, once all of it is served; otherwise null. */
  async moved(): Promise<AiopsError | null> {
    const handle = await statsOf(this.path, this.#handle);
    try {
      const { ino, dev } = await stat(this.path, { bigint: true });
      return ino === handle.ino && dev === handle.dev ? null : this.#moved('was replaced by another file');
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return this.#moved('was deleted or renamed');
      return this.#moved(`became inaccessible (${messageOf(cause)})`);
    }
  }

  /** Digests of everything read so far; updates only report what comes later. */
  digests(): readonly Segment[] {
    return this.#sums.finish();
  }

  /** What was read since the last call, or since `digests`; null: nothing. */
  digestUpdate(): DigestUpdate | null {
    return this.#sums.update();
  }

  #differs({ fromByte, toByte, endsAtByte }: Difference): AiopsError {
    return endsAtByte === null
      ? this.#changed(`bytes ${fromByte} to ${toByte - 1}`)
      : this.#shrank(endsAtByte);
  }

  #shrank(sizeBytes: number): AiopsError {
    const beforeBytes = Math.max(this.opened.sizeBytes, this.#sums.endByte);
    return shrank(this.path, beforeBytes, sizeBytes);
  }

  #changed(bytes: string): AiopsError {
    return new AiopsError(
      'input_unusable',
      `${this.path} changed while it was read: ${bytes} are no longer what they were`,
      { hint: CHANGED_HINT },
    );
  }

  #moved(what: string): AiopsError {
    return new AiopsError(
      'input_missing',
      `${this.path} ${what} while it was read; all records of the file that was opened have been served`,
      { hint: 'to complete this run, put that file back and run the same command again' },
    );
  }
}
