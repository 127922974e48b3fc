import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { basename, dirname, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { isErrno, nodeFiles, type FileEntry, type Files } from './files.js';
import { cannotCreate } from './output-errors.js';

/**
 * Keeps a second process off a folder, or off one file: a socket in Linux's abstract namespace, named by the folder's
 * device and inode. The kernel drops it with its process, however that ends, so there is never a stale one, and it
 * stays with a process that is stopped; it holds within one machine (and container). Elsewhere there is no such socket.
 */
export class FolderSocket {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Null where there are no such sockets.
   *
   * @throws AiopsError `output_locked`, `output_cannot_create` where the folder has gone; or as the system does
   */
  static async take(folder: string, files: Files = nodeFiles): Promise<FolderSocket | null> {
    if (process.platform !== 'linux') return null;
    const entry = await files.entry(folder);
    if (entry === null) throw new AiopsError('output_cannot_create', `${folder} is not there any more`);
    return FolderSocket.#listen(nameOf(entry), folder, 'folder with --out');
  }

  /**
   * For a file of rejects that the folder of its run does not guard. It need not be there yet, so it goes by its
   * name. Null where there are no such sockets, or no folder for it.
   *
   * @throws AiopsError `output_locked`, `output_cannot_create`
   */
  static async takeRejects(path: string, files: Files = nodeFiles): Promise<FolderSocket | null> {
    if (process.platform !== 'linux') return null;
    try {
      const real = resolve(await files.realPath(path)); // two links may lead to one file
      const entry = await files.entry(dirname(real));
      if (entry === null) return null;
      // A socket's name has little more than a hundred bytes.
      const sum = createHash('sha256').update(basename(real)).digest('hex').slice(0, 32);
      return await FolderSocket.#listen(`${nameOf(entry)}:${sum}`, path, 'file with --rejects');
    } catch (cause) {
      throw cannotCreate(path, cause);
    }
  }

  static async #listen(name: string, path: string, choice: string): Promise<FolderSocket> {
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
    return new FolderSocket(server);
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
