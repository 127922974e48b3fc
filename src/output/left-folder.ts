import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { metricsFiles } from '../core/metric-files.js';
import { resultsHeader } from '../core/result-lines.js';
import { checkFiles, entryOf } from './check-committed.js';
import { linesWithin, nothingOf } from './committed-files.js';
import { nodeFiles, type Files } from './files.js';
import { headerOf } from './growing-files.js';
import { readJournal, type CommittedEnds, type JournalContents } from './journal.js';
import {
  growingPaths,
  pathsOf,
  PLAN_NAME,
  rejectsLabel,
  resultsName,
  type GrowingPaths,
} from './output-paths.js';
import { checkFolder, checkRejectsFile, refuseUnknownRejects, refuseUnknownResults } from './preflight.js';
import type { LeftOutput, RunOutputOptions } from './run-output.js';
import type { FileLine } from './read-back.js';

/** What a previous run left in a folder. Changes nothing. */
export class LeftFolder implements LeftOutput {
  readonly previous: JournalContents | null;
  readonly #options: RunOutputOptions;
  readonly #paths: GrowingPaths;
  readonly #files: Files;

  constructor(options: RunOutputOptions, previous: JournalContents | null, files: Files) {
    this.previous = previous;
    this.#options = options;
    this.#paths = growingPaths(options.out, options, options.rejectsFile);
    this.#files = files;
  }

  async preflight({ replace }: { readonly replace: boolean }): Promise<void> {
    if (!replace && this.previous === null) {
      await refuseUnknownResults(this.#options.out, this.#files);
      await refuseUnknownRejects(this.#paths.rejects, this.#files);
    } else if (!replace && this.previous !== null) {
      await this.#preflightPrevious(this.previous);
    }
    await checkRejectsFile(this.#paths.rejects, this.#files);
  }

  async #preflightPrevious(previous: JournalContents): Promise<void> {
    const hasOtherRejects = previous.rejects !== this.#rejectsLabel;
    if (await wroteNothing(this.#options.out, previous, this.#files)) {
      if (hasOtherRejects) await refuseUnknownRejects(this.#paths.rejects, this.#files);
      return;
    }
    this.#refuseOtherRejects(previous);
    if (previous.completion !== null) await this.#checkFiles(previous);
  }

  async isBare(): Promise<boolean> {
    const { out } = this.#options;
    if (this.previous === null || (await entryOf(join(out, PLAN_NAME), this.#files)) !== null) return false;
    return wroteNothing(out, this.previous, this.#files);
  }

  async checkCommitted(): Promise<void> {
    if (this.previous === null) return;
    this.#refuseOtherRejects(this.previous);
    await this.#checkFiles(this.previous);
  }

  async *committed(kind: 'timings' | 'results', containing?: string): AsyncGenerator<readonly FileLine[]> {
    if (this.previous === null) return;
    const { lengths } = this.#committedBy(this.previous);
    const within = { lengthBytes: lengths[kind], containing };
    const lines = linesWithin(this.#paths[kind], within, this.#files);
    yield* kind === 'results' ? withoutHeader(lines, this.#options) : lines;
  }

  /** A name may lead to another file from another working directory, so a run's rejects stay in the same file. */
  #refuseOtherRejects({ rejects }: JournalContents): void {
    const { out } = this.#options;
    const requested = this.#rejectsLabel;
    if (rejects === requested) return;
    throw new AiopsError('config', `the run in ${out} keeps its rejects in ${rejects}, not in ${requested}`, {
      hint: ({ anotherFolder, startOver }) =>
        `name that file with --rejects, ${anotherFolder}, or ${startOver}`,
    });
  }

  get #rejectsLabel(): string {
    return rejectsLabel(this.#options.out, this.#paths.rejects);
  }

  async #checkFiles(previous: JournalContents): Promise<void> {
    const state = previous.completion === null ? 'open' : 'complete';
    await checkFiles(this.#paths, this.#committedBy(previous), { state, files: this.#files });
  }

  #committedBy(previous: JournalContents): CommittedEnds {
    return previous.commits.at(-1) ?? nothingOf(metricsFiles(this.#options.metrics));
  }
}

const OF_WORTH = ['results', 'rejects', 'timings'] as const;

/**
 * Whether a run has no row and no reject, committed or not: every block with minutes leaves a line of timings, even if
 * no row of it is written.
 *
 * @throws AiopsError `output_io`
 */
export async function wroteNothing(
  folder: string,
  previous: JournalContents,
  files: Files,
): Promise<boolean> {
  const paths = pathsOf(folder, previous);
  const format = previous.results === resultsName('csv') ? 'csv' : 'jsonl';
  for (const kind of OF_WORTH) {
    const headerBytes = Buffer.byteLength(headerOf(kind, format));
    if (previous.commits.some(({ lengths }) => lengths[kind] > headerBytes)) return false;
    const entry = await entryOf(paths[kind], files);
    if (entry !== null && (entry.kind !== 'file' || entry.sizeBytes > headerBytes)) return false;
  }
  return true;
}

/** Lines of results, without the one that names the fields. */
export async function* withoutHeader(
  groups: AsyncIterable<readonly FileLine[]>,
  { format }: Pick<RunOutputOptions, 'format'>,
): AsyncGenerator<readonly FileLine[]> {
  const headers = resultsHeader(format) === '' ? 0 : 1;
  for await (const lines of groups)
    yield lines[0]?.number === 1 ? lines.filter(({ number }) => number > headers) : lines;
}

/**
 * Looks at the output of a run without locking it.
 *
 * @param restart an unreadable journal does not matter
 * @throws AiopsError `output_io`; `config` for a journal that this version cannot read
 */
export async function peekOutput(
  options: RunOutputOptions,
  { restart }: { readonly restart: boolean },
  files: Files = nodeFiles,
): Promise<LeftOutput> {
  if (options.out === '-') return NOTHING_LEFT;
  const preflight = (): Promise<void> => checkFolder(options.out, files);
  if ((await entryOf(options.out, files)) === null) return { ...NOTHING_LEFT, preflight };
  return new PeekedFolder(options, await previousIn(options.out, { restart, files }), files);
}

/** @throws AiopsError as `readJournal`; `config` only without `restart` */
export async function previousIn(
  path: string,
  { restart, files }: { readonly restart: boolean; readonly files: Files },
): Promise<JournalContents | null> {
  try {
    return await readJournal(path, files);
  } catch (error) {
    if (restart && error instanceof AiopsError && error.code === 'config') return null;
    throw error;
  }
}

/** A folder that no lock has shown to be writable. */
class PeekedFolder extends LeftFolder {
  readonly #check: () => Promise<void>;

  constructor(options: RunOutputOptions, previous: JournalContents | null, files: Files) {
    super(options, previous, files);
    this.#check = () => checkFolder(options.out, files);
  }

  override async preflight(options: { readonly replace: boolean }): Promise<void> {
    await this.#check();
    await super.preflight(options);
  }
}

const NOTHING_LEFT: LeftOutput = {
  previous: null,
  preflight: () => Promise.resolve(),
  isBare: () => Promise.resolve(false),
  checkCommitted: () => Promise.resolve(),
  async *committed() {
    // nothing
  },
};
