import { AiopsError } from '../core/errors.js';
import { NotPlainFile, type FileEntry, type Files } from './files.js';
import type { FileLengths } from './journal.js';
import { cannotRead } from './output-errors.js';
import type { GrowingPaths } from './output-paths.js';

/** The files of a run that grow, as a journal counts them. */
export const KINDS = ['results', 'rejects', 'timings'] as const;

/** A file of a run beside what was committed of it. */
export interface FoundFile {
  readonly path: string;
  readonly committedBytes: number;
  /** Null: it is not there. */
  readonly sizeBytes: number | null;
}

/** @throws AiopsError `output_io`, also where something other than a file is there */
export async function foundFiles(
  paths: GrowingPaths,
  lengths: FileLengths,
  files: Files,
): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const kind of KINDS) {
    const path = paths[kind];
    const entry = await entryOf(path, files);
    if (entry !== null && entry.kind !== 'file') throw cannotRead(path, new NotPlainFile());
    found.push({ path, committedBytes: lengths[kind], sizeBytes: entry?.sizeBytes ?? null });
  }
  return found;
}

/** Whether it lacks some of what was committed. */
export function isShort({ committedBytes, sizeBytes }: FoundFile): boolean {
  return (sizeBytes ?? 0) < committedBytes;
}

/** @throws AiopsError `output_io` where a file is shorter than what was committed of it */
export async function checkLengths(paths: GrowingPaths, lengths: FileLengths, files: Files): Promise<void> {
  const short = (await foundFiles(paths, lengths, files)).find(isShort);
  if (short === undefined) return;
  const { path, committedBytes, sizeBytes } = short;
  const found = sizeBytes === null ? 'it is not there' : `it has ${sizeBytes}`;
  throw new AiopsError(
    'output_io',
    `cannot go on with ${path}: ${committedBytes} bytes of it were committed, ${found}`,
    { hint: 'bring the file back as it was, or begin anew with --restart' },
  );
}

/**
 * Keeps from being cut what somebody else wrote to the files of a complete run, which has no uncommitted end.
 *
 * @throws AiopsError `output_io`
 */
export async function refuseLonger(paths: GrowingPaths, lengths: FileLengths, files: Files): Promise<void> {
  const all = await foundFiles(paths, lengths, files);
  const longer = all.find(({ committedBytes, sizeBytes }) => (sizeBytes ?? 0) > committedBytes);
  if (longer === undefined) return;
  const { path, committedBytes, sizeBytes } = longer;
  throw new AiopsError(
    'output_io',
    `cannot go on with ${path}: it had ${committedBytes} bytes when the run was complete, now it has ${sizeBytes}`,
    {
      hint: 'bring the file back as it was, or begin anew with --restart; with another --rejects if that is what it is',
    },
  );
}

/** @throws AiopsError `output_io` */
export async function entryOf(path: string, files: Files): Promise<FileEntry | null> {
  try {
    return await files.entry(path);
  } catch (cause) {
    throw cannotRead(path, cause);
  }
}
