import { AiopsError } from '../core/errors.js';
import { nodeFiles, type Files } from './files.js';
import { FolderSocket } from './folder-socket.js';
import { LockFile } from './lock-file.js';
import { thisHolder } from './lock-holder.js';
import { cannotCreate } from './output-errors.js';

export interface FolderLockOptions {
  /** Take the folder although another host or container says that it holds it; never from a live holder here. */
  readonly breakLock?: boolean;
  readonly files?: Files;
}

/**
 * One run at a time in a folder. The socket decides within a machine: it is free at once when its holder is dead,
 * however that came, and stays with a holder that is stopped. `lock.json` says who it is, and holds between
 * machines and containers that share the folder. Where the socket was free, a `lock.json` that cannot be read as
 * one counts as a dead holder's: a whole one appears at once under its name, so that half of one can only be what
 * a loss of power left.
 */
export class FolderLock {
  readonly #socket: FolderSocket | null;
  readonly #file: LockFile;

  private constructor(socket: FolderSocket | null, file: LockFile) {
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

async function takeSocket(folder: string, files: Files, file: LockFile): Promise<FolderSocket | null> {
  try {
    return await FolderSocket.take(folder, files);
  } catch (error) {
    if (error instanceof AiopsError && error.code === 'output_locked') throw await file.refusal();
    throw cannotCreate(`a lock in ${folder}`, error);
  }
}
