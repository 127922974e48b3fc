import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { metricsFiles } from '../core/metric-files.js';
import type { Reject } from '../core/types.js';
import { CommittedFiles, nothingOf } from './committed-files.js';
import { AtomicFile, writeOrRemove } from './durable-files.js';
import { isErrno, type Files } from './files.js';
import { FolderLock, makeLocked, type SocketLock } from './folder-lock.js';
import { entriesOf, headerOf, type GrowingKind } from './growing-files.js';
import {
  JOURNAL_FORMAT,
  journalLine,
  readJournal,
  type CommittedEnds,
  type JournalContents,
} from './journal.js';
import { LeftFolder, previousIn, withoutHeader } from './left-folder.js';
import {
  growingPaths,
  rejectsLabel,
  REJECTS_NAME,
  RESULT_FILES,
  resultsName,
  type GrowingPaths,
} from './output-paths.js';
import { rejectLines } from './reject-lines.js';
import type { FinalReports, RunOutput, RunOutputOptions } from './run-output.js';
import type { FileLine } from './read-back.js';

export interface OpenFolderOptions {
  readonly breakLock: boolean;
  readonly restart: boolean;
  /** On a rejects file outside the folder; released with the folder. */
  readonly rejectsLock: SocketLock | null;
  readonly files: Files;
}

interface OpenedFolder {
  /** An error: the folder is read-only, so nothing can begin there. */
  readonly lock: FolderLock | AiopsError;
  /** Whether it did not exist before. */
  readonly isNew: boolean;
  readonly previous: JournalContents | null;
}

/** A run's output folder: results, rejects and timings that grow, a journal of commits, and reports at the end. */
export class FolderOutput implements RunOutput {
  readonly keepsRejects = true;
  readonly keepsReport = true;
  readonly #options: RunOutputOptions;
  readonly #paths: GrowingPaths;
  readonly #opened: OpenedFolder;
  readonly #rejectsLock: SocketLock | null;
  readonly #files: Files;
  #left: LeftFolder;
  #growing: CommittedFiles | null = null;
  #trace: AtomicFile | null = null;

  private constructor(options: RunOutputOptions, opened: OpenedFolder, open: OpenFolderOptions) {
    this.#options = options;
    this.#paths = growingPaths(options.out, options, options.rejectsFile);
    this.#opened = opened;
    this.#left = new LeftFolder(options, opened.previous, open.files);
    this.#rejectsLock = open.rejectsLock;
    this.#files = open.files;
  }

  /** @throws AiopsError `output_cannot_create`, `output_locked`, `output_io`, `config` */
  static async open(options: RunOutputOptions, open: OpenFolderOptions): Promise<FolderOutput> {
    return new FolderOutput(options, await openFolder(options.out, open), open);
  }

  get previous(): JournalContents | null {
    return this.#left.previous;
  }

  get keepsTrace(): boolean {
    return this.#options.trace;
  }

