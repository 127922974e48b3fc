import { dirname } from 'node:path';

import { BufferedFile } from './buffered-file.js';
import { nodeFiles, NotPlainFile, type Files } from './files.js';
import { cannotCreate, cannotWrite } from './output-errors.js';

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

/**
 * A file that comes into being whole: lines go to `PATH.partial`, which takes the name `PATH` when published.
 * Until then a file of an earlier run stays as it was; after a failure the partial one is there to look at.
 * Where `PATH` is a link, the link stays, and the file that it names is written in this way.
 */
export class LineFile implements LineSink {
  readonly #path: string;
  readonly #files: Files;
  readonly #partial: BufferedFile;

  private constructor(path: string, files: Files, partial: BufferedFile) {
    this.#path = path;
    this.#files = files;
    this.#partial = partial;
  }

  /** @throws AiopsError `output_cannot_create` */
  static async create(path: string, files: Files = nodeFiles): Promise<LineFile> {
    const real = await replaceablePath(path, files);
    return new LineFile(real, files, await BufferedFile.open(partialPath(real), 'empty', files));
  }

  /** @throws AiopsError `output_io` */
  async write(text: string): Promise<void> {
    await this.#partial.write(text);
  }

  /** @throws AiopsError `output_io` */
  async flush(): Promise<void> {
    await this.#partial.flush();
  }

  /** @throws AiopsError `output_io`, also where the file is not as long as it should be */
  async settle(): Promise<void> {
    await this.#partial.sync();
    await this.#partial.close();
  }

  /** @throws AiopsError `output_io` */
  async publish(): Promise<void> {
    try {
      await this.#files.rename(partialPath(this.#path), this.#path);
      // The name itself is sure only once its folder is.
      await this.#files.syncFolder(dirname(this.#path));
    } catch (cause) {
      throw cannotWrite(this.#path, cause);
    }
  }

  async abandon(): Promise<void> {
    try {
      await this.#partial.flush();
    } catch {
      // the error that led here is the one to report
    }
    await this.#partial.letGo();
    if (this.#partial.lengthBytes === 0) await this.#removePartial();
  }

  /** Ends it and leaves nothing; never throws. */
  async discard(): Promise<void> {
    await this.#partial.letGo();
    await this.#removePartial();
  }

  async #removePartial(): Promise<void> {
    await this.#files.remove(partialPath(this.#path)).catch(() => undefined);
  }
}

/**
 * Where a path leads. A device or a pipe must not be replaced by a file, which is what taking its name would do:
 * /dev/null, say.
 */
async function replaceablePath(path: string, files: Files): Promise<string> {
  try {
    const entry = await files.entry(path);
    if (entry !== null && entry.kind !== 'file') throw new NotPlainFile();
    return await files.realPath(path);
  } catch (cause) {
    throw cannotCreate(path, cause);
  }
}

/**
 * Writes a file whole or not at all: until it is safely there, what was there before stays.
 *
 * @throws AiopsError `output_cannot_create`, `output_io`
 */
export async function writeWhole(
  path: string,
  text: string | Iterable<string>,
  files: Files = nodeFiles,
): Promise<void> {
  const file = await LineFile.create(path, files);
  try {
    for (const part of typeof text === 'string' ? [text] : text) await file.write(part);
    await file.settle();
    await file.publish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/**
 * Takes away what an earlier run left, where it would stand beside files of this one that it is not of.
 *
 * @throws AiopsError `output_io`
 */
export async function removeEarlier(path: string, files: Files = nodeFiles): Promise<void> {
  try {
    await removeFile(path, files);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Removes a file; where a link names it, the link stays, and so do devices and pipes. @throws as the system does */
export async function removeFile(path: string, files: Files): Promise<void> {
  const entry = await files.entry(path);
  if (entry?.kind === 'file') await files.remove(await files.realPath(path));
}

/** Where the lines of an unfinished file are. */
export function partialPath(path: string): string {
  return `${path}.partial`;
}
