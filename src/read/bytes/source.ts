import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AiopsError } from '../../core/errors.js';
import type { FilePosition } from '../../core/input-position.js';
import { refuseForeign } from './foreign.js';
import { gunzip } from './gunzip.js';
import { factsOf, lookAt } from './file-facts.js';
import { PrefixSums, endsBefore } from './prefix-sums.js';
import type { ReadBefore } from './prefix-sums.js';
import {
  STDIN_NAME,
  closeRead,
  deviceBytes,
  fileBytes,
  openFile,
  statsOf,
  stdinBytes,
  unreadable,
} from './raw-bytes.js';
import type { RawBytes } from './raw-bytes.js';
import { FILE_START } from './resume.js';
import { isPipe, pipeBytes } from './pipe-bytes.js';
import { WatchedFile } from './watched-file.js';
import type { KnownFile } from './watched-file.js';

/** The bytes of one input, uncompressed. */
export interface ByteSource {
  readonly name: string;
  /** Whether more may come at any time: standard input, a pipe. */
  readonly live: boolean;
  /** Bytes of the input itself that were taken so far, packed ones if it is packed. */
  readBytes(): number;
  /** Size of the input; null where it cannot be known. */
  readonly sizeBytes: number | null;
  /** The file that is open; null for standard input, pipes and devices. */
  readonly file: WatchedFile | null;
  /** Whether it is gzip, so that offsets into its text are none into the file; false where none of it is read. */
  readonly isPacked: boolean;
  /** Offset of the first of its bytes: behind a byte-order mark, or where reading goes on. */
  readonly byteOffset: number;
  /** Of an input that comes only once: what its first bytes were, up to an offset that was read. */
  prefixAt(byteOffset: number): FilePosition['prefix'];
  /**
   * Of an input that comes only once: to be called when the last minute comes that was read before.
   *
   * @throws AiopsError `config` where it took fewer bytes than before
   */
  checkReached(): void;
  /**
   * Call once.
   *
   * @throws AiopsError `input_unusable` on damaged gzip and where a file was changed or truncated while it was read,
   *   `input_missing` on an I/O error, `config` where an input to be resumed differs from the one that was read, or is shorter
   */
  chunks(): AsyncIterator<Buffer, undefined>;
  /** Ends reading, also one that waits for bytes. */
  close(): Promise<void>;
}

/** Blocks are smaller where many files are open, so that memory does not grow with their number. */
const MAX_BLOCK_BYTES = 256 * 1024;
const MIN_BLOCK_BYTES = 16 * 1024;
const ALL_BLOCKS_BYTES = 16 * 1024 * 1024;

/** How much is read at a time of each of several inputs. */
export function blockBytesFor(inputs: number): number {
  return Math.max(MIN_BLOCK_BYTES, Math.min(MAX_BLOCK_BYTES, Math.floor(ALL_BLOCKS_BYTES / inputs)));
}

export interface SourceOptions {
  readonly blockBytes: number;
  /** How many times its size a packed input may come to. */
  readonly maxExpansion: number;
  /** How much of a file there is to it, whatever was added since; without it, all. */
  readonly mostBytes?: number;
  /** What an input that comes only once is held against; without it, nothing. */
  readonly before?: ReadBefore;
  /** What earlier sessions read of a file. */
  readonly known?: KnownFile | null;
}

/** Enough for a byte-order mark and every magic number. */
const MAGIC_BYTES = 4;

/**
 * Opens a file, or standard input for `-`; gzip is recognised by its first bytes and unpacked. To go on at
 * a position, a plain file is opened right there; of others what lies before it is read and dropped.
 *
 * @throws AiopsError `input_missing`: no such file, a folder, not readable; `input_unusable`: UTF-16,
 *   an archive, a `.gz` that is not gzip, one that expands beyond `maxExpansion`
 */
export async function openSource(
  input: string,
  options: SourceOptions,
  stdin: Readable,
  from: FilePosition = FILE_START,
): Promise<ByteSource> {
  if (input === '-' || (await isPipe(input))) {
    const name = input === '-' ? STDIN_NAME : input;
    const raw = input === '-' ? stdinBytes(stdin) : pipeBytes(input);
    try {
      return await prepare({ name, raw, file: null, options, from });
    } catch (error) {
      await raw.close(); // whoever writes to it would keep us waiting
      throw error;
    }
  }
  const handle = await openFile(input);
  try {
    return await openBytes(input, handle, options, from);
  } catch (error) {
    await closeRead(handle);
    throw error;
  }
}

/**
 * An input of which nothing more is read, of a file no more than `mostBytes`.
 *
 * @throws AiopsError `input_missing`
 */
