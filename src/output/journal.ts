import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { METRICS_FILES, type MetricsFile } from '../core/metric-files.js';
import { anything, count, list, number, object, oneOf, text, type Shape } from '../core/shape.js';
import { program } from '../program/package-files.js';
import { sumOf } from './buffered-file.js';
import { isErrno, nodeFiles, type Files } from './files.js';
import { perFile, type PerFile } from './growing-files.js';
import { cannotRead } from './output-errors.js';
import { JOURNAL_NAME } from './output-paths.js';
import { readLines } from './read-back.js';

/** Raised whenever a run of the version before could not be resumed with the same results. */
export const JOURNAL_FORMAT = 6;

/** How much of each file is committed, and how to recognize its end. */
export interface CommittedEnds {
  /** In bytes. */
  readonly lengths: PerFile<number>;
  /** Checksums of the last bytes before each of these lengths (`BufferedFile.tailSum`). */
  readonly tails: PerFile<string>;
}

/** How much of each file is committed, and how far the run had come. */
export interface Commit extends CommittedEnds {
  readonly state: unknown;
}

/** What a journal says; the run decides what `facts`, states and `completion` are. */
export interface JournalContents {
  readonly facts: unknown;
  /** Name of the results file in the folder. */
  readonly results: string;
  /** `rejects.jsonl` for the one in the folder, otherwise its absolute path. */
  readonly rejects: string;
  /** Files of metrics in the folder. */
  readonly metrics: readonly MetricsFile[];
  /** Files in the folder that a previous run left and this one does not use. */
  readonly replaced: readonly string[];
  readonly commits: readonly Commit[];
  /** Null: the run is not complete. */
  readonly completion: unknown;
  /** How many times the run was resumed. */
  readonly resumed: number;
}

export type JournalEntry =
  | ({ readonly type: 'run'; readonly format: number } & Pick<
      JournalContents,
      'facts' | 'results' | 'rejects' | 'replaced'
    > & { readonly metrics?: JournalContents['metrics'] })
  | ({ readonly type: 'commit' } & Commit)
  | { readonly type: 'resumed'; readonly times: number }
  | { readonly type: 'complete'; readonly completion: unknown };

/** Far longer than any line of a journal; some other file may have no line ends at all. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Where a folder's journal is. */
export function journalPath(folder: string): string {
  return join(folder, JOURNAL_NAME);
}

/** A line with its checksum and line end. */
export function journalLine(entry: JournalEntry): string {
  const line = JSON.stringify(entry).slice(0, -1);
  return `${line},"sum":"${sumOf(line)}"}\n`;
}

/**
 * Reads a folder's journal, without locking it and without changing anything. Reading ends at a damaged or torn line:
 * what comes before it counts, nothing after.
 *
 * @returns null if there is none
 * @throws AiopsError `config` if its first line is damaged or another version wrote it, `output_io`
 */
export async function readJournal(folder: string, files: Files = nodeFiles): Promise<JournalContents | null> {
  const path = journalPath(folder);
  let contents: Contents | null = null;
  try {
    for await (const line of readLines(files, path, { maxLineBytes: MAX_LINE_BYTES })) {
      const value = verified(line);
      if (contents === null) contents = begun(value, path);
      else if (!add(contents, value)) break;
    }
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return null;
    throw cannotRead(path, cause);
  }
  if (contents === null) throw damaged(path);
  return contents;
}

const LINE = /^(.*),"sum":"([0-9a-f]{16})"\}$/s;

/** The JSON value of a line whose checksum is right; undefined: it is damaged. */
function verified(line: string): unknown {
  const [, json, sum] = LINE.exec(line) ?? [];
  if (json === undefined || sum !== sumOf(json)) return undefined;
  return parsed((): unknown => JSON.parse(`${json}}`));
}

interface Contents extends JournalContents {
  commits: Commit[];
  completion: unknown;
  resumed: number;
}

const runLine = object(
  { type: oneOf('run'), results: text, rejects: text, replaced: list(text), facts: anything },
  { metrics: list(oneOf(...METRICS_FILES)) },
);

function begun(value: unknown, path: string): Contents {
  refuseOtherFormat(value, path);
  const run = parsed(() => runLine(value));
  if (run === undefined) throw damaged(path);
  const { facts, results, rejects, metrics = [], replaced } = run;
  return { facts, results, rejects, metrics, replaced, commits: [], completion: null, resumed: 0 };
}

const anyFormat = object({ type: oneOf('run'), format: number }, { facts: anything });
const writerFacts = object({ program: object({ version: text }) });

/** Another version's journal may have anything else, so only its format is looked at. */
function refuseOtherFormat(value: unknown, path: string): void {
  const run = parsed(() => anyFormat(value));
  if (run === undefined || run.format === JOURNAL_FORMAT) return;
  const version = parsed(() => writerFacts(run.facts).program.version);
  const writer = `${program.name} ${version ?? 'of unknown version'}`;
  throw new AiopsError(
    'config',
    `${path} is from ${writer} (journal format ${run.format}), which this version, ` +
      `${program.name} ${program.version} (journal format ${JOURNAL_FORMAT}), cannot read`,
    { hint: ({ startOver }) => `finish the run with the version that began it, or ${startOver}` },
  );
}

/** Of a run with these files of metrics. */
function commitLine(metrics: readonly MetricsFile[]): Shape<Commit> {
  return object({ lengths: fileShape(metrics, count), tails: fileShape(metrics, text), state: anything });
}

/** Something of the same shape about each growing file. */
export function fileShape<T>(metrics: readonly MetricsFile[], of: Shape<T>): Shape<PerFile<T>> {
  return object(perFile(metrics, () => of));
}

const typedLine = object({ type: text }, { times: count, completion: anything });

/** False: the line is damaged or cannot follow the ones before. */
function add(contents: Contents, value: unknown): boolean {
  const line = parsed(() => typedLine(value));
  if (line === undefined || contents.completion !== null) return false;
  switch (line.type) {
    case 'commit': {
      const commit = parsed(() => commitLine(contents.metrics)(value));
      if (commit !== undefined) contents.commits.push(commit);
      return commit !== undefined;
    }
    case 'resumed':
      contents.resumed = line.times ?? contents.resumed;
      return line.times !== undefined;
    case 'complete':
      contents.completion = line.completion ?? null;
      return contents.completion !== null;
    default:
      return false;
  }
}

/** Undefined where a value does not have the expected shape. */
function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function damaged(path: string): AiopsError {
  return new AiopsError('config', `cannot resume from ${path}: its first line is damaged`, {
    hint: ({ startOver, anotherFolder }) => `${startOver}, or ${anotherFolder}`,
  });
}
