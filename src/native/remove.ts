import { access } from 'node:fs/promises';

import { dropEmptyFolders, removeAll } from './folder.js';
import { requireNativeFolder, whileLocked } from './lock.js';

/** What `native remove` did. */
export interface RemoveOutcome {
  readonly folder: string;
  /** Null: there was nothing. */
  readonly freedBytes: number | null;
}

/** Removes every install from the user's cache, and leftovers of interrupted ones. */
export async function removeNative(): Promise<RemoveOutcome> {
  const folder = requireNativeFolder();
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (!isThere) return { folder, freedBytes: null };
  return whileLocked(folder, async () => {
    const freedBytes = await removeAll(folder);
    await dropEmptyFolders(folder);
    return { folder, freedBytes };
  });
}
