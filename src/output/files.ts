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
  statfs,
  type FileHandle as NodeFileHandle,
} from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';

/** A file open for writing at its end. */
export interface OpenFile {
  /**
   * Appends the first bytes of `bytes`, perhaps not all of them, and returns how many. It writes to wherever the file
   * ends at that instant: writing at a remembered position would leave a hole in a file that another process cuts.
   */
  append(bytes: Uint8Array): Promise<number>;
  truncate(lengthBytes: number): Promise<void>;
  /** The bytes at a position, fewer if the file ends first. Not for a `stream`. */
  readAt(positionBytes: number, lengthBytes: number): Promise<Uint8Array>;
  /** The open file itself, whatever its path leads to by now. */
  entry(): Promise<FileEntry>;
  /** Resolves once the file's content and length would survive a power failure. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileEntry {
  /** `device`: a character device such as a terminal or /dev/null; `other`: a pipe, a socket, a disk. */
  readonly kind: 'file' | 'folder' | 'device' | 'other';
  readonly sizeBytes: number;
  readonly device: bigint;
  readonly inode: bigint;
}

/**
 * `empty`: created or emptied; `keep`: created if it does not exist; `stream`: like `keep`, but also a device or a
 * pipe, where opening fails if no process reads from it.
 */
export type OpenMode = 'empty' | 'keep' | 'stream';

/** The file operations that outputs use: a seam, so that tests can simulate power failures and full disks. */
export interface Files {
  open(path: string, mode: OpenMode): Promise<OpenFile>;
  /** Reads from a byte on. Rejects anything but a plain file: a pipe would keep us waiting. */
  read(path: string, fromBytes?: number): AsyncIterable<Uint8Array>;
  /** Null: nothing has that name. */
  entry(path: string): Promise<FileEntry | null>;
  /** Follows all links, even to a file that does not exist yet; returns devices and pipes under their own name. */
  realPath(path: string): Promise<string>;
  /** Rejects if no file can be created in a folder, without write permission for instance; changes nothing. */
  checkWritable(folder: string): Promise<void>;
  /** Names in a folder. */
  list(folder: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name; rejects if that name is taken. */
  link(from: string, to: string): Promise<void>;
  /** A missing file is no error. */
  remove(path: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /** Rejects unless the folder is empty. */
  removeFolder(path: string): Promise<void>;
  /** Makes names created, changed or removed in a folder survive a power failure. */
  syncFolder(path: string): Promise<void>;
}

/** The real file system. */
export const nodeFiles: Files = {
  open: async (path, mode) => new NodeFile(await openNodeFile(path, mode)),
  read: readPlainFile,
  entry: statEntry,
  realPath: realNodePath,
  checkWritable: checkNodeFolder,
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

/** `statfs` types of /proc and /sys, where even root creates nothing, whatever permissions say. */
const OF_THE_KERNEL: readonly number[] = [0x9fa0, 0x62656572];

async function checkNodeFolder(folder: string): Promise<void> {
  await access(folder, constants.W_OK | constants.X_OK);
  const { type } = await statfs(folder);
  if (!OF_THE_KERNEL.includes(type)) return;
  throw Object.assign(new Error(`EPERM: ${folder} is a folder of the kernel, which takes no files`), {
    code: 'EPERM',
  });
}

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
  // Opening a pipe that has no reader blocks and cannot be interrupted, so probe with O_NONBLOCK, which fails instead.
  // While the probe is open, the second open does not block either, and its writes do wait for a slow reader.
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
    // Some network and user-space file systems lack this call; they offer no durability to ask for.
    if (!isErrno(error, 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
  } finally {
    await folder.close();
  }
}

/** A device, a pipe or a folder is where one of our files should be. */
export class NotPlainFile extends Error {
  constructor() {
    super('not a plain file');
  }
}

/** Whether an error carries one of these system error codes. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && codes.includes(code);
}
