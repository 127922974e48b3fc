import { stat, type FileHandle } from 'node:fs/promises';
import { AiopsError, messageOf } from '../../core/errors.js';
import { SegmentSums, firstDifference, spansOf, type DigestUpdate, type Segment } from './digests.js';
import { factsOf, isUntouched, statsOf, type FileFacts } from './file-facts.js';
import { CHANGED_HINT, shrank, type ByteWatch } from './raw-bytes.js';

/** What earlier sessions read of a file, and its facts when that was last compared. */
export interface KnownFile {
  readonly identity: FileFacts;
  readonly digests: readonly Segment[];
  /** Bytes before it are another reader's; default: none. */
  readonly fromByte?: number;
}

/** Which part of a file is read. */
export interface WatchOptions {
  readonly known: KnownFile | null;
  readonly startByte: number;
  /** Bytes after this many are not part of the input. */
  readonly mostBytes: number;
}

/**
 * Checks that an open regular file still has the bytes that were read of it. It may grow; any other change while it is
 * read must not end in results that look complete.
 */
export class WatchedFile implements ByteWatch {
  readonly path: string;
  /** The facts on opening, the size at most `mostBytes`. */
  readonly opened: FileFacts;
  /**
   * Its facts for the journal. The times are those of the last comparison with earlier sessions' bytes: a change
   * between that and opening must not look untouched to the next session.
   */
  readonly identity: FileFacts;
  readonly #handle: FileHandle;
  readonly #sums: SegmentSums;
  /** Bytes before it are not read now, and cannot have changed since they were compared. */
  readonly #startByte: number;
  /** The file's facts when its bytes were last known to be those that were read. */
  #verified: FileFacts;
  /** Where its end was when reading reached it; null: not yet. */
  #endByte: number | null = null;

  constructor(path: string, handle: FileHandle, facts: FileFacts, options: WatchOptions) {
    const { known, startByte, mostBytes } = options;
    this.path = path;
    this.#handle = handle;
    this.opened = { ...facts, sizeBytes: Math.min(facts.sizeBytes, mostBytes) };
    this.#sums = new SegmentSums(known?.digests ?? []);
    this.#verified = known?.identity ?? facts;
    this.identity = { ...this.#verified, sizeBytes: this.opened.sizeBytes };
    this.#startByte = isUntouched(this.#verified, facts) ? startByte : (known?.fromByte ?? 0);
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

  /** @throws AiopsError `input_unusable` if bytes that were read have changed or are gone; `input_missing` */
  async check(): Promise<void> {
    const now = factsOf(await statsOf(this.path, this.#handle));
    if (now === null || isUntouched(this.#verified, now)) return;
    if (now.sizeBytes < this.opened.sizeBytes) throw this.#shrank(now.sizeBytes);
    const spans = spansOf(this.#sums.all()).filter(({ endByte }) => endByte > this.#startByte);
    const difference = await firstDifference(this.path, this.#handle, spans);
    if (difference === null) {
      this.#verified = now;
      return;
    }
    const { fromByte, toByte, endsAtByte } = difference;
    throw endsAtByte === null
      ? this.#changed(`bytes ${fromByte} to ${toByte - 1}`)
      : this.#shrank(endsAtByte);
  }

  /** How much the file had grown at the last check since its end was read. */
  get grownBytes(): number {
    return this.#endByte === null ? 0 : this.#verified.sizeBytes - this.#endByte;
  }

  /** The error to end with, once everything is served, if the path no longer leads to this file; otherwise null. */
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

  /** Digests of everything read so far. Updates then only report what is read later. */
  digests(): readonly Segment[] {
    return this.#sums.finish();
  }

  /** What was read since the last call, or since `digests`; null: nothing. */
  digestUpdate(): DigestUpdate | null {
    return this.#sums.update();
  }

  #shrank(sizeBytes: number): AiopsError {
    const beforeBytes = Math.max(this.opened.sizeBytes, this.#sums.endByte);
    return shrank(this.path, beforeBytes, sizeBytes);
  }

  #changed(bytes: string): AiopsError {
    const message = `${this.path} changed while it was read: ${bytes} are no longer what they were`;
    return new AiopsError('input_unusable', message, { hint: CHANGED_HINT });
  }

  #moved(what: string): AiopsError {
    const message = `${this.path} ${what} while it was read; all records of the file that was opened have been served`;
    return new AiopsError('input_missing', message, {
      hint: 'to complete this run, put that file back and run the same command again',
    });
  }
}
