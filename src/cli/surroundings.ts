import { AiopsError } from '../core/errors.js';
import { addressSpaceLimit } from '../host/address-space.js';

/* A command can fail because of what its process inherited and it cannot see: a resource limit, a deleted folder. */

const FOLDER_GONE = 'the current folder no longer exists';
const FOLDER_HINT = 'change to a folder that exists, or give all paths as absolute ones, --out included';

/** Limits below this are worth mentioning: V8 alone reserves gigabytes of address space and uses far less. */
const ROOMY_BYTES = 2 ** 35;

/** Codes of failures to start an actor or keep it running. */
const OF_ACTORS: readonly AiopsError['code'][] = ['actor_failed', 'backend'];
/** V8's messages when it gets no memory. */
const OUT_OF_MEMORY = /out of memory|allocation failed|cannot allocate/i;

/** The same error, extended by what the surroundings of the process contribute to it. */
export function inSurroundings(error: unknown): unknown {
  if (isFolderGone() && isAboutFiles(error)) return withoutFolder(error);
  const limit = addressSpaceLimit();
  return limit !== null && limit < ROOMY_BYTES ? withinLimit(error, limit) : error;
}

/** On Linux the current folder of a process can be deleted. */
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

function withinLimit(error: unknown, limitBytes: number): unknown {
  const limit = `the address space of a process is limited to ${(limitBytes / 2 ** 30).toFixed(1)} GiB (ulimit -v)`;
  const hint = `${limit}, which is the likely cause: lift it with ulimit -v unlimited; --max-actor-rss limits the memory in use`;
  if (error instanceof AiopsError)
    return OF_ACTORS.includes(error.code)
      ? new AiopsError(error.code, error.message, { hint, cause: error })
      : error;
  if (!(error instanceof RangeError && OUT_OF_MEMORY.test(error.message))) return error;
  return new AiopsError('unsupported', `no memory: ${error.message}`, { hint, cause: error });
}
