import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { AtomicFile, writeOrRemove } from './durable-files.js';
import { nodeFiles, type Files } from './files.js';
import { makeLocked, type FolderLock } from './folder-lock.js';
import { cannotRead } from './output-errors.js';
import { isOwnName, REPLAY_NAMES } from './output-paths.js';
import { refuseInputs } from './preflight.js';

/** The figures of a benchmark. */
export const BENCH_FILE = 'bench.json';
const PAGE = 'report.html';
const TRACE = 'trace.json';

/** The figures of a scenario. */
export function scenarioFile(scenario: string): string {
  return `scenario-${scenario}.json`;
}

export interface BenchOutputOptions {
  readonly trace: boolean;
  /** What the run reads and must not overwrite; `-` is standard input. */
  readonly inputs?: readonly string[];
  readonly files?: Files;
}

/** The folder of a benchmark. Figures are written as soon as they are known, so that a failure loses none. */
export class BenchOutput {
  readonly #folder: string;
  readonly #files: Files;
  readonly #lock: FolderLock;
  readonly #trace: AtomicFile | null;

  private constructor(folder: string, files: Files, lock: FolderLock, trace: AtomicFile | null) {
    this.#folder = folder;
    this.#files = files;
    this.#lock = lock;
    this.#trace = trace;
  }

  /**
   * @throws AiopsError `output_cannot_create`; `output_locked` if another run writes to the folder; `config` if it
   * holds files that no benchmark wrote; `usage` if an input would be overwritten
   */
  static async open(
    folder: string,
    { trace, inputs = [], files = nodeFiles }: BenchOutputOptions,
  ): Promise<BenchOutput> {
    await refuseInputs(inputs, { folder, isOwn: isBenchFile, others: [] }, files);
    const { lock } = await makeLocked(folder, { files });
    try {
      await refuseOthers(folder, files);
      const traceFile = trace ? await AtomicFile.create(join(folder, TRACE), files) : null;
      return new BenchOutput(folder, files, lock, traceFile);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /**
   * Replaces one of the folder's reports in one step. Null: this run has none, and the one of a previous run is
   * removed, since it does not match the other files.
   *
   * @throws AiopsError `output_cannot_create`, `output_io`
   */
  async writeReport(name: string, text: string | null): Promise<void> {
    await writeOrRemove(this.pathOf(name), text, this.#files);
  }

  pathOf(name: string): string {
    return join(this.#folder, name);
  }

  get keepsTrace(): boolean {
    return this.#trace !== null;
  }

  /** @throws AiopsError `output_io` */
  async writeTrace(text: string): Promise<void> {
    await this.#trace?.write(text);
  }

  /** Gives the trace its name once it is whole. @throws AiopsError `output_io` */
  async publishTrace(): Promise<void> {
    await this.#trace?.publish();
  }

  /** Releases the folder; an unpublished trace keeps its partial name. */
  async release(): Promise<void> {
    await this.#trace?.abandon();
    await this.#lock.release();
  }
}

/** Whether a benchmark writes to, replaces or removes a file with that name in its folder. */
function isBenchFile(name: string): boolean {
  return isOwnName(name, [BENCH_FILE, PAGE, TRACE]) || /^scenario-.*\.json(\.partial)?$/.test(name);
}

/**
 * Protects the files of a replay, and reports of unknown origin: a page without a benchmark's figures beside it.
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
    { hint: 'choose another folder with --out, an empty or a new one' },
  );
}
