import { dirname, join, resolve } from 'node:path';

import { BufferedFile, sumOf } from './buffered-file.js';
import { checkFiles, entryOf } from './check-committed.js';
import { removeFile, writeWhole } from './durable-files.js';
import type { MetricsFile } from '../core/metric-files.js';
import type { Files } from './files.js';
import {
  entriesOf,
  footerOf,
  metricsOf,
  ofKind,
  perFile,
  type GrowingKind,
  type PerFile,
} from './growing-files.js';
import { journalLine, journalPath, type CommittedEnds, type JournalEntry } from './journal.js';
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

/** Of a run with these files of metrics that has committed nothing. */
export function nothingOf(metrics: readonly MetricsFile[]): CommittedEnds {
  return { lengths: perFile(metrics, () => 0), tails: perFile(metrics, () => EMPTY) };
}

type Growing = PerFile<BufferedFile>;

/**
 * The files of a run that grow, and the journal, which says how much of each is committed. A commit syncs the files
 * first and appends the journal line afterwards, so the files always hold what the journal says.
 */
export class CommittedFiles {
  readonly #growing: Growing;
  readonly #journal: BufferedFile;
  readonly #files: Files;
  #committed: PerFile<number>;

  private constructor(growing: Growing, journal: BufferedFile, committed: PerFile<number>, files: Files) {
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
      const tails = await checkFiles(paths, ends, { state: 'open', files });
      const growing = new Map<GrowingKind, BufferedFile>();
      for (const [kind, path] of entriesOf(paths)) {
        const isLater = kind === 'rejects' && (await entryOf(path, files)) === null;
        if (!isLater) growing.set(kind, await open(path));
      }
      const journalText = beginning.journal.join('');
      await writeWhole(journalPath(folder), journalText, files);
      const journal = await open(journalPath(folder));
      await journal.startAt(Buffer.byteLength(journalText));
      await removeNames(beginning, files);
      if (!growing.has('rejects')) growing.set('rejects', await open(paths.rejects));
      for (const [kind, file] of growing) {
        await file.startAt(ofKind(ends.lengths, kind), ofKind(tails, kind));
        // A power failure must not leave an old footer behind new lines: the file would look complete.
        if (footerOf(kind) !== '') await file.sync();
      }
      await syncFolders([folder, ...(await foldersOf(Object.values(paths), files))], files);
      return new CommittedFiles(Object.fromEntries(growing) as Growing, journal, ends.lengths, files);
    } catch (error) {
      for (const file of opened) await file.release();
      throw error;
    }
  }

  file(kind: GrowingKind): BufferedFile {
    return ofKind(this.#growing, kind);
  }

  /** Whether everything written so far is committed. */
  get isCommitted(): boolean {
    return entriesOf(this.#lengths()).every(([kind, length]) => length === this.#committed[kind]);
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
    const tails = this.#ofEach(({ tailSum }) => tailSum);
    await this.#append({ type: 'commit', lengths, tails, state });
    this.#committed = lengths;
  }

  /** Syncs the growing files, all at once. @throws AiopsError `output_io` */
  async sync(): Promise<void> {
    const synced = await Promise.allSettled(entriesOf(this.#growing).map(([, file]) => file.sync()));
    for (const outcome of synced) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** The lines of the committed part of a file. @throws AiopsError `output_io` */
  committedLines(kind: GrowingKind, containing?: string): AsyncGenerator<readonly FileLine[]> {
    const within = { lengthBytes: ofKind(this.#committed, kind), containing };
    return linesWithin(this.file(kind).path, within, this.#files);
  }

  /**
   * Marks the end of files that have a footer. Everything must have been committed, so what looks complete is.
   *
   * @throws AiopsError `output_io`
   */
  async writeFooters(): Promise<void> {
    for (const [kind, file] of entriesOf(this.#growing)) await file.write(footerOf(kind));
    await this.sync();
  }

  /** Appends the journal's last line, then checks every file once more for changes. @throws AiopsError `output_io` */
  async complete(completion: unknown): Promise<void> {
    await this.#append({ type: 'complete', completion });
    await this.sync();
  }

  /** Closes all files. Never throws. */
  async release(): Promise<void> {
    for (const [, file] of entriesOf(this.#growing)) await file.release();
    await this.#journal.release();
  }

  /** Of everything written so far, committed or not. */
  #lengths(): PerFile<number> {
    return this.#ofEach(({ lengthBytes }) => lengthBytes);
  }

  #ofEach<T>(of: (file: BufferedFile) => T): PerFile<T> {
    return perFile(metricsOf(this.#growing), (kind) => of(this.file(kind)));
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
