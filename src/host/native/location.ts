import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { readReceipt, type Receipt } from './receipt.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** An install in the user's cache. */
export interface NativeInstall {
  /** Absolute; tfjs-node is in its `node_modules`. */
  readonly folder: string;
  readonly receipt: Receipt;
}

/** The folder for native TensorFlow in the user's cache; null: no home folder is known. */
export function nativeFolder(
  environment: Environment = process.env,
  platform: string = process.platform,
  home: () => string = homedir,
): string | null {
  const cache = cacheFolder(environment, platform, home);
  return cache === null ? null : join(cache, 'aiops-serve', 'native');
}

function cacheFolder(environment: Environment, platform: string, home: () => string): string | null {
  const chosen = environment[platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_CACHE_HOME'] ?? '';
  if (isAbsolute(chosen)) return chosen; // the XDG specification says to ignore relative paths
  try {
    const at = home();
    if (!isAbsolute(at)) return null;
    if (platform === 'win32') return join(at, 'AppData', 'Local');
    return platform === 'darwin' ? join(at, 'Library', 'Caches') : join(at, '.cache');
  } catch {
    return null; // a user without a home folder, as in some containers
  }
}

/** The install in this user's cache; null: none. Whether it works shows only when an actor loads it. */
export function installedNative(folder: string | null = nativeFolder()): NativeInstall | null {
  if (folder === null) return null;
  const receipt = readReceipt(folder);
  return receipt === null ? null : { folder: join(folder, receipt.folder), receipt };
}
