import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { inputName } from '../core/input-name.js';
import { isErrno, type Files } from './files.js';
import { readJournal, type JournalContents } from './journal.js';
import { cannotCreate, cannotRead } from './output-errors.js';
import { REJECTS_NAME, RESULTS_NAMES } from './output-paths.js';

/**
 * What an earlier run's journal says; null: there is none, or none that matters since the folder is begun anew.
 *
 * @throws AiopsError `config`, `output_io`
 */
export async function readEarlierRun(
  folder: string,
  restart: boolean,
  files: Files,
): Promise<JournalContents | null> {
  try {
    return await readJournal(folder, files);
  } catch (error) {
    if (restart && error instanceof AiopsError && error.code === 'config') return null;
    throw error;
  }
}

/** What a run writes to. */
interface Written {
  /** Null: no folder. */
  readonly folder: string | null;
  /** Which names in the folder. */
  readonly isOwn: (name: string) => boolean;
  /** Files elsewhere. */
  readonly others: readonly string[];
}

/**
 * Keeps an input from being overwritten by what is made of it, whatever names it goes by.
 *
 * @throws AiopsError `usage`
 */
export async function refuseInputs(
  inputs: readonly string[],
  { folder, isOwn, others }: Written,
  files: Files,
): Promise<void> {
  if (inputs.length === 0) return;
  const names = folder === null ? [] : await namesIn(folder, files);
  const paths = [...names.filter(isOwn).map((name) => join(folder ?? '', name)), ...others];
  const idOf = async (path: string): Promise<string | null> => {
    // One that cannot be looked at is told of when it is opened.
    const entry = await files.entry(path).catch(() => null);
    return entry?.kind === 'file' ? `${entry.device}:${entry.inode}` : null;
  };
  const written = new Map<string | null, string>();
  for (const path of paths) written.set(await idOf(path), path);
  written.delete(null);
  for (const input of inputs) {
    const path = written.get(await idOf(input === '-' ? '/dev/stdin' : input));
    if (path === undefined) continue;
    throw new AiopsError(
      'usage',
      `${inputName(input)} is an input, and the run would write over it as ${path}`,
      { hint: 'choose another place with --out or --rejects' },
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
 * Names in the folder that go because a run with files `own` takes the place of earlier ones, which had files
 * `earlier`, or any of ours where that is null.
 */
export function replacedNames(own: readonly string[], earlier: readonly string[] | null): string[] {
  // Known names only: a journal is a file like any other, and may say anything.
  return [...RESULTS_NAMES, REJECTS_NAME].filter(
    (name) => !own.includes(name) && (earlier?.includes(name) ?? true),
  );
}

/** Files that an earlier run wrote or replaced. */
export function namesOf({ results, rejects, replaced }: JournalContents): string[] {
  return [results, rejects, ...replaced];
}
