import { dirname, join, resolve } from 'node:path';

import { BufferedFile, sumOf } from './buffered-file.js';
import { checkFiles, entryOf, KINDS } from './committed-ends.js';
import type { Files } from './files.js';
import {
  journalLine,
  journalPath,
  type Commit,
  type CommittedEnds,
  type FileLengths,
  type JournalEntry,
} from './journal.js';
import { removeFile, writeWhole } from './line-file.js';
import { cannotCreate, cannotRead, cannotWrite } from './output-errors.js';
import { isLeftover, type GrowingPaths } from './output-paths.js';
import { readLines } from './read-lines.js';

/** Where a run begins or goes on. */
interface Beginning {
  readonly folder: string;
  readonly paths: GrowingPaths;
  /** The whole text of the journal to begin with. */
  readonly journal: Iterable<string>;
  /** How much of each file stays. */
  readonly ends: CommittedEnds;
  /** Names in the folder that go, as far as they are there. */
  readonly remove: readonly string[];
}

const EMPTY = sumOf(new Uint8Array());

export const NOTHING: CommittedEnds = {
  lengths: { results: 0, rejects: 0, timings: 0 },
  tails: { results: EMPTY, rejects: EMPTY, timings: EMPTY },
};

type Growing = Readonly<Record<(typeof KINDS)[number], BufferedFile>>;

/**
 * The files of a run that grow in place, and the journal, which says how much of each counts. A commit brings
 * them to the disk first and then writes the journal's line, so that what the journal says is always there.
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
   * Files that cannot be opened, or lack what was committed, show before anything is changed. Then the journal is
   * replaced in one step, and only then are files cut to what it says, so that they are never shorter than that.
   * A file for rejects comes to be once the journal names it: one that is there is some run's, and a kill must not
   * leave one that is nobody's.
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
      const earlier = (await entryOf(paths.rejects, files)) === null ? null : await open(paths.rejects);
      const journalBytes = await replaceJournal(beginning, files);
      const journal = await open(journalPath(folder));
      await journal.startAt(journalBytes);
      await removeNames(beginning, files);
      const growing = { results, timings, rejects: earlier ?? (await open(paths.rejects)) };
      for (const kind of KINDS) await growing[kind].startAt(ends.lengths[kind], tails[kind]);
      await syncFolders([folder, ...(await foldersOf(Object.values(paths), files))], files);
      return new CommittedFiles(growing, journal, ends.lengths, files);
    } catch (error) {
      for (const file of opened) await file.letGo();
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

  /** Of everything written so far, committed or not. */
  get lengths(): FileLengths {
    const { results, rejects, timings } = this.#growing;
    return { results: results.lengthBytes, rejects: rejects.lengthBytes, timings: timings.lengthBytes };
  }

  get committed(): FileLengths {
    return this.#committed;
  }

  /**
   * Makes everything written so far sure, and says so in the journal.
   *
   * @throws AiopsError `output_io`, also where another process moved or changed one of the files; nothing more can be
   * written or committed after it
   */
  async commit(state: unknown): Promise<void> {
    const lengths = this.lengths;
    await this.sync();
    const { results, rejects, timings } = this.#growing;
    const tails = { results: results.tailSum, rejects: rejects.tailSum, timings: timings.tailSum };
    await this.#append({ type: 'commit', lengths, tails, state });
    this.#committed = lengths;
  }

  /** Brings the growing files to the disk, all at once. @throws AiopsError `output_io` */
  async sync(): Promise<void> {
    const synced = await Promise.allSettled(KINDS.map((kind) => this.#growing[kind].sync()));
    for (const outcome of synced) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** The lines of the committed part of a file. @throws AiopsError `output_io` */
  committedLines(kind: (typeof KINDS)[number]): AsyncGenerator<string> {
    return linesWithin(this.#growing[kind].path, this.#committed[kind], this.#files);
  }

  /**
   * The journal's last word, and a last look at every file: what was changed until now is noticed.
   *
   * @throws AiopsError `output_io`
   */
  async complete(completion: unknown): Promise<void> {
    await this.#append({ type: 'complete', completion });
    await this.sync();
  }

  async #append(entry: JournalEntry): Promise<void> {
    await this.#journal.write(journalLine(entry));
    await this.#journal.sync();
  }

  /** Closes, whatever happened before; never throws. */
  async letGo(): Promise<void> {
    for (const kind of KINDS) await this.#growing[kind].letGo();
    await this.#journal.letGo();
  }
}

/** The lines in the first so many bytes of a file. @throws AiopsError `output_io` */
export async function* linesWithin(path: string, lengthBytes: number, files: Files): AsyncGenerator<string> {
  try {
    yield* readLines(files, path, { lengthBytes });
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}

/** The journal's lines that say all of some commits. */
export function commitLines(commits: readonly Commit[]): string[] {
  return commits.map(({ lengths, tails, state }) => journalLine({ type: 'commit', lengths, tails, state }));
}

/** Returns the new journal's length in bytes. */
async function replaceJournal({ folder, journal }: Beginning, files: Files): Promise<number> {
  let lengthBytes = 0;
  const counted = function* (): Generator<string> {
    for (const line of journal) {
      lengthBytes += Buffer.byteLength(line);
      yield line;
    }
  };
  await writeWhole(journalPath(folder), counted(), files);
  return lengthBytes;
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

/** Where files really are, links followed. */
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
