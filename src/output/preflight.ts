import { dirname, join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { inputName } from '../core/input-position.js';
import { entryOf } from './check-committed.js';
import { isErrno, NotPlainFile, type FileEntry, type Files } from './files.js';
import { cannotCreate, cannotRead, notWritable } from './output-errors.js';
import { REPORT_NAMES, RESULT_FILES } from './output-paths.js';

/** Checks before a run writes anything, so that what would fail later, or destroy something, fails first. */

/** The files that a run writes to. */
export interface WrittenFiles {
  /** Null: no folder. */
  readonly folder: string | null;
  /** Whether the run may write to a file with that name in the folder. */
  readonly isOwn: (name: string) => boolean;
  /** Files elsewhere. */
  readonly others: readonly string[];
}

/**
 * Protects inputs from being overwritten, whatever name they go by.
 *
 * @throws AiopsError `usage`
 */
export async function refuseInputs(
  inputs: readonly string[],
  { folder, isOwn, others }: WrittenFiles,
  files: Files,
): Promise<void> {
  if (inputs.length === 0) return;
  const names = folder === null ? [] : await namesIn(folder, files);
  const paths = [...names.filter(isOwn).map((name) => join(folder ?? '', name)), ...others];
  const idOf = async (path: string): Promise<string | null> => {
    const entry = await files.entry(path).catch(() => null); // opening it will report the error
    return entry?.kind === 'file' ? `${entry.device}:${entry.inode}` : null;
  };
  const written = new Map<string | null, string>();
  for (const path of paths) written.set(await idOf(path), path);
  written.delete(null);
  for (const input of inputs) {
    const path = written.get(await idOf(input === '-' ? '/dev/stdin' : input));
    if (path === undefined) continue;
    if (others.includes(path))
      throw new AiopsError('usage', `--rejects ${path} would overwrite the input ${inputName(input)}`, {
        hint: 'choose another file with --rejects',
      });
    throw new AiopsError(
      'usage',
      `${inputName(input)} is an input, and the run would overwrite it as ${path}`,
      { hint: ({ anotherFolder }) => anotherFolder },
    );
  }
}

async function namesIn(folder: string, files: Files): Promise<string[]> {
  try {
    return await files.list(folder);
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return [];
    throw isErrno(cause, 'EACCES', 'EPERM') ? cannotCreate(folder, cause) : cannotRead(folder, cause);
  }
}

/**
 * What `--rejects` leads to: a regular `file`, existing or not; this process's own `stdout` or `stderr`, by whatever
 * name; or a `stream`: a device, a pipe or the like.
 */
export type RejectsKind = 'file' | 'stdout' | 'stderr' | 'stream';

/** @throws AiopsError `output_cannot_create` */
export async function rejectsKindOf(path: string, files: Files): Promise<RejectsKind> {
  if (path === '-') return 'stdout';
  const entry = await files.entry(path).catch((cause: unknown) => {
    throw cannotCreate(path, cause);
  });
  if (entry === null || entry.kind === 'folder') return 'file';
  // Results and rejects may share a terminal or /dev/null without harm.
  if (entry.kind !== 'device' && (await isOpenAs(1, entry, files))) return 'stdout';
  if (await isOpenAs(2, entry, files)) return 'stderr';
  return entry.kind === 'file' ? 'file' : 'stream';
}

async function isOpenAs(descriptor: 1 | 2, { device, inode }: FileEntry, files: Files): Promise<boolean> {
  const open = await files.entry(`/dev/fd/${descriptor}`).catch(() => null);
  return open !== null && open.device === device && open.inode === inode;
}

/**
 * Refuses rejects that would mix with the results, or that a run could not resume.
 *
 * @throws AiopsError `usage`
 */
export function refuseRejectsKind(path: string, kind: RejectsKind, hasFolder: boolean): void {
  if (hasFolder && kind !== 'file') {
    throw new AiopsError(
      'usage',
      `rejects cannot go to ${path}: with an output folder, only to a regular file`,
      {
        hint: 'name a regular file with --rejects, or omit it; with --out - rejects may go to a device or a pipe',
      },
    );
  }
  if (kind === 'stdout') {
    throw new AiopsError(
      'usage',
      `rejects cannot go to ${path}: that is standard output, where the results go`,
      {
        hint: 'send them to a file or to /dev/stderr with --rejects',
      },
    );
  }
}

/**
 * Protects results and reports that no replay in this folder wrote, a benchmark's for instance.
 *
 * @throws AiopsError `config`
 */
export async function refuseUnknownResults(folder: string, files: Files): Promise<void> {
  for (const name of [...RESULT_FILES, ...REPORT_NAMES]) {
    const path = join(folder, name);
    const entry = await entryOf(path, files);
    // A run that is killed while it begins leaves an empty file.
    if (entry === null || entry.sizeBytes === 0) continue;
    throw new AiopsError('config', `${path} exists, but there is no journal of a run that wrote it`, {
      hint: ({ anotherFolder, startOver }) => `${anotherFolder}, or ${startOver}, which replaces it`,
    });
  }
}

const REPLACE =
  'remove it if it is not needed, choose another file with --rejects, or replace it with --restart';

/**
 * Protects a file that no run in this folder created for its rejects. Even an empty one may belong to another run,
 * which has rejected nothing yet.
 *
 * @throws AiopsError `config`
 */
export async function refuseUnknownRejects(path: string, files: Files): Promise<void> {
  if ((await entryOf(path, files))?.kind !== 'file') return;
  throw new AiopsError('config', `${path} exists, but is not the rejects file of a run in this folder`, {
    hint: REPLACE,
  });
}

/**
 * Protects a rejects file with content: without a folder, nothing says which run it belongs to.
 *
 * @throws AiopsError `config`
 */
export async function refuseFilledRejects(path: string, files: Files): Promise<void> {
  const entry = await entryOf(path, files);
  if (entry?.kind !== 'file' || entry.sizeBytes === 0) return;
  throw new AiopsError('config', `${path} is not empty, and the rejects would replace its content`, {
    hint: REPLACE,
  });
}

/** Checks that a folder can be written to, or created. @throws AiopsError `output_cannot_create` */
export async function checkFolder(path: string, files: Files): Promise<void> {
  const entry = await entryOf(path, files);
  const parent = dirname(path);
  if (entry === null && parent !== path) return checkFolder(parent, files);
  try {
    if (entry?.kind !== 'folder') throw new NotPlainFile();
    await files.checkWritable(path);
  } catch (cause) {
    throw notWritable(path, cause);
  }
}

/** Checks that a rejects file exists or can be created. @throws AiopsError `output_cannot_create` */
export async function checkRejectsFile(path: string, files: Files): Promise<void> {
  const entry = await entryOf(path, files);
  if (entry?.kind === 'file') return;
  if (entry !== null) throw cannotCreate(path, new NotPlainFile());
  try {
    await files.checkWritable(dirname(path));
  } catch (cause) {
    throw cannotCreate(path, cause);
  }
}
