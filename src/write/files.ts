import { constants, createReadStream } from 'node:fs';
import {
  access,
  link,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  type FileHandle as NodeFileHandle,
} from 'node:fs/promises';

/** A file open for writing. */
export interface OpenFile {
  /** Writes the beginning of `bytes`, perhaps not all of it, and says how many. */
  write(bytes: Uint8Array, positionBytes: number): Promise<number>;
  truncate(lengthBytes: number): Promise<void>;
  sizeBytes(): Promise<number>;
  /** Resolves once what was written would survive a loss of power, its length included. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileEntry {
  readonly kind: 'file' | 'folder' | 'other';
  readonly sizeBytes: number;
  readonly device: bigint;
  readonly inode: bigint;
}

/** `empty`: made or emptied; `keep`: made if it is not there, otherwise as it is. */
export type OpenMode = 'empty' | 'keep';

/** The file operations that outputs are written with: a seam, so that tests can lose power and fill disks. */
export interface Files {
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Fails where something other than a plain file is there: a pipe would keep us waiting. */
  read(path: string): AsyncIterable<Uint8Array>;
  /** Null: there is nothing of that name. */
  entry(path: string): Promise<FileEntry | null>;
  /** Fails where no file can be made in a folder, for want of rights for instance; changes nothing. */
  mayMakeIn(folder: string): Promise<void>;
  /** Names in a folder. */
  list(folder: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file; fails where that name is taken. */
  link(from: string, to: string): Promise<void>;
  /** What is not there is no error. */
  remove(path: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /** Only if it is empty. */
  removeFolder(path: string): Promise<void>;
  /** Names made, changed or removed in a folder are sure once it is synced. */
  syncFolder(path: string): Promise<void>;
}

/** The machine's own files. */
export const nodeFiles: Files = {
  open: async (path, mode) =>
    new NodeFile(await open(path, mode === 'empty' ? 'w' : constants.O_RDWR | constants.O_CREAT)),
  read: readPlainFile,
  entry: statEntry,
  mayMakeIn: (folder) => access(folder, constants.W_OK | constants.X_OK),
  list: (folder) => readdir(folder),
  rename,
  link,
  remove: (path) => rm(path, { force: true }),
  makeFolder: async (path) => {
    await mkdir(path);
  },
  removeFolder: rmdir,
  syncFolder: syncNodeFolder,
};

class NodeFile implements OpenFile {
  readonly #handle: NodeFileHandle;

  constructor(handle: NodeFileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array, positionBytes: number): Promise<number> {
    const { bytesWritten } = await this.#handle.write(bytes, 0, bytes.length, positionBytes);
    return bytesWritten;
  }

  async truncate(lengthBytes: number): Promise<void> {
    await this.#handle.truncate(lengthBytes);
  }

  async sizeBytes(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async datasync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

async function statEntry(path: string): Promise<FileEntry | null> {
  try {
    const found = await stat(path, { bigint: true });
    return {
      kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other',
      sizeBytes: Number(found.size),
      device: found.dev,
      inode: found.ino,
    };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

async function* readPlainFile(path: string): AsyncGenerator<Uint8Array> {
  if ((await statEntry(path))?.kind === 'other') throw new NotPlainFile();
  yield* createReadStream(path) as AsyncIterable<Uint8Array>;
}

async function syncNodeFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    // Some network and user-space file systems have no such call; they promise nothing that we could ask for.
    if (!isErrno(error, 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
  } finally {
    await folder.close();
  }
}

/** The whole text of a file, which must be small. */
export async function readText(path: string, files: Files = nodeFiles): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of files.read(path)) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** A device, a pipe or a folder stands where a file of ours should. */
export class NotPlainFile extends Error {
  constructor() {
    super('what is there is not a plain file');
  }
}

/** Whether the operating system failed with one of these codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && codes.includes(code);
}
