/** Where the peers from Python are installed: in the user's cache, out of everybody's way. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { nativeFolder } from '#dist/host/native/location.js';

/** What is installed; the environment's folder keeps a copy when it is complete. */
export const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** The virtual environment's folder, installed or not. */
export function environmentFolder() {
  const native = nativeFolder();
  if (native === null) throw new Error('no home folder is known: set XDG_CACHE_HOME to an absolute path');
  return join(dirname(native), 'peers');
}

/** The Python that has the peers; throws that and how they are to be installed. */
export function peersPython() {
  const python = join(environmentFolder(), 'bin', 'python');
  if (existsSync(python)) return python;
  throw new Error(`there is no ${python}: \`npm run bench:peers:setup\` installs Ray and TensorFlow`);
}
