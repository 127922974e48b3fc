import { createHash } from 'node:crypto';

import type { AiopsError } from '../core/errors.js';
import { changeOf, overwritten } from './changed-file.js';
import { nodeFiles, NotPlainFile, type Files, type OpenFile, type OpenMode } from './files.js';
import { cannotCreate, cannotWrite } from './output-errors.js';

const FLUSH_AT_CHARS = 256 * 1024;

/** How much of a file's end tells it from another one, or from one that was cut and has grown again. */
export const TAIL_BYTES = 1024;

/**
 * A file that grows at its end. Text is gathered and written in large pieces, each of them wholly: what a write
 * did not take is written again. After a failure nothing more is written, so that no later line can stand behind
 * a gap; every further call fails with the same error. Another process that truncates, extends, replaces or moves the
 * file, or overwrites its end, makes the next flush or sync fail.
 */
export class BufferedFile {
  readonly path: string;
  readonly #handle: OpenFile;
  readonly #files: Files;
  readonly #mode: OpenMode;
  #pending = '';
  #handedOnBytes = 0;
  /** The last of the bytes that were passed to the file. */
  #tail: Uint8Array = new Uint8Array();
  #unsynced = false;
  #closed = false;
  #failure: AiopsError | null = null;

  private constructor(path: string, mode: OpenMode, handle: OpenFile, files: Files) {
    this.path = path;
    this.#mode = mode;
    this.#handle = handle;
    this.#files = files;
  }

  /** A `stream` continues where it ends now; the others must be told where, if not at 0. @throws AiopsError `output_cannot_create` */
  static async open(path: string, mode: OpenMode, files: Files = nodeFiles): Promise<BufferedFile> {
    let handle: OpenFile | null = null;
    try {
      handle = await files.open(path, mode);
      const file = new BufferedFile(path, mode, handle, files);
      if (mode === 'stream') file.#handedOnBytes = (await handle.entry()).sizeBytes;
      return file;
    } catch (cause) {
      await handle?.close().catch(() => undefined);
      throw cannotCreate(path, cause);
    }
  }

  /** Length in bytes, with what waits in memory. */
  get lengthBytes(): number {
    return this.#handedOnBytes + Buffer.byteLength(this.#pending);
  }

  /** Of the last bytes that were flushed: the first 16 hexadecimal digits of their SHA-256. */
  get tailSum(): string {
    return sumOf(this.#tail);
  }

  /**
   * Cuts the file to where the run resumes.
   *
   * @param tail its last bytes there, at most `TAIL_BYTES`
   * @throws AiopsError `output_io`
   */
  async startAt(lengthBytes: number, tail: Uint8Array = new Uint8Array()): Promise<void> {
    await this.#attempt(async () => {
      const own = await this.#handle.entry();
      // To truncate a file beyond its end would fill it with zeros.
      if (own.sizeBytes < lengthBytes) refuse(changeOf(this.path, own, undefined, lengthBytes));
      await this.#handle.truncate(lengthBytes);
    });
    this.#handedOnBytes = lengthBytes;
    this.#tail = tail;
    this.#unsynced = true;
  }

  /** @throws AiopsError `output_io` */
  async write(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= FLUSH_AT_CHARS) await this.flush();
  }

  /** @throws AiopsError `output_io` */
  async flush(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    const earlier = { lengthBytes: this.#handedOnBytes, tail: this.#tail };
    this.#pending = '';
    this.#handedOnBytes += bytes.length;
    this.#tail = tailOf(this.#tail, bytes);
    this.#unsynced = true;
    await this.#attempt(async () => {
      const own = await this.#handle.entry();
      if (own.kind === 'file') {
        refuse(changeOf(this.path, own, undefined, earlier.lengthBytes));
        await this.#checkEnd(earlier.lengthBytes, earlier.tail);
      }
      await writeAll(this.#handle, bytes);
    });
  }

  /**
   * Brings everything to where it survives a loss of power.
   *
   * @throws AiopsError `output_io`, also where the file is no longer the one that was opened, or not as long as what
   * was written to it
   */
  async sync(): Promise<void> {
    await this.flush();
    await this.#attempt(async () => {
      const [own, named] = await Promise.all([this.#handle.entry(), this.#files.entry(this.path)]);
      if (own.kind !== 'file' && this.#mode === 'stream') return; // it cannot be synced, and has no length
      if (own.kind !== 'file') throw new NotPlainFile();
      refuse(changeOf(this.path, own, named, this.#handedOnBytes));
      await this.#checkEnd(this.#handedOnBytes, this.#tail);
      if (this.#unsynced) await this.#handle.datasync();
    });
    this.#unsynced = false;
  }

  /** @throws AiopsError `output_io`; closed it is in any case */
  async close(): Promise<void> {
    if (this.#failure !== null) await this.letGo();
    this.#closed = true;
    await this.#attempt(() => this.#handle.close());
  }

  /** A file that was cut and then extended has its length again, and zeros in place of its end. */
  async #checkEnd(lengthBytes: number, tail: Uint8Array): Promise<void> {
    if (this.#mode === 'stream' || tail.length === 0) return;
    const found = await this.#handle.readAt(lengthBytes - tail.length, tail.length);
    if (Buffer.compare(found, tail) === 0) return;
    refuse(changeOf(this.path, await this.#handle.entry(), undefined, lengthBytes)); // cut since its length was checked
    throw overwritten(this.path);
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    try {
      await work();
    } catch (cause) {
      this.#failure = cannotWrite(this.path, cause);
      throw this.#failure;
    }
  }

  /** Closes, whatever happened before; never throws. */
  async letGo(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close().catch(() => undefined);
  }
}

async function writeAll(handle: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const written = await handle.append(bytes.subarray(done));
    if (written <= 0) throw new Error('a write took no bytes');
    done += written;
  }
}

function refuse(change: AiopsError | null): void {
  if (change !== null) throw change;
}

function tailOf(earlier: Uint8Array, bytes: Uint8Array): Uint8Array {
  const all = bytes.length < TAIL_BYTES ? Buffer.concat([earlier, bytes]) : bytes;
  return Buffer.from(all.subarray(-TAIL_BYTES)); // a copy: the whole may be large
}

/** The first 16 hexadecimal digits of the SHA-256. */
export function sumOf(tail: Uint8Array): string {
  return createHash('sha256').update(tail).digest('hex').slice(0, 16);
}
