import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CsvError, parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { cutEvery, readCsv } from '../../support/csv-reading.js';
import { folderWith, readInputs, readText } from '../../support/reading.js';

const TIME = '2026-01-01T00:00:00Z';

/** What a record or a reject of a file is: its first line and where that begins, and its target or its own text. */
type Read = readonly [kind: 'record' | 'reject', line: number, byteOffset: number, text: string];

function readCut(bytes: Buffer, maxLineBytes: number, cut: number): Read[] {
  const read: Read[] = [];
  readCsv(
    cutEvery(bytes, cut),
    maxLineBytes,
    ({ target, source }) => read.push(['record', source.line, source.byteOffset, target]),
    ({ source }) => read.push(['reject', source.line, source.byteOffset, source.raw().text]),
  );
  return read;
}

/** The fields of a text; `open` where a quoted field has no end in it. */
function fieldsOf(text: string): string[] | 'open' | null {
  try {
    const rows = parse(text, { relax_column_count: true, trim: true, record_delimiter: ['\n', '\r\n'] });
    return rows.length === 1 ? (rows[0] ?? null) : null;
  } catch (error) {
    return error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : null;
  }
}

const isRow = (fields: string[] | 'open' | null): fields is [string, string, string] =>
  Array.isArray(fields) && fields.length >= 3 && fields.slice(3).every((field) => field.trim() === '');
const hasTime = (text: string): boolean => {
  const fields = fieldsOf(text);
  // A number alone is one, too: seconds since 1970.
  return isRow(fields) && (fields[0].trim() === TIME || /^\d+$/.test(fields[0].trim()));
};

/** Where the record that line `i` leaves open ends, by trying every line after it; null: its quote is a stray one. */
function joined(
  lines: readonly string[],
  i: number,
  maxLineBytes: number,
): { to: number; target: string } | null {
  for (let to = i + 1; to < lines.length; to++) {
    const text = lines.slice(i, to + 1).join('\n');
    if (text.length > maxLineBytes) return null;
    const fields = fieldsOf(text.replace(/\r$/, ''));
    if (isRow(fields)) return { to, target: fields[1].trim() };
    if (fields !== 'open' || hasTime((lines[to] ?? '').replace(/\r$/, ''))) return null;
  }
  return null;
}

/** The same as the program reads, from the whole text and with csv-parse alone. */
function readWhole(text: string, maxLineBytes: number): Read[] {
  const lines = text.split('\n');
  const read: Read[] = [];
  let at = (lines[0]?.length ?? 0) + 1;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const bare = line.replace(/\r$/, '');
    const fields = fieldsOf(bare);
    const record =
      fields === 'open'
        ? joined(lines, i, maxLineBytes)
        : isRow(fields)
          ? { to: i, target: fields[1].trim() }
          : null;
    if (line.length > maxLineBytes) read.push(['reject', i + 1, at, line]);
    else if (/^[ \t,]*$/.test(bare)) at += 0;
    else if (record !== null && record.target !== '' && hasTimeAt(lines, i, record.to)) {
      read.push(['record', i + 1, at, record.target]);
    } else read.push(['reject', i + 1, at, record === null ? bare : recordText(lines, i, record.to)]);
    const to = record === null || line.length > maxLineBytes ? i : record.to;
    for (let k = i; k <= to; k++) at += (lines[k]?.length ?? 0) + 1;
    i = to;
  }
  return read;
}

const recordText = (lines: readonly string[], from: number, to: number): string =>
  lines
    .slice(from, to + 1)
    .join('\n')
    .replace(/\r$/, '');
const hasTimeAt = (lines: readonly string[], from: number, to: number): boolean =>
  hasTime(recordText(lines, from, to)) && isNumber(recordText(lines, from, to));
function isNumber(text: string): boolean {
  const fields = fieldsOf(text);
  return isRow(fields) && /^(\d*|nan)$/.test(fields[2].trim());
}

/** Pieces of lines that make records, fields over several lines, and stray quotes of every kind. */
const piece = fc.constantFrom(
  `${TIME},a,1\n`,
  `${TIME},"b\nc",1\n`,
  `${TIME},"b\r\n""d"" e\n\n",1\r\n`,
  `${TIME},"`,
  `${TIME},`,
  '"',
  '""',
  '",1\n',
  '"\n',
  ',',
  'x',
  ' ',
  '1\n',
  '\n',
  '\r\n',
);

test('records that span lines and stray quotes are read by the rule, however the bytes arrive', () => {
  const file = fc.array(piece, { maxLength: 14 }).map((pieces) => `time,target,v\n${pieces.join('')}`);
  fc.assert(
    fc.property(
      file,
      fc.integer({ min: 64, max: 130 }),
      fc.integer({ min: 1, max: 40 }),
      (text, most, cut) => {
        const bytes = Buffer.from(text);
        const expected = readWhole(text, most);
        assert.deepEqual(readCut(bytes, most, bytes.length), expected, JSON.stringify(text));
        assert.deepEqual(readCut(bytes, most, cut), expected, JSON.stringify([text, cut]));
      },
    ),
    { numRuns: 5000 },
  );
});

test('names, labels and headers over several lines, in one piece or cut anywhere, and packed', async (t) => {
  const text =
    'time,"tar\nget","c""p""u\r\nload",note,label\r\n' +
    `${TIME},"a\nb",1,"2 lines,\nquoted ""x""","dis\nk"\r\n` +
    `${TIME},"c, d",2,,\n`;
  const options = { targetColumns: ['tar\nget'] };
  const whole = await readText(text, options);
  assert.deepEqual(whole.recording.columns, ['c"p"u\r\nload']);
  assert.deepEqual(
    whole.records.map(({ target, values, label, line }) => [target, values, label, line]),
    [
      ['a\nb', [1], 'dis\nk', 4],
      ['c, d', [2], null, 8],
    ],
  );
  for (const size of [1, 2, 7, 30]) {
    assert.deepEqual(await readText(cutEvery(Buffer.from(text), size), options), whole, `cut every ${size}`);
  }
  const folder = await folderWith(t, { 'in.csv.gz': gzipSync(text) });
  assert.deepEqual((await readInputs([join(folder, 'in.csv.gz')], options)).records, whole.records);
});

test('a stray quote in the header is an error that shows it', async () => {
  await assert.rejects(readText(`time,"target,v\n${TIME},"a",1\n`), /no time column: saw time,"target,v/);
});
