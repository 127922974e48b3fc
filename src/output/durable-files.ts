import { dirname, join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { BufferedFile } from './buffered-file.js';
import { isErrno, nodeFiles, NotPlainFile, type FileEntry, type Files } from './files.js';
import { cannotCreate, cannotWrite } from './output-errors.js';

/** Files and folders that appear whole, and survive a power failure once they have appeared. */

/**
 * A file that replaces the previous one in one step: text goes to `PATH.partial`, which `publish` renames to `PATH`.
 * Until then the previous file stays as it was; after a failure the partial file is kept for inspection. If `PATH` is a
 * link, the link stays, and the file that it leads to is replaced.
 */
export class AtomicFile {
  readonly #path: string;
  readonly #files: Files;
  readonly #partial: BufferedFile;

  private constructor(path: string, files: Files, partial: BufferedFile) {
    this.#path = path;
    this.#files = files;
    this.#partial = partial;
  }

  /** @throws AiopsError `output_cannot_create` */
  static async create(path: string, files: Files = nodeFiles): Promise<AtomicFile> {
    const real = await replaceablePath(path, files);
    return new AtomicFile(real, files, await BufferedFile.open(partialPath(real), 'empty', files));
  }

  /** @throws AiopsError `output_io` */
  async write(text: string): Promise<void> {
    await this.#partial.write(text);
  }

  /** Syncs the file and gives it its name. @throws AiopsError `output_io`, also if the file has the wrong length */
  async publish(): Promise<void> {
    await this.#partial.sync();
    await this.#partial.close();
    try {
      await this.#files.rename(partialPath(this.#path), this.#path);
      await this.#files.syncFolder(dirname(this.#path));
    } catch (cause) {
      throw cannotWrite(this.#path, cause);
    }
  }

  /** Closes without publishing, and keeps the partial file if it has any content. Never throws. */
  async abandon(): Promise<void> {
    // The error that led here is the one to report.
    await this.#partial.flush().catch(() => undefined);
    await this.#partial.release();
    if (this.#partial.lengthBytes === 0) await this.#removePartial();
  }

  /** Closes without publishing, and removes the partial file. Never throws. */
  async discard(): Promise<void> {
    await this.#partial.release();
    await this.#removePartial();
  }

  async #removePartial(): Promise<void> {
    await this.#files.remove(partialPath(this.#path)).catch(() => undefined);
  }
}

/** The path behind all links. A rename onto a device or a pipe, /dev/null for instance, would destroy it. */
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
 * Replaces a file in one step, or leaves the previous one as it was.
 *
 * @throws AiopsError `output_cannot_create`, `output_io`
 */
export async function writeWhole(
  path: string,
  text: string | Iterable<string>,
  files: Files = nodeFiles,
): Promise<void> {
  const file = await AtomicFile.create(path, files);
  try {
    for (const part of typeof text === 'string' ? [text] : text) await file.write(part);
    await file.publish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** Replaces a file, or removes it where the text is null. @throws AiopsError `output_cannot_create`, `output_io` */
export async function writeOrRemove(
  path: string,
  text: string | null,
  files: Files = nodeFiles,
): Promise<void> {
  if (text !== null) return writeWhole(path, text, files);
  try {
    await removeFile(path, files);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Removes a file. A link to it stays, and so do devices and pipes. @throws as the system does */
export async function removeFile(path: string, files: Files): Promise<void> {
  const entry = await files.entry(path);
  if (entry?.kind === 'file') await files.remove(await files.realPath(path));
}

/** Where the text of an unpublished file goes. */
export function partialPath(path: string): string {
  return `${path}.partial`;
}

/**
 * Creates a folder and its missing parents.
 *
 * @returns whether the folder was missing
 * @throws AiopsError `output_cannot_create`
 */
export async function makeFolder(path: string, files: Files = nodeFiles): Promise<boolean> {
  try {
    return await makeWithParents(path, files);
  } catch (cause) {
    throw new AiopsError(
      'output_cannot_create',
      `cannot create the output folder ${path}: ${await reasonText(path, cause as NodeJS.ErrnoException, files)}`,
      { hint: ({ anotherFolder }) => anotherFolder, cause },
    );
  }
}

/** One folder at a time: Node's own `recursive` option never returns in file systems such as /proc. */
async function makeWithParents(path: string, files: Files): Promise<boolean> {
  const parent = join(path, '..');
  if ((await files.entry(path))?.kind === 'folder') {
    await syncParent(parent, files);
    return false;
  }
  if (parent !== path) await makeWithParents(parent, files);
  const real = await files.realPath(path); // a link may lead to a folder that does not exist yet
  try {
    await files.makeFolder(real);
  } catch (error) {
    if ((await entryIfReadable(path, files))?.kind === 'folder') return false; // another process was faster
    throw error;
  }
  await files.syncFolder(join(real, '..'));
  return true;
}

/** An existing folder may be from a run that was killed before it could sync the folder's name. */
async function syncParent(parent: string, files: Files): Promise<void> {
  try {
    await files.syncFolder(parent);
  } catch (error) {
    // We cannot have created a folder in one that we may not open.
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
  }
}

async function reasonText(
  path: string,
  { code, message }: NodeJS.ErrnoException,
  files: Files,
): Promise<string> {
  const entry = await entryIfReadable(path, files);
  if (entry !== null && entry.kind !== 'folder') return 'a file with that name exists';
  return code === 'ENOENT' ? `its parent takes no new folders (${message})` : message;
}

async function entryIfReadable(path: string, files: Files): Promise<FileEntry | null> {
  return files.entry(path).catch(() => null);
}
