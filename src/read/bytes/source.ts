import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { plural } from '../../core/count-text.js';
import { AiopsError, type Notice } from '../../core/errors.js';
import type { Exported } from '../exports/translate.js';
import { FILE_START, type FilePosition, type InputPosition, type Prefix } from '../../core/input-position.js';
import { STDIN_NAME } from '../shared/stdin-name.js';
import { counted, withoutFirst } from './chunks.js';
import { closeRead, factsOf, lookAt, openFile, statsOf } from './file-facts.js';
import { inputText, isConverted, type InputText, type TextOptions } from './input-text.js';
import type { LineOrigins } from './line-origins.js';
import { PrefixSums, type AgainState, type AllRead, type ReadBefore } from './prefix-sums.js';
import { deviceBytes, fileBytes, isPipe, pipeBytes, stdinBytes, type RawBytes } from './raw-bytes.js';
import { WatchedFile, type KnownFile } from './watched-file.js';

/** The uncompressed bytes of one input. */
export interface ByteSource {
  readonly name: string;
  /** Whether more may arrive at any time: standard input, a pipe. */
  readonly live: boolean;
  /** Bytes taken of the input itself so far, compressed ones if it is compressed. */
  readBytes(): number;
  /** How much of the input itself lies before an offset that was read, roughly if it is compressed. */
  inputOffset(byteOffset: number): number;
  /** Size of the input; null if it cannot be known. */
  readonly sizeBytes: number | null;
  /** The open file; null for standard input, pipes and devices. */
  readonly file: WatchedFile | null;
  /**
   * Whether offsets into its text are not offsets into the file, as of gzip and exports; false if nothing is read of
   * it.
   */
  readonly isPacked: boolean;
  readonly isGzip: boolean;
  /** What it is an export of; null: it is read as it is. */
  readonly exported: Exported | null;
  /** Offset of its first byte: after a byte-order mark, or where reading resumes. */
  readonly byteOffset: number;
  /** Where its lines came from if they were sorted; null: they were not. */
  readonly origins: LineOrigins | null;
  /** Checksum of the first bytes up to an offset that was read, for an input that can be read only once. */
  prefixAt(byteOffset: number): FilePosition['prefix'];
  /**
   * For an input that can be read only once: call when the last minute of the previous session has been read again.
   *
   * @throws AiopsError `config` if fewer bytes were read than then
   */
  checkReached(): void;
  /** How an input that can be read only once compares with all that earlier sessions read; `same` for others. */
  againState(): AgainState;
  /** The checksum of an input that can be read only once; null: its end was not read yet, or it is a file. */
  whole(): Prefix | null;
  /**
   * Call once.
   *
   * @throws AiopsError `input_unusable` on damaged gzip, or if a file was changed or truncated while it was read;
   *   `input_missing` on an I/O error; `config` if an input to resume differs from the one read before, or is shorter
   */
  chunks(): AsyncIterator<Buffer, undefined>;
  /** Stops reading, even while waiting for bytes. */
  close(): Promise<void>;
}

/** Blocks are smaller if many files are open, so that memory does not grow with their number. */
const MAX_BLOCK_BYTES = 256 * 1024;
const MIN_BLOCK_BYTES = 16 * 1024;
const ALL_BLOCKS_BYTES = 16 * 1024 * 1024;

/** Bytes per read from each of several inputs. */
export function blockBytesFor(inputs: number): number {
  return Math.max(MIN_BLOCK_BYTES, Math.min(MAX_BLOCK_BYTES, Math.floor(ALL_BLOCKS_BYTES / inputs)));
}

export interface SourceOptions extends TextOptions {
  readonly blockBytes: number;
  /** Reads no more than this of a file, even if it has grown; default: all. */
  readonly mostBytes?: number;
  /** What an input that can be read only once is compared with; default: nothing. */
  readonly before?: ReadBefore;
  /** All that earlier sessions read of such an input; default: not known. */
  readonly allRead?: AllRead | null;
  /** What earlier sessions read of a file. */
  readonly known?: KnownFile | null;
}