export async function endedSource(
  input: string,
  { mostBytes = Infinity, known = null }: Pick<SourceOptions, 'mostBytes' | 'known'> = {},
): Promise<ByteSource> {
  const isFile = input !== '-' && (await lookAt(input)) !== null;
  const handle = isFile ? await openFile(input) : null;
  const facts = handle === null ? null : factsOf(await statsOf(input, handle));
  const file =
    handle === null || facts === null
      ? null
      : new WatchedFile(input, handle, facts, { known, startByte: 0, mostBytes });
  const sizeBytes = file?.opened.sizeBytes ?? 0;
  return {
    name: input === '-' ? STDIN_NAME : input,
    live: false,
    sizeBytes,
    readBytes: () => sizeBytes,
    file,
    isPacked: false,
    byteOffset: 0,
    prefixAt: () => undefined,
    checkReached: () => undefined,
    chunks: () => Readable.from([])[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>,
    close: async () => {
      if (handle !== null) await closeRead(handle);
    },
  };
}

export async function closeAll(sources: readonly ByteSource[]): Promise<void> {
  for (const source of sources) await source.close();
}

async function openBytes(
  input: string,
  handle: FileHandle,
  options: SourceOptions,
  from: FilePosition,
): Promise<ByteSource> {
  const { blockBytes, mostBytes = Infinity, known = null } = options;
  const stats = await statsOf(input, handle);
  if (stats.isDirectory()) {
    throw new AiopsError('input_missing', `${input} is a folder, not a recording`, {
      hint: `name the files in it, for instance ${input.replace(/\/$/, '')}/*.csv`,
    });
  }
  const facts = factsOf(stats);
  if (facts === null) {
    return prepare({ name: input, raw: deviceBytes(input, handle, blockBytes), file: null, options, from });
  }
  const isPlaced = from.byteOffset > 0 && !(await isPacked(input, handle));
  const startByte = isPlaced ? from.byteOffset : 0;
  const file = new WatchedFile(input, handle, facts, { known, startByte, mostBytes });
  const raw = fileBytes(input, handle, { blockBytes, startByte, endByte: mostBytes }, file);
  return isPlaced ? placed(input, raw, file, startByte) : prepare({ name: input, raw, file, options, from });
}

/** @throws AiopsError `input_missing` on an I/O error */
async function isPacked(path: string, handle: FileHandle): Promise<boolean> {
  const head = Buffer.alloc(2);
  try {
    await handle.read(head, 0, head.length, 0);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  return isGzip(head);
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function placed(name: string, raw: RawBytes, file: WatchedFile, byteOffset: number): ByteSource {
  let readBytes = byteOffset;
  return {
    name,
    live: false,
    sizeBytes: file.opened.sizeBytes,
    readBytes: () => readBytes,
    file,
    isPacked: false,
    byteOffset,
    prefixAt: () => undefined,
    checkReached: () => undefined,
    chunks: () => counted(raw.chunks, (count) => (readBytes += count)),
    close: () => raw.close(),
  };
}

interface Unprepared {
  readonly name: string;
  readonly raw: RawBytes;
  readonly file: WatchedFile | null;
  readonly options: Pick<SourceOptions, 'maxExpansion' | 'before'>;
  readonly from: FilePosition;
}

async function prepare({ name, raw, file, options, from }: Unprepared): Promise<ByteSource> {
  let readBytes = 0;
  const packed = await peek(
    counted(raw.chunks, (count) => (readBytes += count)),
    MAGIC_BYTES,
  );
  const zipped = isGzip(packed.head);
  if (!zipped && packed.head.length > 0 && name.toLowerCase().endsWith('.gz')) {
    throw new AiopsError('input_unusable', `${name} is not gzip, though its name says so`, {
      hint: 'if it is plain text, name it without .gz; otherwise fetch it again',
    });
  }
  const text = zipped ? await peek(gunzip(name, packed.chunks, options.maxExpansion), MAGIC_BYTES) : packed;
  const { head } = text;
  refuseForeign(name, head);
  const bomBytes = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  const live = file === null;
  const sums = live ? new PrefixSums(name, options.before ?? null) : null;
  const byteOffset = Math.max(bomBytes, from.byteOffset);
  return {
    name,
    live,
    sizeBytes: file?.opened.sizeBytes ?? null,
    readBytes: () => readBytes,
    file,
    isPacked: zipped,
    byteOffset,
    prefixAt: (at) => sums?.at(at),
    checkReached: () => sums?.checkReached(),
    chunks: () => withoutFirst(name, sums?.over(text.chunks) ?? text.chunks, byteOffset),
    close: () => raw.close(),
  };
}

async function* counted(
  chunks: AsyncGenerator<Buffer, undefined>,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer, undefined> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk;
  }
  return undefined;
}

/** Takes chunks until there are `count` bytes, and puts them back in front. */
async function peek(
  chunks: AsyncGenerator<Buffer, undefined>,
  count: number,
): Promise<{ head: Buffer; chunks: AsyncGenerator<Buffer, undefined> }> {
  const taken: Buffer[] = [];
  let size = 0;
  while (size < count) {
    const { value } = await chunks.next();
    if (value === undefined) break;
    taken.push(value);
    size += value.length;
  }
  const head = Buffer.concat(taken);
  async function* all(): AsyncGenerator<Buffer, undefined> {
    if (head.length > 0) yield head;
    yield* chunks;
    return undefined;
  }
  return { head, chunks: all() };
}

async function* withoutFirst(
  name: string,
  chunks: AsyncGenerator<Buffer, undefined>,
  count: number,
): AsyncGenerator<Buffer, undefined> {
  let left = count;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield left === 0 ? chunk : chunk.subarray(left);
    left -= Math.min(left, chunk.length);
  }
  if (left > 0) throw endsBefore(name, count);
  return undefined;
}
