import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { AiopsError, messageOf } from '../core/errors.js';

/** Somewhere that lines go, in order. */
export interface LineSink {
  /** `text` is whole lines with their line ends; resolves when more may follow. */
  write(text: string): Promise<void>;
  /** Hands on what waits in memory. */
  flush(): Promise<void>;
  /** Brings everything to where it survives a crash; nothing is written after. */
  settle(): Promise<void>;
  /** Gives what was settled its final name. */
  publish(): Promise<void>;
  /** Ends without making it final; never throws. */
  abandon(): Promise<void>;
}

const FLUSH_AT_CHARS = 256 * 1024;

/**
 * A file that comes into being whole: lines go to `PATH.partial`, which takes the name `PATH` when published.
 * Until then a file of an earlier run stays as it was; after a failure the partial one is there to look at.
 */
export class LineFile implements LineSink {
  readonly #path: string;
  readonly #handle: FileHandle;
  #pending = '';
  #written = false;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** @throws AiopsError `output_cannot_create` */
  static async create(path: string): Promise<LineFile> {
    try {
      return new LineFile(path, await open(partialPath(path), 'w'));
    } catch (cause) {
      throw new AiopsError(
        'output_cannot_create',
        `cannot create ${partialPath(path)}: ${messageOf(cause)}`,
        {
          hint: 'check that its folder exists and can be written, or choose another place',
          cause,
        },
      );
    }
  }

  /** @throws AiopsError `output_io` */
  async write(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= FLUSH_AT_CHARS) await this.flush();
  }

  /** @throws AiopsError `output_io` */
  async settle(): Promise<void> {
    await this.flush();
    await this.#io(async () => {
      await this.#handle.sync();
      await this.#handle.close();
    });
  }

  /** @throws AiopsError `output_io` */
  async publish(): Promise<void> {
    await this.#io(async () => {
      await rename(partialPath(this.#path), this.#path);
      await syncFolder(dirname(this.#path));
    });
  }

  async abandon(): Promise<void> {
    try {
      await this.flush();
    } catch {
      // the error that led here is the one to report
    }
    await this.#handle.close().catch(() => undefined);
    if (!this.#written) await rm(partialPath(this.#path), { force: true }).catch(() => undefined);
  }

  /** @throws AiopsError `output_io` */
  async flush(): Promise<void> {
    if (this.#pending === '') return;
    const text = this.#pending;
    this.#pending = '';
    this.#written = true;
    await this.#io(() => this.#handle.appendFile(text));
  }

  async #io(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      throw writeError(this.#path, cause);
    }
  }
}

/**
 * Writes a file whole or not at all: until it is safely there, what was there before stays.
 *
 * @throws AiopsError `output_cannot_create`, `output_io`
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const file = await LineFile.create(path);
  try {
    await file.write(text);
    await file.settle();
    await file.publish();
  } catch (error) {
    await file.abandon();
    await rm(partialPath(path), { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * Takes away what an earlier run left, where it would stand beside files of this one that it is not of.
 *
 * @throws AiopsError `output_io`
 */
export async function removeEarlier(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (cause) {
    throw writeError(path, cause);
  }
}

/** Where the lines of an unfinished file are. */
export function partialPath(path: string): string {
  return `${path}.partial`;
}

/** After a rename, the name itself is durable only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function writeError(path: string, cause: unknown): AiopsError {
  return new AiopsError('output_io', `cannot write ${path}: ${messageOf(cause)}`, {
    hint: 'check that the folder is still there and has space, then run the same command again',
    cause,
  });
}
