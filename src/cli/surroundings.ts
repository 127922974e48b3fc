import { readFileSync } from 'node:fs';

import { AiopsError } from '../core/errors.js';

/* A command can fail because of conditions that its process inherited: a resource limit, a deleted folder. */

const FOLDER_GONE = 'the current folder no longer exists';
const FOLDER_HINT = 'change to a folder that exists, or give all paths as absolute ones, --out included';

/** Lower limits may cause failures, because V8 alone reserves gigabytes of address space. */
const ROOMY_BYTES = 2 ** 35;

/** Errors that an actor's lack of memory can cause. */
const OF_ACTORS: readonly AiopsError['code'][] = ['actor_failed', 'backend'];
/** V8's messages when it runs out of memory. */
const OUT_OF_MEMORY = /out of memory|allocation failed|cannot allocate/i;

/** The error, extended by conditions of the process that may have caused it. */
export function inSurroundings(error: unknown): unknown {
  if (isFolderGone() && isAboutFiles(error)) return withoutFolder(error);
  const limit = addressSpaceLimit();
  return limit !== null && limit < ROOMY_BYTES ? withinLimit(error, limit) : error;
}

/** On Linux, the current folder of a process can be deleted. */
function isFolderGone(): boolean {
  try {
    process.cwd();
    return false;
  } catch {
    return true;
  }
}

function isAboutFiles(error: unknown): boolean {
  return error instanceof AiopsError
    ? error.code !== 'usage' && error.code !== 'internal'
    : (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function withoutFolder(cause: unknown): AiopsError {
  return cause instanceof AiopsError
    ? new AiopsError(cause.code, `${cause.message} (${FOLDER_GONE})`, { hint: FOLDER_HINT, cause })
    : new AiopsError('input_missing', FOLDER_GONE, { hint: FOLDER_HINT, cause });
}

/** The limit on a process's address space (ulimit -v), in bytes; null: none, or the system does not say. */
function addressSpaceLimit(): number | null {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const [, soft] = /^Max address space +(\d+) /m.exec(limits) ?? [];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}

function withinLimit(error: unknown, limitBytes: number): unknown {
  const limit = `the address space of a process is limited to ${(limitBytes / 2 ** 30).toFixed(1)} GiB (ulimit -v)`;
  const hint = `${limit}, which is the likely cause: remove it with ulimit -v unlimited; to limit memory use, set --max-actor-rss`;
  if (error instanceof AiopsError)
    return OF_ACTORS.includes(error.code)
      ? new AiopsError(error.code, error.message, { hint, cause: error })
      : error;
  if (!(error instanceof RangeError && OUT_OF_MEMORY.test(error.message))) return error;
  return new AiopsError('unsupported', `out of memory: ${error.message}`, { hint, cause: error });
}
