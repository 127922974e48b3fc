import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';

import { AiopsError } from '../core/errors.js';
import type { Reject, ResultRow } from '../core/types.js';
import { commitLines, CommittedFiles, NOTHING } from './committed-files.js';
import { namesOf, refuseInputs, replacedNames } from './earlier-run.js';
import { nodeFiles, type Files } from './files.js';
import { FolderLock } from './folder-lock.js';
import { JOURNAL_FORMAT, journalLine, type FileLengths, type JournalContents } from './journal.js';
import { LineFile, removeEarlier, writeWhole } from './line-file.js';
import { takePlaces, type OpenedFolder, type TakenPlaces } from './opened-folder.js';
import { growingPaths, ownPaths, rejectsLabel, resultsName } from './output-paths.js';
import { checkCommitted, checkPlaces, committedLines } from './output-places.js';
import { rejectLines } from './reject-lines.js';
import { resultLines, resultsHeader, type ResultLineOptions } from './result-lines.js';
import { StreamSink } from './stream-sink.js';

export interface RunOutputOptions extends ResultLineOptions {
  /** A folder, or `-` for results on standard output and no other file. */
  readonly out: string;
  /** Where rejects go; null: `rejects.jsonl` in the folder, nowhere with `-`. */
  readonly rejectsFile: string | null;
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
  readonly files?: Files;
}

/** What is known at the end only. */
export interface FinalReports {
  /** The text of `timing.json`. */
  readonly summary: string;
  /** The text of `report.html`; null: there is none. */
  readonly page: string | null;
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
  readonly #stdout: Writable;
  #growing: CommittedFiles | null = null;
  #stream: StreamSink | null = null;
  /** Where rejects are kept beside results on standard output. */
  #rejectsFile: LineFile | null = null;
  #trace: LineFile | null = null;

  private constructor(
    options: RunOutputOptions,
    stdout: Writable,
    { folder, rejectsHold }: TakenPlaces,
    files: Files,
  ) {
    this.#options = options;
    this.#stdout = stdout;
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
    { breakLock = false, restart = false, inputs = [], files = nodeFiles }: OpenOutputOptions = {},
  ): Promise<RunOutput> {
    const { out, format, rejectsFile } = options;
    const folder = out === '-' ? null : out;
    if (folder !== null) growingPaths(folder, format, rejectsFile); // whether they clash
    await refuseInputs(inputs, ownPaths(folder, rejectsFile), files);
    const taken = await takePlaces(folder, rejectsFile, { breakLock, restart, files });
    return new RunOutput(options, stdout, taken, files);
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
    await checkPlaces(this.#options, this.prior, { replace, files: this.#files });
  }

  /**
   * Begins from nothing; what an earlier run left goes.
   *
   * @throws AiopsError as `checkPlaces` does; `output_io`; OutputClosed where nobody reads standard output any more
   */
  async beginAnew(facts: unknown, { replace }: { readonly replace: boolean }): Promise<void> {
    await this.checkPlaces({ replace });
    if (this.#folder === null) return this.#beginStream();
    const earlier = this.prior === null ? [] : namesOf(this.prior);
    await this.#begin({
      lines: (run) => [run],
      lengths: NOTHING,
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
      lengths: commits.at(-1)?.lengths ?? NOTHING,
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
    await begun(this.#growing?.results ?? this.#stream).write(resultLines(rows, this.#options));
  }

  /** Where they are kept. @throws AiopsError `output_io` */
  async writeRejects(rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0) return;
    await (this.#growing?.rejects ?? this.#rejectsFile)?.write(rejectLines(rejects));
  }

  /** @throws AiopsError `output_io` */
  async writeTiming(line: string): Promise<void> {
    await this.#growing?.timings.write(line);
  }

  /** @throws AiopsError `output_io` */
  async writeTrace(text: string): Promise<void> {
    if (this.keepsTrace) await begun(this.#trace).write(text);
  }

  /** Of everything written so far, committed or not, in bytes. */
  get lengths(): FileLengths {
    return this.#growing?.lengths ?? NOTHING;
  }

  /**
   * Makes everything written so far sure. Nothing on standard output can be, so there it does nothing.
   *
   * @throws AiopsError `output_io`, also where the folder was deleted or moved meanwhile; the run can only be
   * abandoned then, and gone on with from the commit before
   */
  async commit(state: unknown): Promise<void> {
    await this.#growing?.commit(state);
  }

  /**
   * The committed lines of a file without the header of results; until this run begins, those of the earlier one.
   * @throws AiopsError `output_io`
   */
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
  async complete({ summary, page }: FinalReports, completion: unknown): Promise<void> {
    if (this.#growing !== null && this.#folder !== null) {
      const { lengths, committed } = this.#growing;
      if (!isDeepStrictEqual(lengths, committed)) throw new Error('what was written last is not committed');
      await this.#growing.sync();
      await writeWhole(join(this.#folder.path, 'timing.json'), summary, this.#files);
      const pagePath = join(this.#folder.path, 'report.html');
      await (page === null ? removeEarlier(pagePath, this.#files) : writeWhole(pagePath, page, this.#files));
      await this.#trace?.settle();
      await this.#trace?.publish();
      await this.#growing.complete(completion);
    }
    await this.#stream?.settle();
    await this.#rejectsFile?.settle();
    await this.#rejectsFile?.publish();
    await this.#letGo();
  }

  /** Ends a run that stops or failed; what was committed stays, a folder that nothing came into goes. Never throws. */
  async abandon(): Promise<void> {
    await this.#trace?.abandon();
    await this.#rejectsFile?.abandon();
    await this.#letGo();
    if (this.#folder?.isMade !== true || this.#growing !== null) return;
    await this.#files.removeFolder(this.#folder.path).catch(() => undefined);
  }

  async #letGo(): Promise<void> {
    await this.#growing?.letGo();
    if (this.#folder?.lock instanceof FolderLock) await this.#folder.lock.release();
    await this.#rejectsHold?.release();
  }

  async #beginStream(): Promise<void> {
    const { rejectsFile, format } = this.#options;
    this.#stream = new StreamSink(this.#stdout);
    if (rejectsFile !== null) this.#rejectsFile = await LineFile.create(rejectsFile, this.#files);
    await this.#stream.write(resultsHeader(format));
  }

  async #begin({ lines, lengths, facts, earlier }: FolderBeginning): Promise<void> {
    const { out: folder, format, rejectsFile } = this.#options;
    const paths = growingPaths(folder, format, rejectsFile);
    const own = { results: resultsName(format), rejects: rejectsLabel(folder, paths.rejects) };
    const replaced = replacedNames(Object.values(own), earlier);
    const run = journalLine({ type: 'run', format: JOURNAL_FORMAT, ...own, replaced, facts });
    const beginning = { folder, paths, journal: lines(run), lengths, remove: replaced };
    this.#growing = await CommittedFiles.begin(beginning, this.#files);
    this.prior = null; // which may be large
    if (this.keepsTrace) this.#trace = await LineFile.create(join(folder, 'trace.json'), this.#files);
    if (lengths.results === 0) await this.#growing.results.write(resultsHeader(format));
  }
}

/** Guards against lines that would go nowhere. */
function begun<T>(sink: T | null): T {
  if (sink === null) throw new Error('the output was not begun');
  return sink;
}

interface FolderBeginning {
  /** The journal's lines, the first of which is given. */
  readonly lines: (run: string) => string[];
  readonly lengths: FileLengths;
  readonly facts: unknown;
  /** Files of earlier runs; null: whatever there is. */
  readonly earlier: readonly string[] | null;
}
