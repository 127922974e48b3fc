import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { isErrno, nodeFiles, type Files } from './files.js';
import { cannotRead } from './output-errors.js';
import { JOURNAL_NAME } from './output-paths.js';
import { readLines } from './read-back.js';

/** Raised whenever the journal's lines change their meaning. */
export const JOURNAL_FORMAT = 2;

/** How long each file is, in bytes. */
export interface FileLengths {
  readonly results: number;
  readonly rejects: number;
  readonly timings: number;
}

/** Sums of the last bytes before each of these lengths (`BufferedFile.tailSum`). */
export type FileTails = Readonly<Record<keyof FileLengths, string>>;

/** How much of each file counts, and by what to recognize its end. */
export interface CommittedEnds {
  readonly lengths: FileLengths;
  readonly tails: FileTails;
}

/** What is sure from here on: that much of each file, and how far the run was. */
export interface Commit extends CommittedEnds {
  readonly state: unknown;
}

/** What a journal says; `facts`, states and `completion` are whatever the run put in. */
export interface JournalContents {
  readonly facts: unknown;
  /** Name of the results' file in the folder. */
  readonly results: string;
  /** `rejects.jsonl` for the one in the folder, otherwise where it is. */
  readonly rejects: string;
  /** Names in the folder that an earlier run left and this one has no use for. */
  readonly replaced: readonly string[];
  readonly commits: readonly Commit[];
  /** Null: the run is not complete. */
  readonly completion: unknown;
  /** How many times the run was gone on with. */
  readonly resumed: number;
}

export type JournalEntry =
  | {
      readonly type: 'run';
      readonly format: number;
      readonly results: string;
      readonly rejects: string;
      readonly replaced: readonly string[];
      readonly facts: unknown;
    }
  | ({ readonly type: 'commit' } & Commit)
  | { readonly type: 'resumed'; readonly times: number }
  | { readonly type: 'complete'; readonly completion: unknown };

/** No line of ours comes near it; a file of another kind may have no line ends at all. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Where a folder's journal is. */
export function journalPath(folder: string): string {
  return join(folder, JOURNAL_NAME);
}

/** A line with its checksum and its end. */
export function journalLine(entry: JournalEntry): string {
  const text = JSON.stringify(entry).slice(0, -1);
  return `${text},"sum":"${checksum(text)}"}\n`;
}

/** Of the text of a line that comes before it: the first 16 hexadecimal digits of its SHA-256. */
function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * Reads a folder's journal, without taking its lock and without changing anything. A damaged or torn line ends
 * the reading: what comes before it counts, nothing after.
 *
 * @returns null where there is none
 * @throws AiopsError `config` where its first line cannot be understood, `output_io`
 */
export async function readJournal(folder: string, files: Files = nodeFiles): Promise<JournalContents | null> {
  const path = journalPath(folder);
  let contents: Contents | null = null;
  try {
    for await (const line of readLines(files, path, { maxLineBytes: MAX_LINE_BYTES })) {
      if (contents === null) {
        contents = begun(parse(line), path);
      } else if (!add(contents, parse(line))) {
        break;
      }
    }
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return null;
    throw cannotRead(path, cause);
  }
  if (contents === null) throw notOurs(path, 'its first line is damaged');
  return contents;
}

interface Contents extends JournalContents {
  commits: Commit[];
  completion: unknown;
  resumed: number;
}

function begun(entry: JournalEntry | null, path: string): Contents {
  if (entry?.type !== 'run') throw notOurs(path, 'its first line is damaged');
  if (entry.format !== JOURNAL_FORMAT) {
    throw notOurs(path, `it has format ${entry.format}, this program knows format ${JOURNAL_FORMAT}`);
  }
  const { facts, results, rejects, replaced } = entry;
  return { facts, results, rejects, replaced, commits: [], completion: null, resumed: 0 };
}

/** False: the line is not one that can come here. */
function add(contents: Contents, entry: JournalEntry | null): boolean {
  if (contents.completion !== null) return false;
  switch (entry?.type) {
    case 'commit':
      contents.commits.push({ lengths: entry.lengths, tails: entry.tails, state: entry.state });
      return true;
    case 'resumed':
      contents.resumed = entry.times;
      return true;
    case 'complete':
      contents.completion = entry.completion;
      return true;
    case 'run':
    case undefined:
      return false;
  }
}

function notOurs(path: string, reason: string): AiopsError {
  return new AiopsError('config', `cannot go on from ${path}: ${reason}`, {
    hint: 'begin anew with --restart, or choose another folder with --out',
  });
}

const LINE = /^(.*),"sum":"([0-9a-f]{16})"\}$/s;

/** Null: damaged, or of no kind that is known here. */
function parse(line: string): JournalEntry | null {
  const [, text, sum] = LINE.exec(line) ?? [];
  if (text === undefined || sum !== checksum(text)) return null;
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(`${text}}`) as Record<string, unknown>;
  } catch {
    return null;
  }
  return isEntry(value) ? value : null;
}

function isEntry(value: Record<string, unknown>): value is JournalEntry & Record<string, unknown> {
  switch (value['type']) {
    case 'run':
      // A journal of another format need not have what ours has.
      return (
        typeof value['format'] === 'number' &&
        (value['format'] !== JOURNAL_FORMAT ||
          (typeof value['results'] === 'string' &&
            typeof value['rejects'] === 'string' &&
            Array.isArray(value['replaced'])))
      );
    case 'commit':
      return isLengths(value['lengths']) && isTails(value['tails']);
    case 'resumed':
      return isCount(value['times']);
    case 'complete':
      return value['completion'] !== undefined && value['completion'] !== null;
    default:
      return false;
  }
}

function isLengths(value: unknown): value is FileLengths {
  if (typeof value !== 'object' || value === null) return false;
  const { results, rejects, timings } = value as Record<string, unknown>;
  return isCount(results) && isCount(rejects) && isCount(timings);
}

function isTails(value: unknown): value is FileTails {
  if (typeof value !== 'object' || value === null) return false;
  const { results, rejects, timings } = value as Record<string, unknown>;
  return [results, rejects, timings].every((sum) => typeof sum === 'string');
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
