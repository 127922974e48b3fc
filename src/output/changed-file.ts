import { AiopsError } from '../core/errors.js';
import type { FileEntry } from './files.js';

/**
 * What another process did to a file while we write to it; null: nothing. The two entries must be equally fresh: on
 * some network file systems the inode of a file changes with time.
 *
 * @param own the open file
 * @param named what its path names; undefined: that was not looked up
 * @param lengthBytes how long the file must be
 */
export function changeOf(
  path: string,
  own: FileEntry,
  named: FileEntry | null | undefined,
  lengthBytes: number,
): AiopsError | null {
  if (named === null)
    return changed(`${path} was deleted or moved while the run was writing to it`, PUT_BACK);
  if (named !== undefined && (named.device !== own.device || named.inode !== own.inode)) {
    return changed(`${path} was replaced by another file while the run was writing to it`, PUT_BACK);
  }
  const { sizeBytes } = own;
  if (sizeBytes < lengthBytes) {
    const text = `${path} was truncated to ${sizeBytes} of ${lengthBytes} bytes while the run was writing to it`;
    return changed(text, PUT_BACK);
  }
  if (sizeBytes > lengthBytes) {
    return changed(`${path} has ${sizeBytes} bytes, but the run wrote only ${lengthBytes}`, KEEP_AWAY);
  }
  return null;
}

/** The file has its length, but its last bytes are not the ones the run wrote: it was cut and has grown again, say. */
export function overwritten(path: string): AiopsError {
  return changed(`the end of ${path} was overwritten while the run was writing to it`, PUT_BACK);
}

const PUT_BACK =
  'put it back as it was (or name the new place of its folder with --out) and run the same command again, ' +
  'or start over with --restart; keep log rotation away from the files of a run';

const KEEP_AWAY =
  'another process writes to it: stop that, then run the same command again, which resumes from what is committed';

function changed(message: string, hint: string): AiopsError {
  return new AiopsError('output_io', message, { hint });
}
