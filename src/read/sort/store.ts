import { randomUUID } from 'node:crypto';
import { readSync } from 'node:fs';
import { open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AiopsError, messageOf } from '../../core/errors.js';

/** Bytes that are appended, then read at any place. */
export interface Store {
  readonly sizeBytes: number;
  append(bytes: Buffer): Promise<void>;
  /** Reads up to `most` bytes at an offset; fewer only at the end. */
  read(at: number, most: number): Promise<Buffer>;
  /** The same at once, for a look at a single place. */
  readNow(at: number, most: number): Buffer;
  /** Frees what it holds. Safe to call twice. */
  close(): Promise<void>;
}

export class MemoryStore implements Store {
  #bytes = Buffer.alloc(0);
  #added: Buffer[] = [];
  sizeBytes = 0;

  append(bytes: Buffer): Promise<void> {
    this.#added.push(Buffer.from(bytes));
    this.sizeBytes += bytes.length;
    return Promise.resolve();
  }

  read(at: number, most: number): Promise<Buffer> {
    return Promise.resolve(this.readNow(at, most));
  }

  readNow(at: number, most: number): Buffer {
    if (this.#added.length > 0) this.#bytes = Buffer.concat([this.#bytes, ...this.#added]);
    this.#added = [];
    return this.#bytes.subarray(at, at + most);
  }

  close(): Promise<void> {
    this.#bytes = Buffer.alloc(0);
    this.#added = [];
    return Promise.resolve();
  }
}

/** Names of temporary files begin with this. */
const PREFIX = '.aiops-serve-sort-';

/**
 * A temporary file that has no name once it is open: the system frees it when this process ends, however that comes
 * about.
 */
export class TempFile implements Store {
  readonly #folder: string;
  readonly #handle: FileHandle;
  #isClosed = false;
  sizeBytes = 0;

  private constructor(folder: string, handle: FileHandle) {
    this.#folder = folder;
    this.#handle = handle;
  }

  /** @throws AiopsError `output_io` */
  static async create(folder: string): Promise<TempFile> {
    const path = join(folder, PREFIX + randomUUID());
    try {
      const handle = await open(path, 'wx+', 0o600);
      await unlink(path).catch(ignoreMissing); // another run may have removed it as stale
      return new TempFile(folder, handle);
    } catch (cause) {
      throw cannotSort(folder, cause);
    }
  }

  /** @throws AiopsError `output_io` */
  async append(bytes: Buffer): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const at = this.sizeBytes;
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, at);
        done += bytesWritten;
        this.sizeBytes += bytesWritten;
      }
    } catch (cause) {
      throw cannotSort(this.#folder, cause);
    }
  }

  /** @throws AiopsError `output_io` */
  async read(at: number, most: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(most, this.sizeBytes - at)));
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await this.#handle.read(bytes, done, bytes.length - done, at + done);
        if (bytesRead === 0) throw new Error('it was truncated');
        done += bytesRead;
      }
    } catch (cause) {
      throw cannotSort(this.#folder, cause);
    }
    return bytes;
  }

  /** @throws AiopsError `output_io` */
  readNow(at: number, most: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(most, this.sizeBytes - at)));
    try {
      return bytes.subarray(0, readSync(this.#handle.fd, bytes, 0, bytes.length, at));
    } catch (cause) {
      throw cannotSort(this.#folder, cause);
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#handle.close().catch(() => undefined); // nothing in it is needed any more
  }
}

/** Removes the files of runs that were killed between opening and unlinking them. Never throws. */
export async function removeStale(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (name.startsWith(PREFIX)) await unlink(join(folder, name)).catch(() => undefined);
  }
}

function ignoreMissing(cause: unknown): void {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
}

function cannotSort(folder: string, cause: unknown): AiopsError {
  const code = (cause as NodeJS.ErrnoException).code;
  const elsewhere =
    folder === tmpdir() ? 'name a folder on another disk in TMPDIR' : 'choose an --out on another disk';
  const hint =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? `make room there: sorting takes about four times the size of the unpacked input; or ${elsewhere}`
      : `check that the folder exists and is writable, or ${elsewhere}`;
  return new AiopsError(
    'output_io',
    `cannot write temporary files for sorting in ${folder}: ${messageOf(cause)}`,
    {
      hint,
      cause,
    },
  );
}
