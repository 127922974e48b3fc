/** Where the Python peers are installed: a virtual environment in the user's cache. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { nativeFolder } from '#build/host/native/location.js';

/** Pinned packages; a copy in the environment's folder marks a complete install. */
export const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** A folder of the program's cache, even if it does not exist. */
export function cacheFolder(name) {
  const native = nativeFolder();
  if (native === null) throw new Error('no home folder: set XDG_CACHE_HOME to an absolute path');
  return join(dirname(native), name);
}

/** The virtual environment's folder, even if it does not exist. */
export function environmentFolder() {
  return cacheFolder('peers');
}

/**
 * The Python interpreter with the peers.
 *
 * @throws Error with how to install them
 */
export function peersPython() {
  const python = join(environmentFolder(), 'bin', 'python');
  if (existsSync(python)) return python;
  throw new Error(`${python} does not exist; install the Python packages with \`npm run bench:peers:setup\``);
}
