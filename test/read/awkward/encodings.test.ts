import { gzipSync } from 'node:zlib';

import { awkwardTests, type Awkward } from '../../support/awkward.js';

const T = '2018-04-30T00:00:00Z';
const TEXT = `timestamp,target,c0\n${T},a,1\n`;
const BOM = '\ufeff';
const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const utf32 = (text: string): Buffer =>
  Buffer.concat(Array.from(text, (mark) => bytes([mark.charCodeAt(0), 0, 0, 0])));
const refused = (input: Buffer, message: RegExp): Awkward => ({ input, error: ['input_unusable', message] });
/** A row whose target is these bytes, between two sound ones. */
const oneOf = (name: readonly number[]): Awkward => ({
  input: bytes(TEXT, `${T},`, name, `,2\n${T},z,3\n`),
  records: ['2 a 1', '4 z 3'],
  rejects: ['3 bad_encoding not UTF-8'],
});

awkwardTests({
  'a byte-order mark': { input: `${BOM}${TEXT}`, records: ['2 a 1'] },
  'two byte-order marks: the second one is a blank before a name': {
    input: `${BOM}${BOM}${TEXT}`,
    records: ['2 a 1'],
  },
  'a byte-order mark within': { input: `${TEXT}${T},${BOM}b,${BOM}2\n`, records: ['2 a 1', '3 b 2'] },
  'a byte-order mark alone': { input: BOM, error: ['input_empty', /empty/] },
  'a byte-order mark before JSON': { input: `${BOM}{"timestamp":"${T}","c0":1}\n`, records: ['1 stdin 1'] },
  'UTF-16LE with its mark': refused(Buffer.from(BOM + TEXT, 'utf16le'), /is UTF-16 text/),
  'UTF-16BE with its mark': refused(Buffer.from(BOM + TEXT, 'utf16le').swap16(), /is UTF-16 text/),
  'UTF-16LE': refused(Buffer.from(TEXT, 'utf16le'), /are those of UTF-16LE/),
  'UTF-16BE': refused(Buffer.from(TEXT, 'utf16le').swap16(), /are those of UTF-16BE/),
  'UTF-32LE': refused(utf32(TEXT), /are those of UTF-32LE/),
  'UTF-32LE with its mark': refused(bytes([0xff, 0xfe, 0, 0], TEXT), /is UTF-32 text/),
  'UTF-32BE with its mark': refused(bytes([0, 0, 0xfe, 0xff], TEXT), /is UTF-32 text/),
  'NUL bytes at the beginning': refused(bytes([0, 0, 0, 0, 0], TEXT), /begins with NUL bytes/),
  'a NUL byte in a row': {
    input: bytes(TEXT, `${T},b`, [0], `,2\n${T},z,3\n`),
    records: ['2 a 1', '4 z 3'],
    rejects: ['3 bad_line a NUL byte on the line'],
  },
  'a NUL byte in the header': refused(
    bytes('timestamp,tar', [0], `get,c0\n${T},a,1\n`),
    /the header cannot be read: a NUL byte/,
  ),
  'Latin-1 in the header': refused(
    Buffer.from(`timestamp,target,größe\n${T},a,1\n`, 'latin1'),
    /the header cannot be read: not UTF-8/,
  ),
  'JSON in Latin-1 throughout': {
    ...refused(
      Buffer.from(`{"timestamp":"${T}","größe":1}\n`.repeat(3), 'latin1'),
      /can be read, from stdin:1 on: not UTF-8/,
    ),
    options: { format: 'jsonl' },
  },
  'Latin-1 in a row': oneOf([0xe9]),
  'an overlong form': oneOf([0xc0, 0xaf]),
  'a surrogate in UTF-8': oneOf([0xed, 0xa0, 0x80]),
  'beyond the last character': oneOf([0xf4, 0x90, 0x80, 0x80]),
  'a continuation byte alone': oneOf([0x80]),
  'half a character': oneOf([0xe2, 0x82]),
  'characters of all lengths': { input: `${TEXT}${T},é€🚀,2\n`, records: ['2 a 1', '3 é€🚀 2'] },
  'unassigned and private characters': {
    input: `${TEXT}${T},\ufffe\ue000\ufffd,2\n`,
    records: ['2 a 1', '3 \ufffe\ue000\ufffd 2'],
  },

  'several gzip members, an empty one among them': {
    input: Buffer.concat([TEXT.slice(0, 9), '', TEXT.slice(9)].map((part) => gzipSync(part))),
    records: ['2 a 1'],
  },
  'an empty gzip member alone': { input: gzipSync(''), error: ['input_empty', /empty/] },
  'zeros after gzip, as tapes pad': { input: bytes([...gzipSync(TEXT)], [0, 0, 0, 0]), records: ['2 a 1'] },
  'gzip in gzip': refused(gzipSync(gzipSync(TEXT)), /packed with gzip twice/),
  'gzip cut off in its header': refused(gzipSync(TEXT).subarray(0, 7), /is cut off/),
  'gzip cut off in its middle': refused(gzipSync(TEXT).subarray(0, 30), /is cut off/),
  'gzip without its last byte': { ...refused(gzipSync(TEXT).subarray(0, -1), /is cut off/) },
  'gzip with a wrong checksum': refused(wrongChecksum(), /is damaged/),
  zstd: refused(bytes([0x28, 0xb5, 0x2f, 0xfd], 'rest'), /compressed with zstd/),
  bzip2: refused(bytes('BZh91AY'), /compressed with bzip2/),
  xz: refused(bytes([0xfd], '7zXZ', [0]), /compressed with xz/),
  'a zip archive': refused(bytes('PK', [3, 4], 'rest'), /zip archive or a spreadsheet/),
  Parquet: refused(bytes('PAR1rest'), /Parquet/),
  'a workbook of old Excel': refused(bytes([0xd0, 0xcf, 0x11, 0xe0], 'rest'), /document of Microsoft Office/),
  'a program': refused(bytes('\x7fELF\x02'), /is a program/),
  'NUL bytes between others': refused(bytes('ab\0c'), /binary file/),
  'zstd in gzip': refused(gzipSync(bytes([0x28, 0xb5, 0x2f, 0xfd], 'rest')), /compressed with zstd/),
});

function wrongChecksum(): Buffer {
  const packed = gzipSync(TEXT);
  packed[packed.length - 8] = packed[packed.length - 8]! ^ 0xff;
  return packed;
}
