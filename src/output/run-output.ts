import { join } from 'node:path';
import type { Writable } from 'node:stream';

import { AiopsError } from '../core/errors.js';
import type { Reject, ResultRow } from '../core/types.js';
import { commitLines, NOTHING, type CommittedFiles } from './committed-files.js';
import { namesOf, refuseInputs } from './earlier-run.js';
import { nodeFiles, type Files } from './files.js';
import { FolderLock } from './folder-lock.js';
import { FolderRun, type FinalReports, type FolderBeginning } from './folder-run.js';
import { journalLine, type FileLengths, type JournalContents } from './journal.js';
import { takePlaces, type OpenedFolder, type TakenPlaces } from './opened-folder.js';
import { growingPaths, isOwnName, resultsName } from './output-paths.js';
import { checkCommitted, checkPlaces, committedLines } from './output-places.js';
import { rejectLines } from './reject-lines.js';
import { findRejectsPlace, refuseRejectsPlace, type RejectsPlace } from './rejects-place.js';
import { resultLines, resultsHeader, type ResultLineOptions } from './result-lines.js';
import { StreamedRun } from './streamed-run.js';

export interface RunOutputOptions extends ResultLineOptions {
  /** A folder, or `-` for results on standard output and no other file. */
  readonly out: string;
  /** Where rejects go; null: `rejects.jsonl` in the folder, nowhere with `-`. */
  readonly rejectsFile: string | null;
  /** With `-`: whether rejects are added to what their file holds, not only where that is nothing. */
  readonly appendRejects?: boolean;
  /** Whether there is a `trace.json` in the folder. */
  readonly trace: boolean;
}

/** How an output that is there already is opened. */
export interface OpenOutputOptions {
  /** Take the folder although another host says that it holds it. */
  readonly breakLock?: boolean;
  /** It will be begun anew, so that a journal that cannot be understood does not matter. */
  readonly restart?: boolean;
  /** What the run reads, none of which may be written over; `-` is standard input. */
  readonly inputs?: readonly string[];
  /** Where rejects go if their file is found to be this process's standard error. */
  readonly stderr?: Writable;
  readonly files?: Files;
}

/**
 * The files of one run. Opened, it says what an earlier run left; then it is begun, anew or from one of that run's
 * commits, and written to. What was committed is never lost again: not by a kill, not by a failing disk.
 */
export class RunOutput {
  /** What an earlier run left, until this one begins; null: nothing, or there is no folder. */
  prior: JournalContents | null;
  readonly #options: RunOutputOptions;
  readonly #files: Files;
  /** Null: results go to standard output. */
  readonly #folder: OpenedFolder | null;
  /** Keeps other runs off a rejects file that was named. */
  readonly #rejectsHold: TakenPlaces['rejectsHold'];
  readonly #streams: Streams;
  #run: FolderRun | StreamedRun | null = null;

  private constructor(
    options: RunOutputOptions,
    streams: Streams,
    { folder, rejectsHold }: TakenPlaces,
    files: Files,
  ) {
    this.#options = options;
    this.#streams = streams;
    this.#folder = folder;
    this.#rejectsHold = rejectsHold;
    this.#files = files;
    this.prior = folder?.prior ?? null;
  }

  /**
   * Takes the folder, and the rejects file if one is named, and looks what is there; nothing else is changed.
   *
   * @throws AiopsError `output_cannot_create`, `output_locked` where another run writes to one of them, `output_io`,
   * `usage` where files of the run would be one another's or an input's, `config` where there is a journal that
   * cannot be understood
   */
  static async open(
    options: RunOutputOptions,
    stdout: Writable,
    {
      breakLock = false,
      restart = false,
      inputs = [],
      stderr = process.stderr,
      files = nodeFiles,
    }: OpenOutputOptions = {},
  ): Promise<RunOutput> {
    const { out, format, rejectsFile } = options;
    const folder = out === '-' ? null : out;
    if (folder !== null) growingPaths(folder, format, rejectsFile); // whether they clash
    const others = rejectsFile === null ? [] : [rejectsFile];
    await refuseInputs(inputs, { folder, isOwn: isOwnName, others }, files);
    const rejectsPlace = rejectsFile === null ? 'file' : await findRejectsPlace(rejectsFile, files);
    if (rejectsFile !== null) refuseRejectsPlace(rejectsFile, rejectsPlace, out);
    const held = rejectsPlace === 'file' ? rejectsFile : null; // others may write to a device or a pipe as well
    const taken = await takePlaces(folder, held, { breakLock, restart, files });
    return new RunOutput(options, { stdout, stderr, rejectsPlace }, taken, files);
  }

