import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

import { AiopsError } from '../core/errors.js';
import type { Reject, ResultRow } from '../core/types.js';
import { LineFile, partialPath, replaceFile, type LineSink } from './line-file.js';
import { rejectLines } from './reject-lines.js';
import { resultLines, resultsHeader, type ResultLineOptions } from './result-lines.js';
import { StreamSink } from './stream-sink.js';

export interface RunOutputOptions extends ResultLineOptions {
  /** A folder, or `-` for results on standard output and no other file. */
  readonly out: string;
  /** Where rejects go; null: `rejects.jsonl` in the folder, nowhere with `-`. */
  readonly rejectsFile: string | null;
}

/** The files of one run. They are all opened before the first minute, so that a place that cannot be written shows at once. */
export class RunOutput {
  readonly #options: RunOutputOptions;
  readonly #results: LineSink;
  readonly #rejects: LineSink | null;
  readonly #timings: LineSink | null;

  private constructor(
    options: RunOutputOptions,
    sinks: { results: LineSink; rejects: LineSink | null; timings: LineSink | null },
  ) {
    this.#options = options;
    this.#results = sinks.results;
    this.#rejects = sinks.rejects;
    this.#timings = sinks.timings;
  }

  /** @throws AiopsError `output_cannot_create` */
  static async open(options: RunOutputOptions, stdout: Writable): Promise<RunOutput> {
    const opened: LineSink[] = [];
    const create = async (path: string): Promise<LineSink> => {
      const file = await LineFile.create(path);
      opened.push(file);
      return file;
    };
    try {
      const folder = options.out === '-' ? null : options.out;
      if (folder !== null) await makeFolder(folder);
      const rejectsPath = options.rejectsFile ?? (folder === null ? null : join(folder, 'rejects.jsonl'));
      const sinks = {
        results: folder === null ? new StreamSink(stdout) : await create(resultsPath(folder, options)),
        rejects: rejectsPath === null ? null : await create(rejectsPath),
        timings: folder === null ? null : await create(join(folder, 'timing.jsonl')),
      };
      return new RunOutput(options, sinks);
    } catch (error) {
      await Promise.all(opened.map((sink) => sink.abandon()));
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

  /** Where the results are while the run is under way, and after one that did not finish; null on standard output. */
  get unfinishedResults(): string | null {
    return this.#options.out === '-' ? null : partialPath(resultsPath(this.#options.out, this.#options));
  }

  /** Gives all files their names; `summary` becomes `timing.json`. */
  async finish(summary: string): Promise<void> {
    await this.#results.finish();
    await this.#rejects?.finish();
    await this.#timings?.finish();
    if (this.#options.out !== '-') await replaceFile(join(this.#options.out, 'timing.json'), summary);
  }

  /** Leaves what was written under the partial names. */
  async abandon(): Promise<void> {
    await this.#results.abandon();
    await this.#rejects?.abandon();
    await this.#timings?.abandon();
  }
}

function resultsPath(folder: string, options: RunOutputOptions): string {
  return join(folder, `results.${options.format}`);
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    const exists = await stat(path).catch(() => null);
    const reason =
      exists !== null && !exists.isDirectory() ? 'a file of that name exists' : (cause as Error).message;
    throw new AiopsError('output_cannot_create', `cannot create the output folder ${path}: ${reason}`, {
      hint: 'choose another folder with --out DIR, or --out - for standard output',
      cause,
    });
  }
}
