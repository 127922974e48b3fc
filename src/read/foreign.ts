import { AiopsError } from '../core/errors.js';

/** Where NUL bytes are looked for. */
const HEAD_BYTES = 4096;

/** What is not text, by its first bytes, and how to make text of it. */
const FOREIGN = [
  { magic: [0xff, 0xfe], what: 'is UTF-16 text', hint: 'convert it: iconv -f UTF-16 -t UTF-8' },
  { magic: [0xfe, 0xff], what: 'is UTF-16 text', hint: 'convert it: iconv -f UTF-16 -t UTF-8' },
  {
    magic: [0x50, 0x4b, 3, 4],
    what: 'is a zip archive or a spreadsheet',
    hint: 'unpack it, or export it as CSV',
  },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'is compressed with zstd', hint: 'pipe it: zstd -dc FILE | … -' },
  { magic: [0xfd, 0x37, 0x7a, 0x58], what: 'is compressed with xz', hint: 'pipe it: xz -dc FILE | … -' },
  { magic: [0x42, 0x5a, 0x68], what: 'is compressed with bzip2', hint: 'pipe it: bzip2 -dc FILE | … -' },
  { magic: [0x50, 0x41, 0x52, 0x31], what: 'is a Parquet file', hint: 'export it as CSV or JSONL' },
] as const;

/**
 * Refuses an input whose first bytes show that it is not text.
 *
 * @throws AiopsError `input_unusable`
 */
export function refuseForeign(name: string, head: Buffer): void {
  const foreign = FOREIGN.find(({ magic }) => magic.every((byte, i) => head[i] === byte));
  if (foreign !== undefined) {
    throw new AiopsError('input_unusable', `${name} ${foreign.what}`, { hint: foreign.hint });
  }
  const sample = head.subarray(0, HEAD_BYTES);
  const nulBytes = sample.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  if (nulBytes > sample.length / 5) {
    throw new AiopsError(
      'input_unusable',
      `${name} is not UTF-8 text: ${nulBytes} of its first bytes are NUL`,
      {
        hint: 'if it is UTF-16, convert it: iconv -f UTF-16LE -t UTF-8',
      },
    );
  }
}
