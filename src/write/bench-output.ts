import { join } from 'node:path';

import { nodeFiles, type Files } from './files.js';
import { FolderLock } from './folder-lock.js';
import { LineFile, removeEarlier, writeWhole } from './line-file.js';
import { makeFolder } from './make-folder.js';

export interface BenchOutputOptions {
  readonly trace: boolean;
  /** Take the folder although another host says that it holds it. */
  readonly breakLock?: boolean;
  readonly files?: Files;
}

/** The folder of a benchmark. What is measured is written as soon as it is known, so that a failure loses nothing. */
export class BenchOutput {
  readonly #folder: string;
  readonly #files: Files;
  readonly #lock: FolderLock;
  readonly #trace: LineFile | null;

  private constructor(folder: string, files: Files, lock: FolderLock, trace: LineFile | null) {
    this.#folder = folder;
    this.#files = files;
    this.#lock = lock;
    this.#trace = trace;
  }

  /** @throws AiopsError `output_cannot_create`, or `output_locked` where another run writes to the folder */
  static async open(
    folder: string,
    { trace, breakLock = false, files = nodeFiles }: BenchOutputOptions,
  ): Promise<BenchOutput> {
    await makeFolder(folder, files);
    const lock = await FolderLock.take(folder, { breakLock, files });
    try {
      const traceFile = trace ? await LineFile.create(join(folder, 'trace.json'), files) : null;
      return new BenchOutput(folder, files, lock, traceFile);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /**
   * Replaces one of the folder's reports; what was there before stays until the new text is safely written.
   * Null: this run has none, and an earlier run's goes, since it is not of what stands beside it.
   *
   * @throws AiopsError `output_cannot_create`, `output_io`
   */
  async writeReport(name: string, text: string | null): Promise<void> {
    const path = this.pathOf(name);
    await (text === null ? removeEarlier(path, this.#files) : writeWhole(path, text, this.#files));
  }

  pathOf(name: string): string {
    return join(this.#folder, name);
  }

  /** Whether there is a trace to write. */
  get keepsTrace(): boolean {
    return this.#trace !== null;
  }

  /** @throws AiopsError `output_io` */
  async writeTrace(text: string): Promise<void> {
    await this.#trace?.write(text);
  }

  /** Gives the trace its name, once it is whole. @throws AiopsError `output_io` */
  async publishTrace(): Promise<void> {
    await this.#trace?.settle();
    await this.#trace?.publish();
  }

  /** Ends it all; a trace that was not published stays under its partial name. */
  async release(): Promise<void> {
    await this.#trace?.abandon();
    await this.#lock.release();
  }
}
