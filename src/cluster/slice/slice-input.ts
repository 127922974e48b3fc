import type { InputPosition } from '../../core/input-position.js';
import { AiopsError } from '../../core/errors.js';
import { firstDifference, spansOf } from '../../read/bytes/digests.js';
import { closeRead, lookAt, openFile, type FileFacts } from '../../read/bytes/file-facts.js';
import type { FileSnapshot, InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { Slice } from '../plan/plan-file.js';

/** The bytes of a file that a slice reads. */
interface ByteRange {
  readonly startByte: number;
  readonly endByte: number;
}

/**
 * Checks that the inputs hold what the plan was made for, where the slice reads them; returns how to read them.
 *
 * @throws AiopsError `config` where they do not; `input_missing`
 */
export async function checkedInput(
  inputs: readonly string[],
  recording: InputSnapshot,
  slice: Slice,
): Promise<InputSnapshot> {
  const files: FileSnapshot[] = [];
  for (const [i, file] of recording.files.entries()) {
    const sizeBytes = file.identity?.sizeBytes ?? 0;
    const startByte = byteOf(slice.readFrom?.positions[i], 0, sizeBytes);
    const range = { startByte, endByte: byteOf(slice.until?.positions[i], sizeBytes, sizeBytes) };
    const now = await check(inputs[i] ?? '', file, range);
    files.push({
      ...file,
      identity: { ...now, sizeBytes },
      digests: startByte === sizeBytes ? [] : file.digests.filter(({ endByte }) => endByte <= range.endByte),
    });
  }
  return { ...recording, files };
}

function byteOf(position: InputPosition | undefined, none: number, end: number): number {
  if (position === undefined) return none;
  return position === 'end' ? end : position.byteOffset;
}

/** Returns the facts of the file before it was compared. */
async function check(
  path: string,
  { identity, digests }: FileSnapshot,
  { startByte, endByte }: ByteRange,
): Promise<FileFacts> {
  const now = await lookAt(path);
  const sizeBytes = identity?.sizeBytes ?? 0;
  if (now === null) throw changed(path, 'is no longer a file');
  if (now.sizeBytes < sizeBytes) {
    throw changed(path, `has become smaller: ${now.sizeBytes} bytes of ${sizeBytes}`);
  }
  const spans = spansOf(digests).filter((span) => span.endByte > startByte && span.startByte < endByte);
  const handle = await openFile(path);
  try {
    const difference = await firstDifference(path, handle, spans);
    if (difference === null) return now;
    const { fromByte, toByte } = difference;
    throw changed(path, `holds other bytes, somewhere in bytes ${fromByte} to ${toByte - 1}`);
  } finally {
    await closeRead(handle);
  }
}

function changed(path: string, what: string): AiopsError {
  return new AiopsError('config', `${path} is not what the plan was made for: it ${what}`, {
    hint: 'put the file back as it was, or make another plan',
  });
}
