import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { basename, dirname, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { sleep } from '../core/timer.js';
import { makeFolder } from './durable-files.js';
import { isErrno, nodeFiles, type FileEntry, type Files } from './files.js';
import { LockFile } from './lock-file.js';
import { thisHolder } from './lock-holder.js';
import { cannotCreate } from './output-errors.js';

export interface FolderLockOptions {
  /**
   * Take the folder although a process on another host or in another container holds it; never from a live one here.
   */
  readonly breakLock?: boolean;
  readonly files?: Files;
}

/**
 * Admits one run at a time to a folder. Within a machine a socket decides: the kernel frees it when its holder dies,
 * however that happens, and a suspended holder keeps it. `lock.json` names the holder, and decides between machines and
 * containers that share the folder. It appears whole, so one that cannot be parsed is the remains of a power failure
 * and counts as free if the socket was free.
 */
export class FolderLock {
  readonly #socket: SocketLock | null;
  readonly #file: LockFile;

  private constructor(socket: SocketLock | null, file: LockFile) {
    this.#socket = socket;
    this.#file = file;
  }

  /** @throws AiopsError `output_locked`, `output_cannot_create` */
  static async take(
    folder: string,
    { breakLock = false, files = nodeFiles }: FolderLockOptions = {},
  ): Promise<FolderLock> {
    const file = new LockFile(folder, files, await thisHolder());
    const socket = await takeSocket(folder, files, file);
    try {
      await file.claim({ breakLock, alone: socket !== null || process.platform !== 'linux' });
      await file.removeLeftovers();
    } catch (error) {
      await file.release();
      await socket?.release();
      throw cannotCreate(`a lock in ${folder}`, error);
    }
    return new FolderLock(socket, file);
  }

  /** Never throws. */
  async release(): Promise<void> {
    await this.#file.release();
    await this.#socket?.release();
  }
}

export interface MadeFolder {
  readonly lock: FolderLock;
  /** Whether the folder did not exist before. */
  readonly isNew: boolean;
}

/**
 * Creates a folder if necessary, and locks it. Another command that wrote nothing may remove the folder in between, as
 * it was new to it as well.
 *
 * @throws AiopsError `output_locked`, `output_cannot_create`
 */
export async function makeLocked(folder: string, options: FolderLockOptions = {}): Promise<MadeFolder> {
  for (let attempt = 1; ; attempt++) {
    const isNew = await makeFolder(folder, options.files);
    try {
      return { isNew, lock: await FolderLock.take(folder, options) };
    } catch (error) {
      if (attempt === ATTEMPTS || !isGone(error)) throw error;
    }
  }
}

/** Whether a lock could not be taken because its folder was removed: by the lock's own check, or by the system. */
function isGone(error: unknown): boolean {
  if (!(error instanceof AiopsError) || error.code !== 'output_cannot_create') return false;
  return error.cause === undefined || isErrno(error.cause, 'ENOENT');
}

/** How often to try for a socket whose holder the lock file does not name, and how long to wait in between, ms. */
const ATTEMPTS = 20;
const PAUSE_MS = 50;

/**
 * A holder that the lock file does not name is just starting, and will name itself; or just ending; or it held a folder
 * that was removed, whose inode this one has now.
 */
async function takeSocket(folder: string, files: Files, file: LockFile): Promise<SocketLock | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await SocketLock.takeFolder(folder, files);
    } catch (error) {
      const isLocked = error instanceof AiopsError && error.code === 'output_locked';
      if (!isLocked) throw cannotCreate(`a lock in ${folder}`, error);
      if (attempt === ATTEMPTS || (await file.liveHolder()) !== null) throw await file.refusal();
      await sleep(PAUSE_MS);
    }
  }
}

/**
 * Keeps a second process off a folder or a file: a socket in Linux's abstract namespace, named after the folder's
 * device and inode. The kernel drops it with its process, so it is never stale. It holds within one machine and
 * container; other systems have no such sockets.
 */
export class SocketLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * @returns null on a system without such sockets
   * @throws AiopsError `output_locked`, `output_cannot_create` if the folder has disappeared; or as the system does
   */
  static async takeFolder(folder: string, files: Files = nodeFiles): Promise<SocketLock | null> {
    if (process.platform !== 'linux') return null;
    const entry = await files.entry(folder);
    if (entry === null) throw new AiopsError('output_cannot_create', `${folder} no longer exists`);
    return SocketLock.#listen(nameOf(entry), folder, 'folder with --out');
  }

  /**
   * For a rejects file outside the run's folder. It need not exist yet, so it is identified by folder and name.
   *
   * @returns null on a system without such sockets, or if the file's folder does not exist
   * @throws AiopsError `output_locked`, `output_cannot_create`
   */
  static async takeRejects(path: string, files: Files = nodeFiles): Promise<SocketLock | null> {
    if (process.platform !== 'linux') return null;
    try {
      const real = resolve(await files.realPath(path)); // two links may lead to one file
      const entry = await files.entry(dirname(real));
      if (entry === null) return null;
      // A socket's name is limited to little more than a hundred bytes.
      const sum = createHash('sha256').update(basename(real)).digest('hex').slice(0, 32);
      return await SocketLock.#listen(`${nameOf(entry)}:${sum}`, path, 'file with --rejects');
    } catch (cause) {
      throw cannotCreate(path, cause);
    }
  }

  static async #listen(name: string, path: string, choice: string): Promise<SocketLock> {
    const server = createServer((connection) => connection.destroy());
    server.unref();
    try {
      server.listen(name);
      await once(server, 'listening');
    } catch (cause) {
      if (!isErrno(cause, 'EADDRINUSE')) throw cause;
      throw new AiopsError('output_locked', `another run is writing to ${path}`, {
        hint: `wait for it to end, or choose another ${choice}`,
        cause,
      });
    }
    return new SocketLock(server);
  }

  async release(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function nameOf({ device, inode }: FileEntry): string {
  return `\0aiops-serve:${device}:${inode}`;
}
