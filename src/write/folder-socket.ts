import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

import { AiopsError } from '../core/errors.js';
import { isErrno, nodeFiles, type Files } from './files.js';

/**
 * Keeps a second process off a folder: a socket in Linux's abstract namespace, named by the folder's device and
 * inode. The kernel drops it with its process, however that ends, so there is never a stale one, and it stays with
 * a process that is stopped; it holds within one machine (and container). Elsewhere there is no such socket.
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
    const server = createServer((connection) => connection.destroy());
    server.unref();
    try {
      server.listen(`\0aiops-serve:${entry.device}:${entry.inode}`);
      await once(server, 'listening');
    } catch (cause) {
      if (!isErrno(cause, 'EADDRINUSE')) throw cause;
      throw new AiopsError('output_locked', `another run is writing to ${folder}`, {
        hint: 'wait for it to end, or choose another folder with --out',
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
