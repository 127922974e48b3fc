import { countText } from '../core/count-text.js';
import { AiopsError } from '../core/errors.js';
import { sumOf, TAIL_BYTES } from './buffered-file.js';
import { NotPlainFile, type FileEntry, type Files } from './files.js';
import {
  entriesOf,
  footerOf,
  metricsOf,
  ofKind,
  perFile,
  type GrowingKind,
  type PerFile,
} from './growing-files.js';
import type { CommittedEnds } from './journal.js';
import { cannotRead } from './output-errors.js';
import type { GrowingPaths } from './output-paths.js';
import { readTail } from './read-back.js';

/** The last committed bytes of each file. */
export type TailBytes = PerFile<Uint8Array>;

/** A file that is not as the run left it. */
export interface DamagedFile {
  readonly path: string;
  /** `short`: bytes are missing; `long`: longer than when the run was completed; `changed`: other bytes. */
  readonly problem: 'missing' | 'short' | 'long' | 'changed';
  readonly committedBytes: number;
  /** Null: it does not exist. */
  readonly sizeBytes: number | null;
}

/** What is wrong with a file, as a sentence. */
export function damageText({ path, problem, ...bytes }: DamagedFile): string {
  const [size, committed] = [countText(bytes.sizeBytes ?? 0), countText(bytes.committedBytes)];
  switch (problem) {
    case 'missing':
      return `${path} is missing: ${committed} bytes of it were committed`;
    case 'short':
      return `${path} has only ${size} of ${committed} committed bytes`;
    case 'long':
      return `${path} has ${size} bytes, but had ${committed} when it was completed: another program wrote to it`;
    case 'changed':
      return `another program changed the first ${committed} bytes of ${path}, which were committed`;
  }
}

export interface CheckOptions {
  /**
   * After the last commit, a complete run has footers and a complete part of a run has nothing: anything else there
   * counts as damage. An open run may have anything.
   */
  readonly state: 'open' | 'complete' | 'part';
  readonly files: Files;
}

/**
 * Finds the files that are not as the run left them, and reads the last committed bytes of the others.
 *
 * @throws AiopsError `output_io`, also for anything but a plain file
 */
export async function inspectFiles(
  paths: GrowingPaths,
  { lengths, tails }: CommittedEnds,
  { state, files }: CheckOptions,
): Promise<{ readonly damaged: readonly DamagedFile[]; readonly tails: TailBytes }> {
  const damaged: DamagedFile[] = [];
  const found = new Map<GrowingKind, Uint8Array>();
  for (const [kind, path] of entriesOf(paths)) {
    const footer = state === 'complete' ? Buffer.from(footerOf(kind)) : Buffer.alloc(0);
    const committedBytes = ofKind(lengths, kind);
    const wholeBytes = committedBytes + footer.length;
    const entry = await entryOf(path, files);
    if (entry !== null && entry.kind !== 'file') throw cannotRead(path, new NotPlainFile());
    const sizeBytes = entry?.sizeBytes ?? null;
    const isWhole = sizeBytes !== null && sizeBytes >= wholeBytes;
    const bytes = isWhole ? await tailBefore(path, wholeBytes, TAIL_BYTES + footer.length, files) : NO_BYTES;
    const tail = bytes.subarray(0, bytes.length - footer.length);
    found.set(kind, tail);
    const isChanged = sumOf(tail) !== ofKind(tails, kind) || !footer.equals(bytes.subarray(tail.length));
    const problem = problemOf({
      committedBytes: wholeBytes,
      sizeBytes,
      isComplete: state !== 'open',
      isChanged,
    });
    if (problem !== null) damaged.push({ path, problem, committedBytes: wholeBytes, sizeBytes });
  }
  return { damaged, tails: perFile(metricsOf(paths), (kind) => found.get(kind) ?? NO_BYTES) };
}

const NO_BYTES = new Uint8Array();

async function tailBefore(
  path: string,
  lengthBytes: number,
  tailBytes: number,
  files: Files,
): Promise<Uint8Array> {
  try {
    return await readTail(files, path, { lengthBytes, tailBytes });
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}

function problemOf({
  committedBytes,
  sizeBytes,
  isComplete,
  isChanged,
}: {
  readonly committedBytes: number;
  readonly sizeBytes: number | null;
  readonly isComplete: boolean;
  readonly isChanged: boolean;
}): DamagedFile['problem'] | null {
  if (sizeBytes === null) return committedBytes > 0 ? 'missing' : null;
  if (sizeBytes < committedBytes) return 'short';
  if (isChanged) return 'changed';
  return isComplete && sizeBytes > committedBytes ? 'long' : null;
}

/**
 * Checks that a run can resume after its last commit, and returns the last committed bytes of each file.
 *
 * @throws AiopsError `output_io` if a file is not as the run left it
 */
export async function checkFiles(
  paths: GrowingPaths,
  ends: CommittedEnds,
  options: CheckOptions,
): Promise<TailBytes> {
  const { damaged, tails } = await inspectFiles(paths, ends, options);
  const [first] = damaged;
  if (first === undefined) return tails;
  const others = damaged.length === 1 ? '' : ` (and ${damaged.length - 1} more: see aiops-serve status)`;
  const maybeOthers = first.problem === 'long' && first.path === paths.rejects;
  const isOthers = maybeOthers ? '; if it belongs to another run, choose another --rejects' : '';
  throw new AiopsError('output_io', `cannot continue: ${damageText(first)}${others}`, {
    hint: ({ startOver }) => `restore the file, or ${startOver}${isOthers}`,
  });
}

/** @throws AiopsError `output_io` */
export async function entryOf(path: string, files: Files): Promise<FileEntry | null> {
  try {
    return await files.entry(path);
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}
