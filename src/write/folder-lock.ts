import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';

import { AiopsError } from '../core/errors.js';

/**
 * Keeps a second run off a folder: a socket in Linux's abstract namespace, named by the folder's device and
 * inode. The kernel drops it with its process, however that ends, so there is never a stale one; it holds
 * within one machine (and container). Elsewhere there is no such socket, and no lock.
 */
export class FolderLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws AiopsError `output_locked` */
  static async take(folder: string): Promise<FolderLock | null> {
    if (process.platform !== 'linux') return null;
    const { dev, ino } = await stat(folder, { bigint: true });
    const server = createServer((connection) => connection.destroy());
    server.unref();
    try {
      server.listen(`\0aiops-serve:${dev}:${ino}`);
      await once(server, 'listening');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
      throw new AiopsError('output_locked', `another run is writing to ${folder}`, {
        hint: 'wait for it to end, or choose another folder with --out',
        cause,
      });
    }
    return new FolderLock(server);
  }

  async release(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}
