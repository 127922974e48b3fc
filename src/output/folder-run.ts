import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import { CommittedFiles } from './committed-files.js';
import { replacedNames } from './earlier-run.js';
import type { Files } from './files.js';
import { JOURNAL_FORMAT, journalLine, type CommittedEnds } from './journal.js';
import { LineFile, removeEarlier, writeWhole } from './line-file.js';
import { growingPaths, rejectsLabel, resultsName } from './output-paths.js';
import { resultsHeader, type ResultsFormat } from './result-lines.js';

/** Where a run writes to. */
export interface FolderPlaces {
  readonly out: string;
  readonly format: ResultsFormat;
  /** Null: `rejects.jsonl` in the folder. */
  readonly rejectsFile: string | null;
  readonly trace: boolean;
}

/** How a run begins or resumes. */
export interface FolderBeginning {
  /** The journal's lines, the first of which is given. */
  readonly lines: (run: string) => string[];
  readonly ends: CommittedEnds;
  readonly facts: unknown;
  /** Files of earlier runs; null: whatever there is. */
  readonly earlier: readonly string[] | null;
}

/** What is known at the end only. */
export interface FinalReports {
  /** The text of `timing.json`. */
  readonly summary: string;
  /** The text of `report.html`; null: there is none. */
  readonly page: string | null;
}

/** The files of a run in its folder, from where it begins or resumes to its end. */
export class FolderRun {
  readonly growing: CommittedFiles;
  readonly #folder: string;
  readonly #trace: LineFile | null;
  readonly #files: Files;

  private constructor(growing: CommittedFiles, folder: string, trace: LineFile | null, files: Files) {
    this.growing = growing;
    this.#folder = folder;
    this.#trace = trace;
    this.#files = files;
  }

  /** @throws AiopsError `output_cannot_create`, `output_io` where a file lacks what was committed, for instance */
  static async begin(
    { out: folder, format, rejectsFile, trace }: FolderPlaces,
    { lines, ends, facts, earlier }: FolderBeginning,
    files: Files,
  ): Promise<FolderRun> {
    const paths = growingPaths(folder, format, rejectsFile);
    const own = { results: resultsName(format), rejects: rejectsLabel(folder, paths.rejects) };
    const replaced = replacedNames(Object.values(own), earlier);
    const run = journalLine({ type: 'run', format: JOURNAL_FORMAT, ...own, replaced, facts });
    const beginning = { folder, paths, journal: lines(run), ends, remove: replaced };
    const growing = await CommittedFiles.begin(beginning, files);
    try {
      const traceFile = trace ? await LineFile.create(join(folder, 'trace.json'), files) : null;
      if (ends.lengths.results === 0) await growing.results.write(resultsHeader(format));
      return new FolderRun(growing, folder, traceFile, files);
    } catch (error) {
      await growing.letGo();
      throw error;
    }
  }

  /** @throws AiopsError `output_io` */
  async writeTrace(text: string): Promise<void> {
    await this.#trace?.write(text);
  }

  /**
   * Writes the reports, then the journal's last word. Everything must have been committed.
   *
   * @throws AiopsError `output_cannot_create`, `output_io`; what was committed is still there
   */
  async complete(reports: FinalReports, completion: unknown): Promise<void> {
    const { growing } = this;
    if (!isDeepStrictEqual(growing.lengths, growing.committed)) {
      throw new Error('what was written last is not committed');
    }
    await growing.sync();
    try {
      await this.#writeReports(reports);
    } catch (error) {
      await growing.sync(); // where the folder was moved, this says so
      throw error;
    }
    await growing.complete(completion);
  }

  async #writeReports({ summary, page }: FinalReports): Promise<void> {
    await writeWhole(join(this.#folder, 'timing.json'), summary, this.#files);
    const pagePath = join(this.#folder, 'report.html');
    await (page === null ? removeEarlier(pagePath, this.#files) : writeWhole(pagePath, page, this.#files));
    await this.#trace?.settle();
    await this.#trace?.publish();
  }

  /** Closes, whatever happened before; never throws. */
  async letGo(): Promise<void> {
    await this.#trace?.abandon();
    await this.growing.letGo();
  }
}
