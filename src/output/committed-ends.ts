import { AiopsError } from '../core/errors.js';
import { sumOf, TAIL_BYTES } from './buffered-file.js';
import { NotPlainFile, type FileEntry, type Files } from './files.js';
import type { CommittedEnds } from './journal.js';
import { cannotRead } from './output-errors.js';
import type { GrowingPaths } from './output-paths.js';
import { readTail } from './read-tail.js';

/** The files of a run that grow, as a journal counts them. */
export const KINDS = ['results', 'rejects', 'timings'] as const;
type Kind = (typeof KINDS)[number];

/** The last committed bytes of each file. */
export type TailBytes = Readonly<Record<Kind, Uint8Array>>;

const NO_TAILS: TailBytes = {
  results: new Uint8Array(),
  rejects: new Uint8Array(),
  timings: new Uint8Array(),
};

/** A file that is not as the run left it. */
export interface DamagedFile {
  readonly path: string;
  /** `missing`; `short`: it lacks some of what was committed; `long`: longer than when the run was complete; `changed`. */
  readonly problem: 'missing' | 'short' | 'long' | 'changed';
  readonly committedBytes: number;
  /** Null: it does not exist. */
  readonly sizeBytes: number | null;
}

/**
 * Files that are not as the run left them, and the last committed bytes of the others. What follows the committed part
 * counts as damage only in a complete run, which leaves nothing there.
 *
 * @throws AiopsError `output_io`, also where something other than a file is there
 */
export async function inspectFiles(
  paths: GrowingPaths,
  { lengths, tails }: CommittedEnds,
  { isComplete, files }: { readonly isComplete: boolean; readonly files: Files },
): Promise<{ readonly damaged: readonly DamagedFile[]; readonly tails: TailBytes }> {
  const damaged: DamagedFile[] = [];
  const found: Record<Kind, Uint8Array> = { ...NO_TAILS };
  for (const kind of KINDS) {
    const [path, committedBytes] = [paths[kind], lengths[kind]];
    const entry = await entryOf(path, files);
    if (entry !== null && entry.kind !== 'file') throw cannotRead(path, new NotPlainFile());
    const sizeBytes = entry?.sizeBytes ?? null;
    if (sizeBytes !== null && sizeBytes >= committedBytes) {
      found[kind] = await readTail(files, path, { lengthBytes: committedBytes, tailBytes: TAIL_BYTES });
    }
    const isChanged = sumOf(found[kind]) !== tails[kind];
    const problem = problemOf({ committedBytes, sizeBytes, isComplete, isChanged });
    if (problem !== null) damaged.push({ path, problem, committedBytes, sizeBytes });
  }
  return { damaged, tails: found };
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

/** What is wrong with a file, for messages; `status` words it for its own table. */
function damageText({ problem, committedBytes, sizeBytes }: DamagedFile): string {
  switch (problem) {
    case 'missing':
      return `it is missing; ${committedBytes} bytes of it were committed`;
    case 'short':
      return `it has only ${sizeBytes ?? 0} of the ${committedBytes} bytes that were committed`;
    case 'long':
      return `it has ${sizeBytes ?? 0} bytes, ${committedBytes} when the run was complete: another program wrote to it`;
    case 'changed':
      return `its content before byte ${committedBytes} is no longer what was committed`;
  }
}

/**
 * The last committed bytes of each file, to resume after them.
 *
 * @throws AiopsError `output_io` where a file is not as the run left it
 */
export async function checkFiles(
  paths: GrowingPaths,
  ends: CommittedEnds,
  options: { readonly isComplete: boolean; readonly files: Files },
): Promise<TailBytes> {
  const { damaged, tails } = await inspectFiles(paths, ends, options);
  const [first] = damaged;
  if (first === undefined) return tails;
  const others = damaged.length === 1 ? '' : ` (and ${damaged.length - 1} more: see aiops-serve status)`;
  throw new AiopsError('output_io', `cannot continue with ${first.path}: ${damageText(first)}${others}`, {
    hint:
      first.problem === 'long'
        ? 'put the file back as it was, or start over with --restart; with another --rejects if it belongs to another run'
        : 'put the file back as it was, or start over with --restart',
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
