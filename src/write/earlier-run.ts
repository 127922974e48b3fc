import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import type { Files } from './files.js';
import { readJournal, type JournalContents } from './journal.js';
import { cannotRead } from './output-errors.js';
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

/**
 * Keeps results from being overwritten that this program may not have written.
 *
 * @throws AiopsError `config`
 */
export async function refuseUnknownResults(folder: string, files: Files): Promise<void> {
  for (const name of RESULTS_NAMES) {
    const path = join(folder, name);
    const entry = await files.entry(path).catch((cause: unknown) => {
      throw cannotRead(path, cause);
    });
    // An empty one is what a run leaves that was killed while it began.
    if (entry === null || entry.sizeBytes === 0) continue;
    throw new AiopsError('config', `${path} is there, but no journal says which run wrote it`, {
      hint: '--restart replaces it, or choose another folder with --out',
    });
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
