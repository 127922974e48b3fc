import { AiopsError } from '../core/errors.js';
import { nativeFolder } from '../host/native/location.js';
import { SocketLock } from '../output/folder-lock.js';

/** @throws AiopsError 'config' where no home is known */
export function requireNativeFolder(): string {
  const folder = nativeFolder();
  if (folder !== null) return folder;
  throw new AiopsError(
    'config',
    'there is no cache folder: neither XDG_CACHE_HOME nor a home folder is known',
    {
      hint: 'set XDG_CACHE_HOME to a folder that can be written',
    },
  );
}

/**
 * Does some work on the cache folder while nobody else does.
 *
 * @throws AiopsError 'output_locked' where somebody does, 'output_io' for a full disk and the like
 */
export async function whileLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  let lock: SocketLock | null = null;
  try {
    lock = await takeLock(folder);
    return await work();
  } catch (error) {
    throw asOutputError(error, folder);
  } finally {
    await lock?.release();
  }
}

async function takeLock(folder: string): Promise<SocketLock | null> {
  try {
    return await SocketLock.takeFolder(folder);
  } catch (cause) {
    if (!(cause instanceof AiopsError)) throw cause;
    throw new AiopsError(cause.code, `another install or remove is at work in ${folder}`, {
      hint: 'wait for it to end',
      cause,
    });
  }
}

/** What the file system refused, as an error that names the folder; anything else as it is. */
function asOutputError(error: unknown, folder: string): unknown {
  const { syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined || error instanceof AiopsError) return error;
  return new AiopsError('output_io', `cannot write to ${folder}: ${message}`, {
    hint: 'make room or check permissions, or set XDG_CACHE_HOME to another folder',
    cause: error,
  });
}