  async preflight({ replace }: { readonly replace: boolean }): Promise<void> {
    if (this.#opened.lock instanceof AiopsError) throw this.#opened.lock;
    await this.#left.preflight({ replace });
  }

  isBare(): Promise<boolean> {
    return this.#left.isBare();
  }

  async checkCommitted(): Promise<void> {
    await this.#left.checkCommitted();
  }

  async begin(facts: unknown, { replace }: { readonly replace: boolean }): Promise<void> {
    await this.preflight({ replace });
    const previous = this.previous === null ? (replace ? null : []) : fileNames(this.previous);
    await this.#start(facts, { lines: [], ends: this.#nothing, previous });
  }

  async resume(commit: number, facts: unknown, kept?: ReadonlySet<number>): Promise<void> {
    const { previous } = this;
    if (previous === null) throw new Error('no previous run to resume');
    await this.preflight({ replace: false });
    const commits = previous.commits.filter((_, i) => i === commit || (i < commit && kept?.has(i) !== false));
    const resumed = journalLine({ type: 'resumed', times: previous.resumed + 1 });
    await this.#start(facts, {
      lines: [...commits.map((each) => journalLine({ type: 'commit', ...each })), resumed],
      ends: commits.at(-1) ?? this.#nothing,
      previous: fileNames(previous),
    });
  }

  async writeLines(lines: Uint8Array): Promise<void> {
    await begun(this.#growing).file('results').write(lines);
  }

  async writeMetrics(lines: readonly Uint8Array[]): Promise<void> {
    const growing = begun(this.#growing);
    for (const [i, name] of metricsFiles(this.#options.metrics).entries()) {
      const samples = lines[i];
      if (samples === undefined) throw new RangeError(`there are no lines for ${name}`);
      await growing.file(name).write(samples);
    }
  }

  async writeRejects(rejects: readonly Reject[]): Promise<void> {
    await begun(this.#growing).file('rejects').write(rejectLines(rejects));
  }

  async writeTiming(line: string): Promise<void> {
    await begun(this.#growing).file('timings').write(line);
  }

  /**
   * Appends bytes that another run wrote to its file of that kind, without a header.
   *
   * @throws AiopsError `output_io`
   */
  async append(kind: GrowingKind, bytes: Uint8Array): Promise<void> {
    await begun(this.#growing).file(kind).write(bytes);
  }

  async writeTrace(text: string): Promise<void> {
    begun(this.#growing);
    await this.#trace?.write(text);
  }

  async commit(state: unknown): Promise<void> {
    await begun(this.#growing).commit(state);
  }

  committed(kind: 'timings' | 'results', containing?: string): AsyncIterable<readonly FileLine[]> {
    if (this.#growing === null) return this.#left.committed(kind, containing);
    const lines = this.#growing.committedLines(kind, containing);
    return kind === 'results' ? withoutHeader(lines, this.#options) : lines;
  }

  async finish({ summary, page }: FinalReports, completion: unknown): Promise<void> {
    const growing = begun(this.#growing);
    if (!growing.isCommitted) throw new Error('the last lines are not committed');
    await growing.sync();
    try {
      await writeOrRemove(join(this.#options.out, 'timing.json'), summary, this.#files);
      await writeOrRemove(join(this.#options.out, 'report.html'), page, this.#files);
      await this.#trace?.publish();
    } catch (error) {
      await growing.sync(); // explains the error if the folder was moved
      throw error;
    }
    if (this.#options.isPart !== true) await growing.writeFooters();
    await growing.complete(completion);
    await this.#release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    await this.#release();
    if (!this.#opened.isNew || this.#growing !== null) return;
    await this.#files
      .realPath(this.#options.out)
      .then((path) => this.#files.removeFolder(path))
      .catch(() => undefined);
  }

  get #nothing(): CommittedEnds {
    return nothingOf(metricsFiles(this.#options.metrics));
  }

  /** @param previous files of previous runs, by name; null: any that exist */
  async #start(
    facts: unknown,
    {
      lines,
      ends,
      previous,
    }: {
      readonly lines: readonly string[];
      readonly ends: CommittedEnds;
      readonly previous: readonly string[] | null;
    },
  ): Promise<void> {
    const { out: folder, format, metrics, trace } = this.#options;
    const names = metricsFiles(metrics);
    const own = { results: resultsName(format), rejects: rejectsLabel(folder, this.#paths.rejects) };
    const replaced = replacedNames([...Object.values(own), ...names], previous);
    const listed = names.length === 0 ? {} : { metrics: names }; // as in journals from before there were metrics
    const run = journalLine({ type: 'run', format: JOURNAL_FORMAT, ...own, ...listed, replaced, facts });
    const growing = await CommittedFiles.begin(
      { folder, paths: this.#paths, journal: [run, ...lines], ends, remove: replaced },
      this.#files,
    );
    try {
      this.#trace = trace ? await AtomicFile.create(join(folder, 'trace.json'), this.#files) : null;
      for (const [kind, length] of entriesOf(ends.lengths))
        if (length === 0) await growing.file(kind).write(headerOf(kind, format));
    } catch (error) {
      await growing.release();
      throw error;
    }
    this.#growing = growing;
    this.#left = new LeftFolder(this.#options, null, this.#files); // frees memory
  }

  async #release(): Promise<void> {
    await this.#trace?.abandon();
    await this.#growing?.release();
    if (this.#opened.lock instanceof FolderLock) await this.#opened.lock.release();
    await this.#rejectsLock?.release();
  }
}

/**
 * Creates the folder if necessary, locks it and reads its journal. A folder that is read-only suffices if it holds a
 * completed run, to which nothing needs to be added.
 */
async function openFolder(
  path: string,
  { breakLock, restart, files }: OpenFolderOptions,
): Promise<OpenedFolder> {
  const made = await makeLocked(path, { breakLock, files }).catch((error: unknown) => {
    if (error instanceof AiopsError && isErrno(error.cause, 'EROFS', 'EACCES', 'EPERM')) return error;
    throw error;
  });
  if (made instanceof AiopsError) {
    const previous = await readJournal(path, files).catch(() => null);
    if (previous === null || previous.completion === null) throw made;
    return { lock: made, isNew: false, previous };
  }
  const { lock, isNew } = made;
  try {
    return { lock, isNew, previous: await previousIn(path, { restart, files }) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Files that a previous run wrote or replaced. */
function fileNames({ results, rejects, metrics, replaced }: JournalContents): string[] {
  return [results, rejects, ...metrics, ...replaced];
}

/** Files in the folder that a run with files `own` replaces: those of previous runs, or any where that is null. */
function replacedNames(own: readonly string[], previous: readonly string[] | null): string[] {
  // Known names only, since a journal can be forged.
  return [...RESULT_FILES, REJECTS_NAME].filter(
    (name) => !own.includes(name) && (previous?.includes(name) ?? true),
  );
}

function begun<T>(growing: T | null): T {
  if (growing === null) throw new Error('the output was not begun');
  return growing;
}
