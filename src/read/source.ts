import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { AiopsError, messageOf } from '../core/errors.js';
import { refuseForeign } from './foreign.js';
import { gunzip } from './gunzip.js';
import type { ReadOptions } from './options.js';

/** How the input called `-` is named in messages, rejects and series. */
export const STDIN_NAME = 'stdin';

/** The bytes of one input, uncompressed. */
export interface ByteSource {
  readonly name: string;
  /** Whether more may come at any time: standard input, a pipe. */
  readonly live: boolean;
  /** Bytes of the input itself that were taken so far, packed ones if it is packed. */
  readBytes(): number;
  /** Size of the input; null where it cannot be known. */
  readonly sizeBytes: number | null;
  /** Length of the byte-order mark that was dropped. */
  readonly bomBytes: number;
  /** Call `chunks` once. @throws AiopsError `input_unusable` on damaged gzip, `input_missing` on an I/O error */
  chunks(): AsyncIterator<Buffer, undefined>;
  /** Ends reading, also one that waits for bytes. */
  close(): Promise<void>;
}

/** Enough for a byte-order mark and every magic number. */
const MAGIC_BYTES = 4;

/**
 * Opens a file, or standard input for `-`; gzip is recognised by its first bytes and unpacked.
 *
 * @throws AiopsError `input_missing`: no such file, a folder, not readable; `input_unusable`: UTF-16,
 *   an archive, a `.gz` that is not gzip, one that expands beyond `maxExpansion`
 */
export async function openSource(
  input: string,
  blockBytes: number,
  stdin: Readable,
  { maxExpansion }: Pick<ReadOptions, 'maxExpansion'>,
): Promise<ByteSource> {
  if (input === '-') {
    try {
      return await prepare(STDIN_NAME, stdinBytes(stdin), null, maxExpansion);
    } catch (error) {
      stdin.destroy(); // whoever writes to it would keep us waiting
      throw error;
    }
  }
  const handle = await openFile(input);
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) {
      throw new AiopsError('input_missing', `${input} is a folder, not a recording`, {
        hint: `name the files in it, for instance ${input.replace(/\/$/, '')}/*.csv`,
      });
    }
    const sizeBytes = stats.isFile() ? stats.size : null;
    return await prepare(input, fileBytes(input, handle, blockBytes), sizeBytes, maxExpansion);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface RawBytes {
  readonly chunks: AsyncGenerator<Buffer, undefined>;
  close(): Promise<void>;
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new AiopsError('input_missing', `no such file: ${path}`, {
        hint: 'check the path; - reads standard input',
        cause,
      });
    }
    if (code === 'EMFILE') {
      throw new AiopsError('input_missing', `cannot open ${path}: too many open files`, {
        hint: 'raise the limit (ulimit -n 4096), or join the files into fewer',
        cause,
      });
    }
    throw unreadable(path, cause);
  }
}

function unreadable(name: string, cause: unknown): AiopsError {
  return new AiopsError('input_missing', `cannot read ${name}: ${messageOf(cause)}`, {
    hint: 'check that the file may be read and that its disk is sound',
    cause,
  });
}

function stdinBytes(stdin: Readable): RawBytes {
  async function* chunks(): AsyncGenerator<Buffer, undefined> {
    try {
      for await (const chunk of stdin) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    } catch (error) {
      throw unreadable(STDIN_NAME, error);
    }
    return undefined;
  }
  return {
    chunks: chunks(),
    close: () => {
      stdin.destroy();
      return Promise.resolve();
    },
  };
}

function fileBytes(path: string, handle: FileHandle, blockBytes: number): RawBytes {
  const readBlock = async (): Promise<Buffer> => {
    const block = Buffer.allocUnsafeSlow(blockBytes);
    const { bytesRead } = await handle.read(block, 0, blockBytes);
    return block.subarray(0, bytesRead);
  };
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await handle.close();
  };
  async function* chunks(): AsyncGenerator<Buffer, undefined> {
    try {
      let ahead = readBlock();
      for (;;) {
        const block = await ahead;
        if (block.length === 0) break;
        ahead = readBlock();
        // Nobody may be waiting for it when it fails; the next turn is.
        ahead.catch(() => undefined);
        yield block;
      }
    } catch (error) {
      if (!closed) throw unreadable(path, error);
    } finally {
      await close();
    }
    return undefined;
  }
  return { chunks: chunks(), close };
}

async function prepare(
  name: string,
  raw: RawBytes,
  sizeBytes: number | null,
  maxExpansion: number,
): Promise<ByteSource> {
  let readBytes = 0;
  const packed = await peek(
    counted(raw.chunks, (count) => (readBytes += count)),
    MAGIC_BYTES,
  );
  const zipped = packed.head[0] === 0x1f && packed.head[1] === 0x8b;
  if (!zipped && packed.head.length > 0 && name.toLowerCase().endsWith('.gz')) {
    throw new AiopsError('input_unusable', `${name} is not gzip, though its name says so`, {
      hint: 'if it is plain text, name it without .gz; otherwise fetch it again',
    });
  }
  const text = zipped ? await peek(gunzip(name, packed.chunks, maxExpansion), MAGIC_BYTES) : packed;
  const { head } = text;
  refuseForeign(name, head);
  const bomBytes = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  return {
    name,
    live: sizeBytes === null,
    sizeBytes,
    readBytes: () => readBytes,
    bomBytes,
    chunks: () => withoutFirst(text.chunks, bomBytes),
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
  chunks: AsyncGenerator<Buffer, undefined>,
  count: number,
): AsyncGenerator<Buffer, undefined> {
  let left = count;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield left === 0 ? chunk : chunk.subarray(left);
    left -= Math.min(left, chunk.length);
  }
  return undefined;
}