/**
 * Opens a file, or standard input for `-`. Gzip is recognized by its first bytes and unpacked, exports are translated.
 * To resume at a position, a plain file is opened right there; other inputs are read from the start, and what lies
 * before is dropped.
 *
 * @throws AiopsError `input_missing`: no such file, a folder, not readable; `input_unusable`: UTF-16, an archive, a
 *   `.gz` that is not gzip, one that expands beyond `maxExpansion`, an export that cannot be read
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
      return await textSource({ name, raw, file: null, options, from });
    } catch (error) {
      await raw.close(); // otherwise its writer would keep this process waiting
      throw error;
    }
  }
  const handle = await openFile(input);
  try {
    return await fileSource(input, handle, options, from);
  } catch (error) {
    await closeRead(handle);
    throw error;
  }
}

/**
 * An input of which nothing more is read, a file as if it ended at `mostBytes`.
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
    inputOffset: (offset) => offset,
    file,
    ...{ isPacked: false, isGzip: false, exported: null },
    byteOffset: 0,
    origins: null,
    prefixAt: () => undefined,
    checkReached: () => undefined,
    againState: () => 'same',
    whole: () => null,
    chunks: () => Readable.from([])[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>,
    close: async () => {
      if (handle !== null) await closeRead(handle);
    },
  };
}

export async function closeAll(sources: readonly ByteSource[]): Promise<void> {
  for (const source of sources) await source.close();
}

/** Bytes read of all inputs so far, and their total; null if the size of one is unknown. */
export function bytesRead(sources: readonly ByteSource[]): { readBytes: number; totalBytes: number | null } {
  let readBytes = 0;
  let totalBytes: number | null = 0;
  for (const source of sources) {
    readBytes += source.readBytes();
    totalBytes = totalBytes === null || source.sizeBytes === null ? null : totalBytes + source.sizeBytes;
  }
  return { readBytes, totalBytes };
}

/** Bytes of all inputs before the position of each. */
export function bytesBefore(sources: readonly ByteSource[], positions: readonly InputPosition[]): number {
  const bytes = sources.map((source, i) => {
    const position = positions[i] ?? FILE_START;
    if (position === 'end') return source.sizeBytes ?? source.readBytes();
    return source.inputOffset(position.byteOffset);
  });
  return bytes.reduce((sum, each) => sum + each, 0);
}

/**
 * Checks all files again; returns the error to end with if a path leads to another file now, or to none.
 *
 * @throws AiopsError `input_unusable` if bytes that were read have changed or are gone; `input_missing`
 */
export async function checkSources(sources: readonly ByteSource[]): Promise<AiopsError | null> {
  for (const { file } of sources) await file?.check();
  for (const { file } of sources) {
    const moved = (await file?.moved()) ?? null;
    if (moved !== null) return moved;
  }
  return null;
}

/** Nothing is lost of a file that grew after its end was read, but a reader of the report may look for it. */
export function grownNotices(sources: readonly ByteSource[]): Notice[] {
  return sources.flatMap(({ name, file }): Notice[] => {
    if (file === null || file.grownBytes === 0) return [];
    const bytes = plural(file.grownBytes, 'byte');
    return [
      { level: 'info', text: `${name} grew by ${bytes} after its end was read: the next run will read them` },
    ];
  });
}

/** What is known of exports once they were read to their end, unless that was before their first record. */
export function exportNotices(sources: readonly ByteSource[]): Notice[] {
  return sources.flatMap(({ exported }) => (exported?.isBySeries === false ? exported.notices() : []));
}

async function fileSource(
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
    return textSource({
      name: input,
      raw: deviceBytes(input, handle, blockBytes),
      file: null,
      options,
      from,
    });
  }
  const startByte = from.byteOffset > 0 && !(await isConverted(input, handle, options)) ? from.byteOffset : 0;
  const file = new WatchedFile(input, handle, facts, { known, startByte, mostBytes });
  const raw = fileBytes(input, handle, { blockBytes, startByte, endByte: mostBytes }, file);
  return textSource({ name: input, raw, file, options, from, startByte });
}

interface OpenedBytes {
  readonly name: string;
  readonly raw: RawBytes;
  readonly file: WatchedFile | null;
  readonly options: TextOptions & Pick<SourceOptions, 'before' | 'allRead'>;
  readonly from: FilePosition;
  /** Where `raw` starts; above 0 only in a plain file that is text. */
  readonly startByte?: number;
}

async function textSource({
  name,
  raw,
  file,
  options,
  from,
  startByte = 0,
}: OpenedBytes): Promise<ByteSource> {
  let readBytes = startByte;
  const taken = counted(raw.chunks, (bytes) => (readBytes += bytes));
  const text = startByte > 0 ? plainText(taken) : await inputText(name, taken, options);
  const byteOffset = Math.max(text.bomBytes, from.byteOffset);
  const sums = file === null ? new PrefixSums(name, options.before ?? null, options.allRead) : null;
  return {
    name,
    live: file === null,
    sizeBytes: file?.opened.sizeBytes ?? null,
    readBytes: () => readBytes,
    inputOffset: (offset) => text.inputOffset(offset),
    file,
    isPacked: text.isGzip || text.exported !== null,
    isGzip: text.isGzip,
    exported: text.exported,
    byteOffset,
    origins: null,
    prefixAt: (at) => sums?.at(at),
    checkReached: () => sums?.checkReached(),
    againState: () => sums?.againState ?? 'same',
    whole: () => sums?.whole() ?? null,
    chunks: () => withoutFirst(name, sums?.over(text.chunks) ?? text.chunks, byteOffset - startByte),
    close: () => raw.close(),
  };
}

function plainText(chunks: InputText['chunks']): InputText {
  return { chunks, isGzip: false, exported: null, bomBytes: 0, inputOffset: (offset) => offset };
}
