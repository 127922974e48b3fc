import { dirname, join, resolve } from 'node:path';

import { BufferedFile, sumOf } from './buffered-file.js';
import { checkFiles, entryOf, KINDS } from './check-committed.js';
import { removeFile, writeWhole } from './durable-files.js';
import type { Files } from './files.js';
import {
  journalLine,
  journalPath,
  type CommittedEnds,
  type FileLengths,
  type JournalEntry,
} from './journal.js';
import { cannotCreate, cannotRead, cannotWrite } from './output-errors.js';
import { isLeftover, type GrowingPaths } from './output-paths.js';
import { readLineGroups, type FileLine } from './read-back.js';

/** Where a run begins or resumes. */
export interface Beginning {
  readonly folder: string;
  readonly paths: GrowingPaths;
  /** The lines of the new journal. */
  readonly journal: readonly string[];
  /** How much of each file to keep. */
  readonly ends: CommittedEnds;
  /** Files in the folder to remove, if they exist. */
  readonly remove: readonly string[];
}

const EMPTY = sumOf('');

export const NOTHING: CommittedEnds = {
  lengths: { results: 0, rejects: 0, timings: 0 },
  tails: { results: EMPTY, rejects: EMPTY, timings: EMPTY },
};

type Growing = Readonly<Record<(typeof KINDS)[number], BufferedFile>>;

/**
 * The files of a run that grow, and the journal, which says how much of each is committed. A commit syncs the files
 * first and appends the journal line afterwards, so the files always hold what the journal says.
 */
export class CommittedFiles {
  readonly #growing: Growing;
  readonly #journal: BufferedFile;
  readonly #files: Files;
  #committed: FileLengths;

  private constructor(growing: Growing, journal: BufferedFile, committed: FileLengths, files: Files) {
    this.#growing = growing;
    this.#journal = journal;
    this.#committed = committed;
    this.#files = files;
  }

  /**
   * Files that cannot be opened or lack committed bytes are reported before anything is changed. Then the journal is
   * replaced in one step, and only afterwards are the files cut to the lengths in it, so that they are never shorter.
   * A missing rejects file is created after the journal names it: a kill must not leave one that belongs to no run.
   *
   * @throws AiopsError `output_cannot_create`, `output_io`
   */
  static async begin(beginning: Beginning, files: Files): Promise<CommittedFiles> {
    const { folder, paths, ends } = beginning;
    const opened: BufferedFile[] = [];
    const open = async (path: string): Promise<BufferedFile> => {
      const file = await BufferedFile.open(path, 'keep', files);
      opened.push(file);
      return file;
    };
    try {
      const tails = await checkFiles(paths, ends, { isComplete: false, files });
      const results = await open(paths.results);
      const timings = await open(paths.timings);
      const existing = (await entryOf(paths.rejects, files)) === null ? null : await open(paths.rejects);
      const journalText = beginning.journal.join('');
      await writeWhole(journalPath(folder), journalText, files);
      const journal = await open(journalPath(folder));
      await journal.startAt(Buffer.byteLength(journalText));
      await removeNames(beginning, files);
      const growing = { results, timings, rejects: existing ?? (await open(paths.rejects)) };
      for (const kind of KINDS) await growing[kind].startAt(ends.lengths[kind], tails[kind]);
      await syncFolders([folder, ...(await foldersOf(Object.values(paths), files))], files);
      return new CommittedFiles(growing, journal, ends.lengths, files);
    } catch (error) {
      for (const file of opened) await file.release();
      throw error;
    }
  }

  get results(): BufferedFile {
    return this.#growing.results;
  }

  get rejects(): BufferedFile {
    return this.#growing.rejects;
  }

  get timings(): BufferedFile {
    return this.#growing.timings;
  }

  /** Whether everything written so far is committed. */
  get isCommitted(): boolean {
    const lengths = this.#lengths();
    return KINDS.every((kind) => lengths[kind] === this.#committed[kind]);
  }

  /**
   * Makes everything written so far survive a power failure, and says so in the journal.
   *
   * @throws AiopsError `output_io`, also if another process moved or changed one of the files; afterwards nothing more
   * can be written or committed
   */
  async commit(state: unknown): Promise<void> {
    const lengths = this.#lengths();
    await this.sync();
    const { results, rejects, timings } = this.#growing;
    const tails = { results: results.tailSum, rejects: rejects.tailSum, timings: timings.tailSum };
    await this.#append({ type: 'commit', lengths, tails, state });
    this.#committed = lengths;
  }

  /** Syncs the growing files, all at once. @throws AiopsError `output_io` */
  async sync(): Promise<void> {
    const synced = await Promise.allSettled(KINDS.map((kind) => this.#growing[kind].sync()));
    for (const outcome of synced) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** The lines of the committed part of a file. @throws AiopsError `output_io` */
  committedLines(kind: (typeof KINDS)[number], containing?: string): AsyncGenerator<readonly FileLine[]> {
    const { path } = this.#growing[kind];
    return linesWithin(path, { lengthBytes: this.#committed[kind], containing }, this.#files);
  }

  /** Appends the journal's last line, then checks every file once more for changes. @throws AiopsError `output_io` */
  async complete(completion: unknown): Promise<void> {
    await this.#append({ type: 'complete', completion });
    await this.sync();
  }

  /** Closes all files. Never throws. */
  async release(): Promise<void> {
    for (const kind of KINDS) await this.#growing[kind].release();
    await this.#journal.release();
  }

  /** Of everything written so far, committed or not. */
  #lengths(): FileLengths {
    const { results, rejects, timings } = this.#growing;
    return { results: results.lengthBytes, rejects: rejects.lengthBytes, timings: timings.lengthBytes };
  }

  async #append(entry: JournalEntry): Promise<void> {
    await this.#journal.write(journalLine(entry));
    await this.#journal.sync();
  }
}

/** The lines in the first `lengthBytes` of a file. @throws AiopsError `output_io` */
export async function* linesWithin(
  path: string,
  { lengthBytes, containing = '' }: { readonly lengthBytes: number; readonly containing: string | undefined },
  files: Files,
): AsyncGenerator<readonly FileLine[]> {
  try {
    yield* readLineGroups(files, path, { lengthBytes, containing });
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}

async function removeNames({ folder, remove }: Beginning, files: Files): Promise<void> {
  let path = folder;
  try {
    for (const name of await files.list(folder)) {
      if (!isLeftover(name) && !remove.includes(name)) continue;
      path = join(folder, name);
      await removeFile(path, files);
    }
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** The folders that hold the files once links are followed. */
async function foldersOf(paths: readonly string[], files: Files): Promise<string[]> {
  const folders: string[] = [];
  for (const path of paths) {
    try {
      folders.push(dirname(await files.realPath(path)));
    } catch (cause) {
      throw cannotCreate(path, cause);
    }
  }
  return folders;
}

async function syncFolders(folders: readonly string[], files: Files): Promise<void> {
  for (const folder of new Set(folders.map((each) => resolve(each)))) {
    try {
      await files.syncFolder(folder);
    } catch (cause) {
      throw cannotWrite(folder, cause);
    }
  }
}
