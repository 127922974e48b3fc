import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AiopsError } from '../../core/errors.js';
import { shellPath } from '../../core/shell-word.js';
import { recode } from '../shared/recode.js';
import { STDIN_NAME } from '../shared/stdin-name.js';
import { peek } from './chunks.js';

const CHUNK_BYTES = 256 * 1024;
/** Unpacking this much does no harm, however small the input. */
const HARMLESS_BYTES = 64 * 1024 * 1024;

/** Enough for a byte-order mark and every magic number. */
const MAGIC_BYTES = 4;
/** So much of a text shows what it is. */
const HEAD_BYTES = 16_384;

export interface UnpackedText {
  readonly chunks: AsyncGenerator<Buffer, undefined>;
  readonly isGzip: boolean;
  /** Length of the byte-order mark that `chunks` begin with. */
  readonly bomBytes: number;
  /** The offset in the input of an offset in the text that was read, roughly if it is packed. */
  inputOffset(textOffset: number): number;
}

/** How far gzip is unpacked. */
interface Unpacking {
  packedBytes: number;
  unpackedBytes: number;
  /** The first bytes of the text, enough to recognize it. */
  head: Buffer;
}

export interface UnpackOptions {
  readonly maxExpansion: number;
  /** Whether the beginning of the text, which begins with these bytes, cannot be read alone. */
  readonly needsEnd?: (head: Buffer) => boolean;
}

/**
 * The text of an input, with gzip unpacked.
 *
 * @throws AiopsError `input_unusable`: not text, or a `.gz` that is not gzip
 */
export async function unpacked(
  name: string,
  chunks: AsyncGenerator<Buffer, undefined>,
  { maxExpansion, needsEnd = () => false }: UnpackOptions,
): Promise<UnpackedText> {
  const packed = await peek(chunks, hasMagic);
  const isPacked = isGzip(packed.head);
  if (!isPacked && packed.head.length > 0 && name.toLowerCase().endsWith('.gz')) {
    throw new AiopsError('input_unusable', `${name} is not gzip, despite its name`, {
      hint: 'if it is plain text, rename it to end without .gz; otherwise download or copy it again',
    });
  }
  const done: Unpacking = { packedBytes: 0, unpackedBytes: 0, head: Buffer.alloc(0) };
  const limits = { maxExpansion, needsEnd };
  const text = isPacked ? await peek(gunzip(name, packed.chunks, limits, done), hasMagic) : packed;
  const { head } = text;
  refuseForeign(name, head);
  const inputOffset = (textOffset: number): number =>
    isPacked ? (textOffset * done.packedBytes) / Math.max(done.unpackedBytes, 1) : textOffset;
  return { chunks: text.chunks, isGzip: isPacked, bomBytes: hasBom(head) ? 3 : 0, inputOffset };
}

function hasMagic(head: Buffer): boolean {
  return head.length >= MAGIC_BYTES;
}

/** Whether a text begins with a byte-order mark. */
export function hasBom(head: Buffer): boolean {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
}

export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Unpacks gzip of one or more members.
 *
 * @throws AiopsError `input_unusable`, with the place, if it is cut off or damaged, or unpacks to more than 64 MiB and
 *   `maxExpansion` times the packed bytes
 */
async function* gunzip(
  name: string,
  packed: AsyncIterable<Buffer>,
  { maxExpansion, needsEnd }: Required<UnpackOptions>,
  done: Unpacking,
): AsyncGenerator<Buffer, undefined> {
  const input = Readable.from(packed, { objectMode: false });
  // No chunk may wait in the stream: it would be lost if the bytes after it turn out to be damaged.
  const unzip = createGunzip({ chunkSize: CHUNK_BYTES, ...{ readableHighWaterMark: 1 } });
  input.on('error', (error) => unzip.destroy(error));
  input.pipe(unzip);
  try {
    for await (const chunk of unzip) {
      const bytes = chunk as Buffer;
      if (done.head.length < HEAD_BYTES) done.head = Buffer.concat([done.head, bytes]);
      done.unpackedBytes += bytes.length;
      done.packedBytes = unzip.bytesWritten;
      const { packedBytes, unpackedBytes } = done;
      if (unpackedBytes > HARMLESS_BYTES && unpackedBytes > maxExpansion * packedBytes) {
        throw expandsTooMuch(name, packedBytes, unpackedBytes, maxExpansion);
      }
      yield bytes;
    }
  } catch (error) {
    if (error instanceof AiopsError) throw error;
    throw damaged(name, error, { ...done, packedBytes: unzip.bytesWritten }, needsEnd(done.head));
  } finally {
    input.destroy();
    unzip.destroy();
  }
  return undefined;
}

