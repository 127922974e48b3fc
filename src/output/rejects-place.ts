import { AiopsError } from '../core/errors.js';
import type { FileEntry, Files } from './files.js';
import { cannotCreate } from './output-errors.js';

/**
 * What `--rejects` names: a regular `file`, or nothing yet; what this process has open as `stdout` or `stderr`, by
 * whatever name; or a `stream`, which is a device, a pipe or the like.
 */
export type RejectsPlace = 'file' | 'stdout' | 'stderr' | 'stream';

/** @throws AiopsError `output_cannot_create` */
export async function findRejectsPlace(path: string, files: Files): Promise<RejectsPlace> {
  const entry = await files.entry(path).catch((cause: unknown) => {
    throw cannotCreate(path, cause);
  });
  if (entry === null || entry.kind === 'folder') return 'file';
  // A terminal or /dev/null may be both without harm.
  if (entry.kind !== 'device' && (await isOpenAs(1, entry, files))) return 'stdout';
  if (await isOpenAs(2, entry, files)) return 'stderr';
  return entry.kind === 'file' ? 'file' : 'stream';
}

async function isOpenAs(descriptor: 1 | 2, { device, inode }: FileEntry, files: Files): Promise<boolean> {
  const open = await files.entry(`/dev/fd/${descriptor}`).catch(() => null);
  return open !== null && open.device === device && open.inode === inode;
}

/**
 * Refuses a place where rejects would mix with results, or where a run could not resume.
 *
 * @param out a folder, or `-` for results on standard output
 * @throws AiopsError `usage`
 */
export function refuseRejectsPlace(path: string, place: RejectsPlace, out: string): void {
  if (place === 'file') return;
  if (out !== '-') {
    throw new AiopsError(
      'usage',
      `rejects cannot go to ${path}: with an output folder they need a regular file`,
      {
        hint: 'name a file of their own with --rejects, or leave that out; with --out - they may go to a device or a pipe',
      },
    );
  }
  if (place !== 'stdout') return;
  throw new AiopsError(
    'usage',
    `rejects cannot go to ${path}: that is standard output, where the results go`,
    {
      hint: 'send them to a file or to /dev/stderr with --rejects',
    },
  );
}
