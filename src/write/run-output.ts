import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

import type { Reject, ResultRow } from '../core/types.js';
import { FolderLock } from './folder-lock.js';
import { LineFile, partialPath, removeEarlier, type LineSink } from './line-file.js';
import { makeFolder } from './make-folder.js';
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

/** What is known at the end only. */
export interface FinalReports {
  /** The text of `timing.json`. */
  readonly summary: string;
  /** The text of `report.html`; null: there is none, and an earlier run's goes. */
  readonly page: string | null;
}

/** The files of one run. They are all opened before the first minute, so that a place that cannot be written shows at once. */
export class RunOutput {
  readonly #options: RunOutputOptions;
  readonly #results: LineSink;
  readonly #rejects: LineSink | null;
  readonly #timings: LineSink | null;
  readonly #trace: LineSink | null;
  readonly #summary: LineSink | null;
  readonly #page: LineSink | null;
  readonly #lock: FolderLock | null;

  private constructor(options: RunOutputOptions, lock: FolderLock | null, sinks: Sinks) {
    this.#options = options;
    this.#lock = lock;
    this.#results = sinks.results;
    this.#rejects = sinks.rejects;
    this.#timings = sinks.timings;
    this.#trace = sinks.trace;
    this.#summary = sinks.summary;
    this.#page = sinks.page;
  }

  /** @throws AiopsError `output_cannot_create`, or `output_locked` where another run writes to the folder */
  static async open(options: RunOutputOptions, stdout: Writable): Promise<RunOutput> {
    const opened: LineSink[] = [];
    let lock: FolderLock | null = null;
    const create = async (path: string): Promise<LineSink> => {
      const file = await LineFile.create(path);
      opened.push(file);
      return file;
    };
    try {
      const folder = options.out === '-' ? null : options.out;
      if (folder !== null) {
        await makeFolder(folder);
        lock = await FolderLock.take(folder);
      }
      const rejectsPath = options.rejectsFile ?? (folder === null ? null : join(folder, 'rejects.jsonl'));
      const sinks = {
        results: folder === null ? new StreamSink(stdout) : await create(resultsPath(folder, options)),
        rejects: rejectsPath === null ? null : await create(rejectsPath),
        timings: folder === null ? null : await create(join(folder, 'timing.jsonl')),
        trace: folder === null || !options.trace ? null : await create(join(folder, 'trace.json')),
        summary: folder === null ? null : await create(join(folder, 'timing.json')),
        page: folder === null ? null : await create(pagePath(folder)),
      };
      return new RunOutput(options, lock, sinks);
    } catch (error) {
      await Promise.all(opened.map((sink) => sink.abandon()));
      await lock?.release();
      throw error;
    }
  }

  /** What stands first in the results; call once, before any rows. */
  async writeHeader(): Promise<void> {
    await this.#results.write(resultsHeader(this.#options.format));
  }

  async writeRows(rows: readonly ResultRow[]): Promise<void> {
    await this.#results.write(resultLines(rows, this.#options));
  }

  async writeRejects(rejects: readonly Reject[]): Promise<void> {
    if (rejects.length > 0) await this.#rejects?.write(rejectLines(rejects));
  }

  async writeTiming(line: string): Promise<void> {
    await this.#timings?.write(line);
  }

  async writeTrace(text: string): Promise<void> {
    await this.#trace?.write(text);
  }

  /** Whether there is a trace to write. */
  get keepsTrace(): boolean {
    return this.#trace !== null;
  }

  /** Whether rejects are kept anywhere. */
  get keepsRejects(): boolean {
    return this.#rejects !== null;
  }

  /** Results of an earlier run in the other format, which this run does not replace; null if there are none. */
  async staleResults(): Promise<string | null> {
    const { out, format } = this.#options;
    if (out === '-') return null;
    const other = resultsPath(out, { format: format === 'csv' ? 'jsonl' : 'csv' });
    return (await stat(other).catch(() => null)) === null ? null : other;
  }

  /** Whether there is a folder for the summary and the report. */
  get keepsReport(): boolean {
    return this.#page !== null;
  }

  /** Gives all files their names, once everything is safely written. */
  async finish(reports: FinalReports): Promise<void> {
    await this.#summary?.write(reports.summary);
    if (reports.page !== null) await this.#page?.write(reports.page);
    const sinks = this.#sinks().filter((sink) => sink !== this.#page || reports.page !== null);
    for (const sink of sinks) await sink.settle();
    for (const sink of sinks) await sink.publish();
    if (reports.page === null && this.#page !== null) {
      await this.#page.abandon();
      await removeEarlier(pagePath(this.#options.out));
    }
    await this.#lock?.release();
  }

  /**
   * Ends a run that was interrupted: what it did stays under the partial names.
   * Returns where the results are; null where there are none, or where they went to standard output.
   *
   * @throws AiopsError `output_io`
   */
  async suspend(): Promise<string | null> {
    for (const sink of this.#sinks()) await sink.flush();
    await this.abandon();
    if (this.#options.out === '-') return null;
    const path = partialPath(resultsPath(this.#options.out, this.#options));
    return (await stat(path).catch(() => null)) === null ? null : path;
  }

  /** Ends a run that failed, with what it wrote under the partial names; never throws. */
  async abandon(): Promise<void> {
    for (const sink of this.#sinks()) await sink.abandon();
    await this.#lock?.release();
  }

  #sinks(): LineSink[] {
    const reports = [this.#trace, this.#summary, this.#page];
    return [this.#results, this.#rejects, this.#timings, ...reports].filter((sink) => sink !== null);
  }
}

interface Sinks {
  readonly results: LineSink;
  readonly rejects: LineSink | null;
  readonly timings: LineSink | null;
  readonly trace: LineSink | null;
  readonly summary: LineSink | null;
  readonly page: LineSink | null;
}

function pagePath(folder: string): string {
  return join(folder, 'report.html');
}

function resultsPath(folder: string, { format }: Pick<RunOutputOptions, 'format'>): string {
  return join(folder, `results.${format}`);
}