function damaged(
  name: string,
  cause: unknown,
  { packedBytes, unpackedBytes }: Unpacking,
  isUseless: boolean,
): AiopsError {
  const code = (cause as NodeJS.ErrnoException).code;
  const [what, where] =
    code === 'Z_BUF_ERROR'
      ? ['is cut off', 'its gzip data ends']
      : ['is damaged', 'its gzip data is corrupt, or followed by something else,'];
  return new AiopsError(
    'input_unusable',
    `${name} ${what}: ${where} near byte ${packedBytes}, after ${unpackedBytes} bytes of text`,
    {
      hint: isUseless
        ? 'download or copy it again'
        : `download or copy it again; to replay what can be recovered: gzip -dc ${name} 2>/dev/null | aiops-serve replay -`,
      cause,
    },
  );
}

function expandsTooMuch(name: string, packedBytes: number, unpackedBytes: number, limit: number): AiopsError {
  return new AiopsError(
    'input_unusable',
    `${name} expands too much: its first ${packedBytes} packed bytes unpack to ${unpackedBytes}, more than ${limit} times as many`,
    {
      hint: 'monitoring data does not compress that well: check the file; if it is sound, raise --max-expansion',
    },
  );
}

const TO_CSV = 'export it as CSV';

interface ForeignBytes {
  readonly magic: readonly number[];
  readonly what: string;
  readonly hint?: string;
  /** Of text that iconv converts. */
  readonly encoding?: string;
}

/** Formats we do not read, by their first bytes, longer ones first, and what to do about each FILE. */
const FOREIGN: readonly ForeignBytes[] = [
  { magic: [0xff, 0xfe, 0, 0], what: 'is UTF-32 text', encoding: 'UTF-32' },
  { magic: [0, 0, 0xfe, 0xff], what: 'is UTF-32 text', encoding: 'UTF-32' },
  { magic: [0xff, 0xfe], what: 'is UTF-16 text', encoding: 'UTF-16' },
  { magic: [0xfe, 0xff], what: 'is UTF-16 text', encoding: 'UTF-16' },
  {
    magic: [0x50, 0x4b, 3, 4],
    what: 'is a zip archive or a spreadsheet',
    hint: 'unpack it, or export it as CSV',
  },
  { magic: [0x1f, 0x8b], what: 'is packed with gzip twice', hint: 'pipe it: gzip -dc FILE | … -' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'is compressed with zstd', hint: 'pipe it: zstd -dc FILE | … -' },
  { magic: [0xfd, 0x37, 0x7a, 0x58], what: 'is compressed with xz', hint: 'pipe it: xz -dc FILE | … -' },
  { magic: [0x42, 0x5a, 0x68], what: 'is compressed with bzip2', hint: 'pipe it: bzip2 -dc FILE | … -' },
  { magic: [0x50, 0x41, 0x52, 0x31], what: 'is a Parquet file', hint: 'export it as CSV or JSONL' },
  {
    magic: [0xd0, 0xcf, 0x11, 0xe0],
    what: 'is a spreadsheet or a document of Microsoft Office',
    hint: TO_CSV,
  },
  { magic: [0x89, 0x48, 0x44, 0x46], what: 'is an HDF5 file', hint: TO_CSV },
  {
    magic: [0x25, 0x50, 0x44, 0x46],
    what: 'is a PDF document',
    hint: 'get the data behind it as CSV or JSONL',
  },
  { magic: [0x7f, 0x45, 0x4c, 0x46], what: 'is a program', hint: 'name a recording' },
];

/** Where the NUL bytes are among the first four of text that has no byte-order mark and is not UTF-8. */
const WIDE = [
  { zeros: '.0.0', encoding: 'UTF-16LE' },
  { zeros: '0.0.', encoding: 'UTF-16BE' },
  { zeros: '.000', encoding: 'UTF-32LE' },
  { zeros: '000.', encoding: 'UTF-32BE' },
] as const;

/**
 * Refuses an input whose first bytes show that it is not text. Looks at four bytes at most: a live input may not have
 * sent more, and the outcome must not depend on how its bytes arrive.
 *
 * @throws AiopsError `input_unusable`
 */
function refuseForeign(name: string, head: Buffer): void {
  const refused = (what: string, hint: string): AiopsError =>
    new AiopsError('input_unusable', `${name} ${what}`, {
      hint: name === STDIN_NAME ? hint : hint.replace('FILE', () => shellPath(name)),
    });
  const convert = (encoding: string): string => `convert it: ${recode(encoding, name)}`;
  const foreign = FOREIGN.find(({ magic }) => magic.every((byte, i) => head[i] === byte));
  if (foreign !== undefined) {
    const { what, encoding, hint = '' } = foreign;
    throw refused(what, encoding === undefined ? hint : convert(encoding));
  }
  const zeros = Array.from(head.subarray(0, 4), (byte) => (byte === 0 ? '0' : '.')).join('');
  if (zeros === '0000') {
    throw refused(
      'is not text: it begins with NUL bytes',
      `if text follows them: tr -d '\\000' < FILE | … -`,
    );
  }
  const wide = WIDE.find((each) => each.zeros === zeros);
  if (wide === undefined) {
    if (zeros.includes('0'))
      throw refused('is a binary file: NUL bytes are at its beginning', 'name a recording');
    return;
  }
  throw refused(
    `is not UTF-8 text: the NUL bytes at its beginning are those of ${wide.encoding}`,
    convert(wide.encoding),
  );
}
