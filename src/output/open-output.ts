import type { Writable } from 'node:stream';

import { nodeFiles, type Files } from './files.js';
import { SocketLock } from './folder-lock.js';
import { FolderOutput } from './folder-output.js';
import { growingPaths, isReplayFile } from './output-paths.js';
import { refuseInputs, refuseRejectsKind, rejectsKindOf } from './preflight.js';
import type { RunOutput, RunOutputOptions } from './run-output.js';
import { StreamOutput } from './stream-output.js';

export interface OpenOutputOptions {
  /** Take the folder although a process on another host holds it. */
  readonly breakLock?: boolean;
  /** The run will start over, so an unreadable journal does not matter. */
  readonly restart?: boolean;
  /** What the run reads and must not overwrite; `-` is standard input. */
  readonly inputs?: readonly string[];
  /** Where rejects go if their file is this process's own standard error. */
  readonly stderr?: Writable;
  readonly files?: Files;
}

/**
 * Locks the folder, and the rejects file if one is named, and reads the journal of a previous run. Nothing else is
 * changed.
 *
 * @throws AiopsError `output_cannot_create`; `output_locked` if another run writes to one of them; `output_io`; `usage`
 * if the run's files would overwrite one another or an input; `config` for a journal that this version cannot read
 */
export async function openOutput(
  options: RunOutputOptions,
  stdout: Writable,
  opening: OpenOutputOptions = {},
): Promise<RunOutput> {
  if (options.out !== '-') return openFolderOutput(options, opening);
  const { stderr = process.stderr, files = nodeFiles } = opening;
  const { rejectsKind, rejectsLock } = await lockRejects(options, null, opening);
  return new StreamOutput(options, { stdout, stderr, rejectsKind, rejectsLock, files });
}

/** Does the same for a folder. @throws AiopsError as `openOutput` does */
export async function openFolderOutput(
  options: RunOutputOptions,
  opening: Omit<OpenOutputOptions, 'stderr'> = {},
): Promise<FolderOutput> {
  const { breakLock = false, restart = false, files = nodeFiles } = opening;
  growingPaths(options.out, options, options.rejectsFile); // refuses rejects that would go to another own file
  const { rejectsLock } = await lockRejects(options, options.out, opening);
  try {
    return await FolderOutput.open(options, { breakLock, restart, rejectsLock, files });
  } catch (error) {
    await rejectsLock?.release();
    throw error;
  }
}

interface LockedRejects {
  readonly rejectsKind: Awaited<ReturnType<typeof rejectsKindOf>>;
  readonly rejectsLock: SocketLock | null;
}

async function lockRejects(
  { rejectsFile }: RunOutputOptions,
  folder: string | null,
  { inputs = [], files = nodeFiles }: OpenOutputOptions,
): Promise<LockedRejects> {
  const others = rejectsFile === null ? [] : [rejectsFile];
  await refuseInputs(inputs, { folder, isOwn: isReplayFile, others }, files);
  if (rejectsFile === null) return { rejectsKind: 'file', rejectsLock: null };
  const rejectsKind = await rejectsKindOf(rejectsFile, files);
  refuseRejectsKind(rejectsFile, rejectsKind, folder !== null);
  // Several runs may share a device or a pipe.
  const rejectsLock = rejectsKind === 'file' ? await SocketLock.takeRejects(rejectsFile, files) : null;
  return { rejectsKind, rejectsLock };
}
