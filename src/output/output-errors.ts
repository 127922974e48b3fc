import { AiopsError, messageOf } from '../core/errors.js';
import { isErrno, NotPlainFile } from './files.js';

/** A file or folder that cannot be made or opened, as an error that says what to do. */
export function cannotCreate(path: string, cause: unknown): AiopsError {
  if (cause instanceof AiopsError) return cause;
  return new AiopsError('output_cannot_create', `cannot create ${path}: ${messageOf(cause)}`, {
    hint: hintOf(cause) ?? 'check that its folder exists and can be written, or choose another place',
    cause,
  });
}

/** A failed operation on a file of ours, as an error that says what to do. */
export function cannotWrite(path: string, cause: unknown): AiopsError {
  if (cause instanceof AiopsError) return cause;
  return new AiopsError('output_io', `cannot write ${path}: ${messageOf(cause)}`, {
    hint:
      hintOf(cause) ?? 'check that the folder is still there and has space, then run the same command again',
    cause,
  });
}

/** A file of an earlier run that cannot be read. */
export function cannotRead(path: string, cause: unknown): AiopsError {
  if (cause instanceof AiopsError) return cause;
  return new AiopsError('output_io', `cannot read ${path}: ${messageOf(cause)}`, {
    hint: isErrno(cause, 'EACCES', 'EPERM')
      ? 'check who may read it: run the command as the user who owns it, or ask for permission to read'
      : (hintOf(cause) ?? 'check the disk, then run the same command again'),
    cause,
  });
}

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on that disk, then run the same command again',
  EDQUOT: 'make room within the quota, then run the same command again',
  EACCES: 'check who may write there, or choose another place',
  EPERM: 'check who may write there, or choose another place',
  EROFS: 'that file system is read-only: mount it for writing, or choose another place',
  EMFILE: 'too many files are open: raise the limit (ulimit -n), then run the same command again',
  ENFILE: 'too many files are open on this machine: run the same command again later',
  ENXIO: 'no process reads from it: start the reader first, or choose another place',
  EPIPE: 'its reader has ended: start it again, then run the same command again',
  EIO: 'the disk reports an error: check it, then run the same command again',
};

function hintOf(cause: unknown): string | undefined {
  if (cause instanceof NotPlainFile) return 'move it away, or choose another place';
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  return code === undefined ? undefined : HINTS[code];
}
