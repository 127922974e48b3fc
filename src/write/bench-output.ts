import { join } from 'node:path';

import { FolderLock } from './folder-lock.js';
import { writeWhole } from './line-file.js';
import { makeFolder } from './make-folder.js';

/** The folder of a benchmark. What is measured is written as soon as it is known, so that a failure loses nothing. */
export class BenchOutput {
  readonly #folder: string;
  readonly #lock: FolderLock | null;

  private constructor(folder: string, lock: FolderLock | null) {
    this.#folder = folder;
    this.#lock = lock;
  }

  /** @throws AiopsError `output_cannot_create`, or `output_locked` where another run writes to the folder */
  static async open(folder: string): Promise<BenchOutput> {
    await makeFolder(folder);
    return new BenchOutput(folder, await FolderLock.take(folder));
  }

  /**
   * Replaces `bench.json`; what was there before stays until the new text is safely written.
   *
   * @throws AiopsError `output_cannot_create`, `output_io`
   */
  async writeSummary(json: string): Promise<void> {
    await writeWhole(this.path, json);
  }

  /** Of the summary. */
  get path(): string {
    return join(this.#folder, 'bench.json');
  }

  async release(): Promise<void> {
    await this.#lock?.release();
  }
}
