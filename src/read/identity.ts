import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { AiopsError } from '../core/errors.js';
import { RandomStream } from '../core/random.js';
import { factsOf } from './file-facts.js';
import type { FileFacts } from './file-facts.js';
import type { FileIdentity } from './pinned.js';
import { closeRead, openFile, statsOf, unreadable } from './raw-bytes.js';

const SAMPLE_BYTES = 64 * 1024;
/** Of a longer file: its head, its tail, and this many places in between. */
const PLACES = 16;
const SEED = 20_180_430;
const BLOCK_BYTES = 1024 * 1024;

/**
 * What tells a file that was opened apart from others; only the bytes that it had then are looked at, so
 * that it may grow meanwhile. With `whole`, all of them; sums that are `known` are taken as they are.
 *
 * @throws AiopsError `input_unusable` where it was replaced or cut since; `input_missing` on an I/O error
 */
export async function identify(
  path: string,
  opened: FileFacts,
  whole: boolean,
  known: Pick<FileIdentity, 'samplesSha256' | 'wholeSha256'> | null,
): Promise<FileIdentity> {
  const handle = await openFile(path);
  try {
    const now = factsOf(await statsOf(path, handle));
    if (now?.inode !== opened.inode || now.sizeBytes < opened.sizeBytes) throw replaced(path);
    const { sizeBytes } = opened;
    const samplesSha256 = known?.samplesSha256 ?? (await samplesSum(path, handle, sizeBytes));
    const sumOfAll = known?.wholeSha256 ?? null;
    const wholeSha256 = sumOfAll ?? (whole ? await wholeSum(path, handle, sizeBytes) : null);
    return { ...opened, samplesSha256, wholeSha256 };
  } finally {
    await closeRead(handle);
  }
}

/**
 * sha256 over head, tail and seeded blocks of the first `sizeBytes` bytes; over all of them where they are few.
 *
 * @throws AiopsError `input_unusable` where there are fewer; `input_missing` on an I/O error
 */
export async function samplesSum(path: string, handle: FileHandle, sizeBytes: number): Promise<string> {
  const hash = createHash('sha256');
  for (const at of samplePlaces(sizeBytes)) {
    await addBytes(hash, path, handle, at, Math.min(at + SAMPLE_BYTES, sizeBytes));
  }
  return hash.digest('hex');
}

/** sha256 over the first `sizeBytes` bytes. @throws AiopsError as `samplesSum` */
export async function wholeSum(path: string, handle: FileHandle, sizeBytes: number): Promise<string> {
  const hash = createHash('sha256');
  await addBytes(hash, path, handle, 0, sizeBytes);
  return hash.digest('hex');
}

/** Offsets of the samples, in order; they do not depend on anything but the size. */
function samplePlaces(sizeBytes: number): number[] {
  const last = sizeBytes - SAMPLE_BYTES;
  if (sizeBytes <= (PLACES + 2) * SAMPLE_BYTES) {
    return Array.from({ length: Math.ceil(sizeBytes / SAMPLE_BYTES) }, (_, i) => i * SAMPLE_BYTES);
  }
  const random = new RandomStream(SEED);
  const between = Array.from({ length: PLACES }, () => Math.floor(random.next() * last));
  return [0, ...between.sort((a, b) => a - b), last];
}

async function addBytes(
  hash: Hash,
  path: string,
  handle: FileHandle,
  from: number,
  to: number,
): Promise<void> {
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, to - from));
  for (let at = from; at < to;) {
    const bytesRead = await readInto(block, path, handle, at, Math.min(block.length, to - at));
    if (bytesRead === 0) throw replaced(path);
    hash.update(block.subarray(0, bytesRead));
    at += bytesRead;
  }
}

async function readInto(
  block: Buffer,
  path: string,
  handle: FileHandle,
  at: number,
  length: number,
): Promise<number> {
  try {
    return (await handle.read(block, 0, length, at)).bytesRead;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function replaced(path: string): AiopsError {
  return new AiopsError('input_unusable', `${path} was replaced or cut while it was being read`, {
    hint: 'let whatever writes it finish, then run this again',
  });
}
