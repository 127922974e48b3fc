import { AiopsError, messageOf, type Hint } from '../core/errors.js';
import { isErrno, NotPlainFile, type FileEntry } from './files.js';

/** A file or folder that cannot be created or opened. */
export function cannotCreate(path: string, cause: unknown): AiopsError {
  if (cause instanceof AiopsError) return cause;
  return new AiopsError('output_cannot_create', `cannot create ${path}: ${messageOf(cause)}`, {
    hint: hintOf(cause) ?? 'check that its folder exists and is writable, or choose another location',
    cause,
  });
}

/** A folder in which nothing can be created. */
export function notWritable(folder: string, cause: unknown): AiopsError {
  const isFile = cause instanceof NotPlainFile;
  const why = isFile ? 'it is not a folder' : `it is not writable (${codeOf(cause) ?? messageOf(cause)})`;
  return new AiopsError('output_cannot_create', `cannot write to the folder ${folder}: ${why}`, {
    hint: hintOf(cause) ?? 'choose another location',
    cause,
  });
}

/** A failed operation on an output file. */
export function cannotWrite(path: string, cause: unknown): AiopsError {
  if (cause instanceof AiopsError) return cause;
  return new AiopsError('output_io', `cannot write ${path}: ${messageOf(cause)}`, {
    hint:
      hintOf(cause) ?? 'check that the folder still exists and has space, then run the same command again',
    cause,
  });
}

/** A file of a previous run that cannot be read. */
export function cannotRead(path: string, cause: unknown): AiopsError {
  if (cause instanceof AiopsError) return cause;
  return new AiopsError('output_io', `cannot read ${path}: ${messageOf(cause)}`, {
    hint: isErrno(cause, 'EACCES', 'EPERM')
      ? 'check who may read it: run the command as the user who owns it, or ask for read permission'
      : (hintOf(cause) ?? 'check the disk, then run the same command again'),
    cause,
  });
}

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on that disk, then run the same command again',
  EDQUOT: 'make room within the quota, then run the same command again',
  EACCES: 'check the write permission there, or choose another location',
  EPERM: 'check the write permission there, or choose another location',
  EROFS: 'that file system is read-only: mount it for writing, or choose another location',
  EMFILE: 'too many files are open: raise the limit (ulimit -n), then run the same command again',
  ENFILE: 'too many files are open on this machine: run the same command again later',
  ENXIO: 'no process is reading from it: start the reader first, or choose another location',
  EPIPE: 'its reader has ended: start it again, then run the same command again',
  EIO: 'the disk reports an error: check it, then run the same command again',
};

function hintOf(cause: unknown): string | undefined {
  if (cause instanceof NotPlainFile) return 'move it away, or choose another location';
  const code = codeOf(cause);
  return code === undefined ? undefined : HINTS[code];
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
}

/**
 * What another process did to a file while we are writing to it; null: nothing. Compare entries of the same age only:
 * on some network file systems a file's inode changes over time.
 *
 * @param own the open file
 * @param named what its path leads to; undefined: not looked up
 * @param lengthBytes how long the file must be
 */
export function changeOf(
  path: string,
  own: FileEntry,
  named: FileEntry | null | undefined,
  lengthBytes: number,
): AiopsError | null {
  if (named === null) {
    return changed(`${path} was deleted or moved while the run was writing to it`, PUT_BACK);
  }
  if (named !== undefined && (named.device !== own.device || named.inode !== own.inode)) {
    return changed(`${path} was replaced by another file while the run was writing to it`, PUT_BACK);
  }
  const { sizeBytes } = own;
  if (sizeBytes < lengthBytes) {
    const text = `${path} was truncated to ${sizeBytes} of ${lengthBytes} bytes while the run was writing to it`;
    return changed(text, PUT_BACK);
  }
  if (sizeBytes > lengthBytes) {
    return changed(`${path} has ${sizeBytes} bytes, but the run wrote only ${lengthBytes}`, STOP_WRITER);
  }
  return null;
}

/** The file has the right length, but its last bytes are not the ones we wrote: it was cut and has grown again, say. */
export function overwritten(path: string): AiopsError {
  return changed(`the end of ${path} was overwritten while the run was writing to it`, PUT_BACK);
}

const PUT_BACK: Hint = ({ newLocation, startOver }) =>
  `restore the file (if its folder has moved, ${newLocation}) and run the same command again, ` +
  `or ${startOver}; exclude the files of a run from log rotation`;

const STOP_WRITER =
  'stop the other process that writes to it, then run the same command again: it resumes from the last commit';

function changed(message: string, hint: Hint): AiopsError {
  return new AiopsError('output_io', message, { hint });
}
