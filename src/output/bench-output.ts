import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { refuseInputs } from './earlier-run.js';
import { nodeFiles, type Files } from './files.js';
import { FolderLock } from './folder-lock.js';
import { LineFile, removeEarlier, writeWhole } from './line-file.js';
import { makeFolder } from './make-folder.js';
import { cannotRead } from './output-errors.js';
import { isLockPartial, LOCK_NAME, REPLAY_NAMES } from './output-paths.js';

/** The figures of a benchmark, and its page. */
export const BENCH_FILE = 'bench.json';
const PAGE = 'report.html';
const TRACE = 'trace.json';

/** What a scenario measured. */
export function scenarioFile(scenario: string): string {
  return `scenario-${scenario}.json`;
}

export interface BenchOutputOptions {
  readonly trace: boolean;
  /** Take the folder although another host says that it holds it. */
  readonly breakLock?: boolean;
  /** What the run reads, none of which may be written over; `-` is standard input. */
  readonly inputs?: readonly string[];
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

  /**
   * @throws AiopsError `output_cannot_create`; `output_locked` where another run writes to the folder; `config` where it
   * holds what no benchmark wrote; `usage` where an input would be written over
   */
  static async open(
    folder: string,
    { trace, breakLock = false, inputs = [], files = nodeFiles }: BenchOutputOptions,
  ): Promise<BenchOutput> {
    await refuseInputs(inputs, { folder, isOwn: isOwnName, others: [] }, files);
    await makeFolder(folder, files);
    const lock = await FolderLock.take(folder, { breakLock, files });
    try {
      await refuseOthers(folder, files);
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

/** Whether a benchmark writes to, replaces or removes a file of that name in its folder. */
function isOwnName(name: string): boolean {
  if (isLockPartial(name)) return true;
  const whole = name.endsWith('.partial') ? name.slice(0, -'.partial'.length) : name;
  return [BENCH_FILE, PAGE, TRACE, LOCK_NAME].includes(whole) || /^scenario-.*\.json$/.test(whole);
}

/**
 * Keeps what a replay wrote, and reports of unknown origin: a page without the figures of a benchmark beside it.
 *
 * @throws AiopsError `config`
 */
async function refuseOthers(folder: string, files: Files): Promise<void> {
  const names = await files.list(folder).catch((cause: unknown) => {
    throw cannotRead(folder, cause);
  });
  const reports = names.includes(BENCH_FILE) ? [] : [PAGE, TRACE];
  const found = [...REPLAY_NAMES, ...reports].find((name) => names.includes(name));
  if (found === undefined) return;
  throw new AiopsError(
    'config',
    `${folder} holds ${found}, which is not from a benchmark: its report would be replaced`,
    {
      hint: 'choose another folder with --out, an empty or a new one',
    },
  );
}
