import { closeSync, constants, openSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { unreadable } from './raw-bytes.js';
import type { RawBytes } from './raw-bytes.js';

const HINT = 'check that the pipe may be read';

/** Whether a path is that of a named pipe, or of a descriptor that is a pipe (`/dev/fd/63`). */
export async function isPipe(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  return stats?.isFIFO() ?? false;
}

/**
 * The bytes of a named pipe, from its first writer until its last one has gone. They are waited for as those of a
 * socket are: a read like a file's would hold a thread while nothing comes, and the process could not end.
 *
 * @throws AiopsError `input_missing`
 */
export function pipeBytes(path: string): RawBytes {
  const socket = openPipe(path);
  async function* chunks(): AsyncGenerator<Buffer, undefined> {
    try {
      for await (const chunk of socket) yield chunk as Buffer;
    } catch (cause) {
      // Closed by us while it was waited for.
      if ((cause as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE')
        throw unreadable(path, cause, HINT);
    }
    return undefined;
  }
  return {
    chunks: chunks(),
    close: () => {
      socket.destroy();
      return Promise.resolve();
    },
  };
}

function openPipe(path: string): Socket {
  let fd: number | null = null;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return new Socket({ fd, readable: true, writable: false });
  } catch (cause) {
    if (fd !== null) closeSync(fd);
    throw unreadable(path, cause, HINT);
  }
}
