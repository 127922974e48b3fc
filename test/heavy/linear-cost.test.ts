import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitFields } from '#build/read/text/split-fields.js';
import { findDelimiter } from '#build/read/sample/form/csv-head.js';
import { parseJsonLine } from '#build/read/text/json-value.js';
import { metricOfText } from '#build/read/lines/number-format.js';
import { labelOf } from '#build/read/lines/label-value.js';
import { cutEvery, readCsv } from '../support/csv-reading.js';
import { assertLinear } from '../support/growth.js';
import { readText } from '../support/reading.js';
import { timeParser } from '../support/time-parser.js';

/** Texts that make an expression try again: runs that several parts of it match, and an end that fails. */
const HARD: readonly (readonly [string, (n: number) => string])[] = [
  ['digits and an x', (n) => `${'1'.repeat(n)}x`],
  ['digits, a point, digits and an x', (n) => `${'1'.repeat(n / 2)}.${'1'.repeat(n / 2)}x`],
  ['an exponent of digits and an x', (n) => `1e${'1'.repeat(n)}x`],
  ['points', (n) => '.'.repeat(n)],
  ['blanks and an x', (n) => `1${' '.repeat(n)}x`],
  ['a date, digits and an x', (n) => `2024-01-01T00:00:00.${'1'.repeat(n)}x`],
  ['quotes', (n) => '"'.repeat(n)],
  ['quotes and delimiters', (n) => '",'.repeat(n / 2)],
  ['quotes in the wrong place', (n) => 'a",'.repeat(n / 3)],
  ['quoted fields with blanks', (n) => '"a" ,'.repeat(n / 5)],
  ['an open quote', (n) => `"${'a'.repeat(n)}`],
  ['delimiters', (n) => ','.repeat(n)],
  ['escapes', (n) => `{"a":"${'\\\\'.repeat(n / 2)}`],
  ['bare words', (n) => `{"a":${'NaN'.repeat(n / 3)}`],
  ['not a number, many times', (n) => `[${'NaN,'.repeat(n / 4)}1]`],
  ['brackets', (n) => '['.repeat(n)],
];

test('a field or line takes time in proportion to its length, whatever it holds', async () => {
  const parseTime = timeParser('UTC');
  const readers: readonly (readonly [string, (text: string) => unknown])[] = [
    ['number', metricOfText],
    ['label', labelOf],
    ['time', parseTime],
    ['CSV line', (text) => splitFields(text, ',')],
    ['CSV header', (header: string) => findDelimiter([header])],
    ['JSON line', parseJsonLine],
  ];
  for (const [what, make] of HARD) {
    for (const [reader, read] of readers) await assertLinear(`${reader}: ${what}`, make, read);
  }
});

test('a JSON string of many megabytes does not overflow the stack', async () => {
  const at = (minute: number): string => `2026-01-01T00:0${minute}:00Z`;
  const long = (minute: number): string =>
    `{"time":"${at(minute)}","target":"a","v":${minute},"note":"${'\\n'.repeat(3e6)}${'x'.repeat(9e6)}"}\n`;
  const { records, rejects } = await readText(long(0) + long(1), { format: 'jsonl' });
  assert.deepEqual(rejects, []);
  assert.deepEqual(
    records.map(({ values }) => values),
    [[0], [1]],
  );
});

test('a header takes time in proportion to its columns', async () => {
  await assertLinear(
    'columns',
    (n) => Array.from({ length: n / 16 }, (_, i) => `column-${i}`),
    (columns) =>
      readText(
        `time,target,${columns.join(',')}\n${`2026-01-01T00:00:00Z,a,${columns.map(() => 1).join(',')}\n`.repeat(
          2,
        )}`,
        { columns },
      ),
  );
});

test('a CSV file takes time in proportion to its length, whatever its quotes', async () => {
  const time = '2026-01-01T00:00:00Z';
  const good = `${time},a,1\n`;
  const shapes: readonly (readonly [string, (n: number) => string])[] = [
    ['a stray quote on every line', (n) => `${time},"a,1\n`.repeat(n / 25)],
    ['an open quote on every line', (n) => `"\n`.repeat(n / 2)],
    ['an open quote that nothing closes, and lines that are no records', (n) => `"${'x\n'.repeat(n / 2)}`],
    ['open quotes with pairs of them between', (n) => `"\n${'""\n'.repeat(9)}`.repeat(n / 29)],
    ['a record of many lines', (n) => `${time},"${'x\n'.repeat(n / 2)}",1\n`],
    ['stray quotes and records', (n) => `x,"y\n${good}`.repeat(n / 30)],
    ['pairs of quotes on one line', (n) => `${time},"${'""'.repeat(n / 2)}`],
  ];
  for (const [what, text] of shapes) {
    // Chunks far smaller than what is held back show whether it is read again with each of them.
    await assertLinear(
      what,
      (n) => cutEvery(Buffer.from(`time,target,v\n${text(n)}`), 256),
      (chunks) => {
        let count = 0;
        readCsv(
          chunks,
          2 ** 26,
          () => count++,
          () => count++,
        );
      },
    );
  }
});
