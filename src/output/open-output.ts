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
 * @throws AiopsError `output_cannot_create`; `output_locked` if another run writes to one of them; `output_io`; `usage` if
 * the run's files would overwrite one another or an input; `config` for a journal that this version cannot read
 */
export async function openOutput(
  options: RunOutputOptions,
  stdout: Writable,
  {
    breakLock = false,
    restart = false,
    inputs = [],
    stderr = process.stderr,
    files = nodeFiles,
  }: OpenOutputOptions = {},
): Promise<RunOutput> {
  const { out, format, rejectsFile } = options;
  const folder = out === '-' ? null : out;
  if (folder !== null) growingPaths(folder, format, rejectsFile); // refuses rejects that would go to another own file
  const others = rejectsFile === null ? [] : [rejectsFile];
  await refuseInputs(inputs, { folder, isOwn: isReplayFile, others }, files);
  const rejectsKind = rejectsFile === null ? 'file' : await rejectsKindOf(rejectsFile, files);
  if (rejectsFile !== null) refuseRejectsKind(rejectsFile, rejectsKind, folder !== null);
  // Several runs may share a device or a pipe.
  const lockedFile = rejectsKind === 'file' ? rejectsFile : null;
  const rejectsLock = lockedFile === null ? null : await SocketLock.takeRejects(lockedFile, files);
  try {
    return folder === null
      ? new StreamOutput(options, { stdout, stderr, rejectsKind, rejectsLock, files })
      : await FolderOutput.open(options, { breakLock, restart, rejectsLock, files });
  } catch (error) {
    await rejectsLock?.release();
    throw error;
  }
}