  /** Whether there is a trace to write. */
  get keepsTrace(): boolean {
    return this.#folder !== null && this.#options.trace;
  }

  /** Whether rejects are kept anywhere. */
  get keepsRejects(): boolean {
    return this.#folder !== null || this.#options.rejectsFile !== null;
  }

  /** Whether there is a folder for the summary and the report. */
  get keepsReport(): boolean {
    return this.#folder !== null;
  }

  /** Where the results are; null: on standard output. */
  get resultsPath(): string | null {
    return this.#folder === null ? null : join(this.#folder.path, resultsName(this.#options.format));
  }

  /**
   * Looks whether it can be begun, or gone on with; nothing is changed. Beginning looks, too: this is for whoever
   * has much to do before.
   *
   * @throws AiopsError `config` where there are results or rejects that are not an earlier run's of this folder,
   * unless they may be replaced; `output_io` where somebody else wrote to a complete run's; `output_cannot_create`
   */
  async checkPlaces({ replace }: { readonly replace: boolean }): Promise<void> {
    if (this.#folder?.lock instanceof AiopsError) throw this.#folder.lock;
    const { rejectsPlace } = this.#streams;
    await checkPlaces(this.#options, this.prior, { replace, rejectsPlace, files: this.#files });
  }

  /**
   * Begins from nothing; what an earlier run left goes.
   *
   * @throws AiopsError as `checkPlaces` does; `output_io`; OutputClosed where nobody reads standard output any more
   */
  async beginAnew(facts: unknown, { replace }: { readonly replace: boolean }): Promise<void> {
    await this.checkPlaces({ replace });
    if (this.#folder === null) return this.#beginStreamed(replace);
    const earlier = this.prior === null ? [] : namesOf(this.prior);
    await this.#begin({
      lines: (run) => [run],
      ends: NOTHING,
      facts,
      earlier: this.prior === null && replace ? null : earlier,
    });
  }

  /**
   * Goes on after one of the earlier run's commits; what came later is undone. -1: after none of them, from
   * nothing, but still as the same run. Of those before it, the journal keeps what is `kept`.
   *
   * @throws AiopsError as `checkPlaces` does; `output_io` where a file lacks what was committed
   */
  async goOnFrom(index: number, facts: unknown, kept?: ReadonlySet<number>): Promise<void> {
    const { prior } = this;
    if (prior === null) throw new Error('there is no earlier run to go on with');
    await this.checkPlaces({ replace: false });
    const commits = prior.commits.filter((_, i) => i === index || (i < index && kept?.has(i) !== false));
    const resumed = journalLine({ type: 'resumed', times: prior.resumed + 1 });
    await this.#begin({
      lines: (run) => [run, ...commitLines(commits), resumed],
      ends: commits.at(-1) ?? NOTHING,
      facts,
      earlier: namesOf(prior),
    });
  }

  /**
   * Looks whether the earlier run's files still hold what it committed last.
   *
   * @throws AiopsError `output_io`, `config` where its rejects are in another file than is asked for
   */
  async checkCommitted(): Promise<void> {
    if (this.prior !== null) await checkCommitted(this.#options, this.prior, this.#files);
  }

  /** @throws AiopsError `output_io`; OutputClosed where nobody reads standard output any more */
  async writeRows(rows: readonly ResultRow[]): Promise<void> {
    const run = begun(this.#run);
    const results = run instanceof FolderRun ? run.growing.results : run.results;
    await results.write(resultLines(rows, this.#options));
  }

  /** Where they are kept. @throws AiopsError `output_io` */
  async writeRejects(rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0 || !this.keepsRejects) return;
    const run = begun(this.#run);
    const lines = rejectLines(rejects);
    await (run instanceof FolderRun ? run.growing.rejects.write(lines) : run.writeRejects(lines));
  }

  /** @throws AiopsError `output_io` */
  async writeTiming(line: string): Promise<void> {
    await this.#growing?.timings.write(line);
  }

  /** @throws AiopsError `output_io` */
  async writeTrace(text: string): Promise<void> {
    const run = begun(this.#run);
    if (run instanceof FolderRun) await run.writeTrace(text);
  }

  /** Of everything written so far, committed or not, in bytes. */
  get lengths(): FileLengths {
    return this.#growing?.lengths ?? NOTHING.lengths;
  }

  /**
   * Makes everything written so far sure; with results on standard output, only the rejects.
   *
   * @throws AiopsError `output_io`, also where another process moved or changed a file; the run can only be abandoned
   * then, and resumed from the commit before
   */
  async commit(state: unknown): Promise<void> {
    const run = begun(this.#run);
    await (run instanceof FolderRun ? run.growing.commit(state) : run.sync());
  }

  /** Committed lines without a header; those of the earlier run until this one begins. @throws AiopsError `output_io` */
  async *committed(kind: 'timings' | 'results'): AsyncGenerator<string> {
    const prior = committedLines(this.#options, this.prior, kind, this.#files);
    let headers = kind === 'results' && resultsHeader(this.#options.format) !== '' ? 1 : 0;
    for await (const line of this.#growing?.committedLines(kind) ?? prior) if (headers-- <= 0) yield line;
  }

  /**
   * Writes the reports, then the journal's last word, and ends. Everything must have been committed.
   *
   * @throws AiopsError `output_cannot_create`, `output_io`; what was committed is still there. OutputClosed where
   * nobody reads standard output any more
   */
  async complete(reports: FinalReports, completion: unknown): Promise<void> {
    const run = begun(this.#run);
    await (run instanceof FolderRun ? run.complete(reports, completion) : run.settle());
    await this.#letGo();
  }

  /** Ends a run that stops or failed; what was committed stays, a folder that nothing came into goes. Never throws. */
  async abandon(): Promise<void> {
    await this.#letGo();
    if (this.#folder?.isMade !== true || this.#run !== null) return;
    await removeMade(this.#folder.path, this.#files).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abandon();
  }

  get #growing(): CommittedFiles | null {
    return this.#run instanceof FolderRun ? this.#run.growing : null;
  }

  async #letGo(): Promise<void> {
    await this.#run?.letGo();
    if (this.#folder?.lock instanceof FolderLock) await this.#folder.lock.release();
    await this.#rejectsHold?.release();
  }

  async #beginStreamed(replace: boolean): Promise<void> {
    const { rejectsFile, format } = this.#options;
    const { stdout, stderr, rejectsPlace } = this.#streams;
    const rejects = rejectsFile === null ? null : { path: rejectsFile, place: rejectsPlace };
    this.#run = await StreamedRun.begin({ stdout, stderr, rejects, replace, files: this.#files });
    await this.#run.results.write(resultsHeader(format));
  }

  async #begin(beginning: FolderBeginning): Promise<void> {
    this.#run = await FolderRun.begin(this.#options, beginning, this.#files);
    this.prior = null; // which may be large
  }
}

/** Removes the folder that a path leads to. */
async function removeMade(path: string, files: Files): Promise<void> {
  await files.removeFolder(await files.realPath(path));
}

/** What the process has open, and which of it rejects go to. */
interface Streams {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly rejectsPlace: RejectsPlace;
}

/** Guards against lines that would go nowhere. */
function begun<T>(sink: T | null): T {
  if (sink === null) throw new Error('the output was not begun');
  return sink;
}
