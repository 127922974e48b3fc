import { createHash } from 'node:crypto';

import type { AiopsError } from '../core/errors.js';
import { nodeFiles, NotPlainFile, type Files, type OpenFile, type OpenMode } from './files.js';
import { cannotCreate, cannotWrite, changeOf, overwritten } from './output-errors.js';

const FLUSH_AT_BYTES = 256 * 1024;

/** How many bytes at a file's end identify it: another file, or one that was cut and has grown again, differs there. */
export const TAIL_BYTES = 1024;

/**
 * A file that grows at its end. What is written is buffered and written in large pieces; a short write is continued.
 * After a failure nothing more is written, so that no line can follow a gap, and every further call rejects with the
 * same error. If another process truncates, extends, replaces or moves the file, or overwrites its end, the next flush
 * or sync rejects.
 */
export class BufferedFile {
  readonly path: string;
  readonly #handle: OpenFile;
  readonly #files: Files;
  readonly #mode: OpenMode;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #flushedBytes = 0;
  /** The last flushed bytes. */
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

  /**
   * Opens a file for writing: a `stream` at its end; other modes at byte 0, which `startAt` changes.
   *
   * @throws AiopsError `output_cannot_create`
   */
  static async open(path: string, mode: OpenMode, files: Files = nodeFiles): Promise<BufferedFile> {
    let handle: OpenFile | null = null;
    try {
      handle = await files.open(path, mode);
      const file = new BufferedFile(path, mode, handle, files);
      if (mode === 'stream') file.#flushedBytes = (await handle.entry()).sizeBytes;
      return file;
    } catch (cause) {
      await handle?.close().catch(() => undefined);
      throw cannotCreate(path, cause);
    }
  }

  /** Length in bytes, including what is buffered. */
  get lengthBytes(): number {
    return this.#flushedBytes + this.#pendingBytes;
  }

  /** Identifies the last flushed bytes: the first 16 hexadecimal digits of their SHA-256. */
  get tailSum(): string {
    return sumOf(this.#tail);
  }

  /**
   * Cuts the file to the length at which the run resumes.
   *
   * @param tail its last bytes there, at most `TAIL_BYTES`
   * @throws AiopsError `output_io`
   */
  async startAt(lengthBytes: number, tail: Uint8Array = new Uint8Array()): Promise<void> {
    await this.#attempt(async () => {
      const own = await this.#handle.entry();
      // Truncating a file beyond its end would fill it with zeros.
      if (own.sizeBytes < lengthBytes) refuse(changeOf(this.path, own, undefined, lengthBytes));
      await this.#handle.truncate(lengthBytes);
    });
    this.#flushedBytes = lengthBytes;
    this.#tail = tail;
    this.#unsynced = true;
  }

  /**
   * @param data text, or bytes that are not to be changed afterwards
   * @throws AiopsError `output_io`
   */
  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    if (bytes.length > 0) this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= FLUSH_AT_BYTES) await this.flush();
  }

  /** @throws AiopsError `output_io` */
  async flush(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#pendingBytes === 0) return;
    const [only] = this.#pending;
    const bytes = only !== undefined && this.#pending.length === 1 ? only : Buffer.concat(this.#pending);
    const before = { lengthBytes: this.#flushedBytes, tail: this.#tail };
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#flushedBytes += bytes.length;
    this.#tail = tailOf(this.#tail, bytes);
    this.#unsynced = true;
    await this.#attempt(async () => {
      const own = await this.#handle.entry();
      if (own.kind === 'file') {
        refuse(changeOf(this.path, own, undefined, before.lengthBytes));
        await this.#checkEnd(before.lengthBytes, before.tail);
      }
      await writeAll(this.#handle, bytes);
    });
  }

  /**
   * Makes everything written so far survive a power failure.
   *
   * @throws AiopsError `output_io`, also if the path no longer leads to the opened file or its length is wrong
   */
  async sync(): Promise<void> {
    await this.flush();
    await this.#attempt(async () => {
      const [own, named] = await Promise.all([this.#handle.entry(), this.#files.entry(this.path)]);
      if (own.kind !== 'file' && this.#mode === 'stream') return; // a device or a pipe cannot be synced
      if (own.kind !== 'file') throw new NotPlainFile();
      refuse(changeOf(this.path, own, named, this.#flushedBytes));
      await this.#checkEnd(this.#flushedBytes, this.#tail);
      if (this.#unsynced) await this.#handle.datasync();
    });
    this.#unsynced = false;
  }

  /** @throws AiopsError `output_io`; the file is closed in any case */
  async close(): Promise<void> {
    if (this.#failure !== null) await this.release();
    this.#closed = true;
    await this.#attempt(() => this.#handle.close());
  }

  /** Closes the file after a failure, or if it is still open. Never throws. */
  async release(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close().catch(() => undefined);
  }

  /** The length alone does not show that a file was cut and then extended: it ends in zeros, say. */
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
}

async function writeAll(handle: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const written = await handle.append(bytes.subarray(done));
    if (written <= 0) throw new Error('the system wrote no bytes');
    done += written;
  }
}

function refuse(change: AiopsError | null): void {
  if (change !== null) throw change;
}

function tailOf(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  const all = bytes.length < TAIL_BYTES ? Buffer.concat([before, bytes]) : bytes;
  return Buffer.from(all.subarray(-TAIL_BYTES)); // a copy, so that the rest can be freed
}

/** The first 16 hexadecimal digits of the SHA-256. */
export function sumOf(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
