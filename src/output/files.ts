import { constants, createReadStream, type BigIntStats } from 'node:fs';
import {
  access,
  link,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  type FileHandle as NodeFileHandle,
} from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

/** A file open for writing at its end. */
export interface OpenFile {
  /**
   * Writes the beginning of `bytes`, perhaps not all of it, and says how many. The file's end is where it is at that
   * instant: in a file that another process cuts, a write at a remembered position would leave a hole.
   */
  append(bytes: Uint8Array): Promise<number>;
  truncate(lengthBytes: number): Promise<void>;
  /** The bytes at a position, fewer where the file ends before. Not of a `stream`. */
  readAt(positionBytes: number, lengthBytes: number): Promise<Uint8Array>;
  /** The open file itself, whatever its path names by now. */
  entry(): Promise<FileEntry>;
  /** Resolves once what was written would survive a loss of power, its length included. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileEntry {
  /** `device`: one of characters, such as a terminal or /dev/null; `other`: a pipe, a socket, a disk. */
  readonly kind: 'file' | 'folder' | 'device' | 'other';
  readonly sizeBytes: number;
  readonly device: bigint;
  readonly inode: bigint;
}

/**
 * `empty`: created or emptied; `keep`: created if it does not exist, otherwise as it is; `stream`: the same, but it may
 * be a device or a pipe as well, where opening fails if no process reads it.
 */
export type OpenMode = 'empty' | 'keep' | 'stream';

/** The file operations that outputs are written with: a seam, so that tests can lose power and fill disks. */
export interface Files {
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** From a byte on. Fails where something other than a plain file is there: a pipe would keep us waiting. */
  read(path: string, fromBytes?: number): AsyncIterable<Uint8Array>;
  /** Null: there is nothing of that name. */
  entry(path: string): Promise<FileEntry | null>;
  /**
   * Where a path leads once all links are followed, also a link to a file that does not exist yet; devices and pipes
   * have no other name.
   */
  realPath(path: string): Promise<string>;
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
  open: async (path, mode) => new NodeFile(await openNodeFile(path, mode)),
  read: readPlainFile,
  entry: statEntry,
  realPath: realNodePath,
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

  async append(bytes: Uint8Array): Promise<number> {
    const { bytesWritten } = await this.#handle.write(bytes, 0, bytes.length, null);
    return bytesWritten;
  }

  async truncate(lengthBytes: number): Promise<void> {
    await this.#handle.truncate(lengthBytes);
  }

  async readAt(positionBytes: number, lengthBytes: number): Promise<Uint8Array> {
    const bytes = Buffer.alloc(lengthBytes);
    let done = 0;
    while (done < lengthBytes) {
      const { bytesRead } = await this.#handle.read(bytes, done, lengthBytes - done, positionBytes + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  }

  async entry(): Promise<FileEntry> {
    return entryOf(await this.#handle.stat({ bigint: true }));
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
    return entryOf(await stat(path, { bigint: true }));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

function entryOf(found: BigIntStats): FileEntry {
  return {
    kind: kindOf(found),
    sizeBytes: Number(found.size),
    device: found.dev,
    inode: found.ino,
  };
}

function kindOf(found: BigIntStats): FileEntry['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'folder';
  return found.isCharacterDevice() ? 'device' : 'other';
}

async function openNodeFile(path: string, mode: OpenMode): Promise<NodeFileHandle> {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_RDWR, O_TRUNC, O_WRONLY } = constants;
  if (mode !== 'stream') {
    return open(path, O_RDWR | O_APPEND | O_CREAT | (mode === 'empty' ? O_TRUNC : 0));
  }
  // A pipe without a reader makes open() wait, and a wait cannot be interrupted; without blocking it fails. While
  // this handle is open, the second one does not wait either, and its writes wait for a slow reader.
  const first = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK);
  try {
    return await open(path, O_WRONLY | O_APPEND);
  } finally {
    await first.close();
  }
}

async function realNodePath(path: string): Promise<string> {
  const kind = (await statEntry(path))?.kind;
  if (kind === 'device' || kind === 'other') return path;
  try {
    return await realpath(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  const target = await readlink(path).catch(() => null);
  if (target === null) return path;
  return realNodePath(isAbsolute(target) ? target : join(await realpath(dirname(path)), target));
}

async function* readPlainFile(path: string, fromBytes = 0): AsyncGenerator<Uint8Array> {
  const kind = (await statEntry(path))?.kind;
  if (kind === 'device' || kind === 'other') throw new NotPlainFile();
  yield* createReadStream(path, { start: fromBytes }) as AsyncIterable<Uint8Array>;
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
