import { AiopsError } from '../../core/errors.js';

const CONVERT_16 = 'convert it: iconv -f UTF-16 -t UTF-8';
const CONVERT_32 = 'convert it: iconv -f UTF-32 -t UTF-8';

/** What is not text of ours, by its first bytes, the longer ones first, and how to make it that. */
const FOREIGN = [
  { magic: [0xff, 0xfe, 0, 0], what: 'is UTF-32 text', hint: CONVERT_32 },
  { magic: [0, 0, 0xfe, 0xff], what: 'is UTF-32 text', hint: CONVERT_32 },
  { magic: [0xff, 0xfe], what: 'is UTF-16 text', hint: CONVERT_16 },
  { magic: [0xfe, 0xff], what: 'is UTF-16 text', hint: CONVERT_16 },
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
] as const;

/** Where NUL bytes stand among the first four, when text without a byte-order mark is not UTF-8. */
const WIDE = [
  { zeros: '.0.0', encoding: 'UTF-16LE' },
  { zeros: '0.0.', encoding: 'UTF-16BE' },
  { zeros: '.000', encoding: 'UTF-32LE' },
  { zeros: '000.', encoding: 'UTF-32BE' },
] as const;

/**
 * Refuses an input whose first bytes show that it is not text. No more than four are looked at: a live input
 * may have given no more, and what becomes of an input must not depend on how it comes in pieces.
 *
 * @throws AiopsError `input_unusable`
 */
export function refuseForeign(name: string, head: Buffer): void {
  const foreign = FOREIGN.find(({ magic }) => magic.every((byte, i) => head[i] === byte));
  if (foreign !== undefined) {
    throw new AiopsError('input_unusable', `${name} ${foreign.what}`, { hint: foreign.hint });
  }
  const zeros = Array.from(head.subarray(0, 4), (byte) => (byte === 0 ? '0' : '.')).join('');
  if (zeros === '0000') {
    throw new AiopsError('input_unusable', `${name} is not text: it begins with NUL bytes`, {
      hint: `if text follows them: tr -d '\\000' < FILE | … -`,
    });
  }
  const wide = WIDE.find((each) => each.zeros === zeros);
  if (wide !== undefined) {
    throw new AiopsError(
      'input_unusable',
      `${name} is not UTF-8 text: the NUL bytes at its beginning are those of ${wide.encoding}`,
      { hint: `convert it: iconv -f ${wide.encoding} -t UTF-8` },
    );
  }
}
