import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textKind } from '#build/core/time/texts.js';
import { readText } from '../../support/reading.js';
import { timeParser } from '../../support/time-parser.js';

const utc = timeParser('UTC');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const pad = (number: number): string => String(number).padStart(2, '0');

/** How a month is written. */
const FORMS: readonly ((year: number, month: number) => string)[] = [
  (year, month) => `${year}-${pad(month)}`,
  (year, month) => `${year}/${pad(month)}`,
  (year, month) => `${year}M${pad(month)}`,
  (year, month) => `${pad(month)}/${year}`,
  (year, month) => `${month}-${year}`,
  (year, month) => `${MONTHS[month - 1]} ${year}`,
  (year, month) => `${MONTHS[month - 1]?.toUpperCase()}-${year}`,
  (year, month) => `${MONTHS[month - 1]}. ${year}`,
  (year, month) => `${year} ${MONTHS[month - 1]}`,
];

test('months, quarters and weeks are the first midnight of theirs', () => {
  for (let month = 1; month <= 12; month++)
    for (const form of FORMS)
      assert.equal(utc(form(2018, month)), Date.UTC(2018, month - 1), form(2018, month));
  for (const text of ['2018Q2', '2018-Q2', '2018 q2', 'Q2 2018', 'Q2/2018', 'Q2-2018'])
    assert.equal(utc(text), Date.UTC(2018, 3), text);
  assert.equal(utc('2018-W18'), Date.UTC(2018, 3, 30));
  assert.equal(utc('2018W01'), Date.UTC(2018, 0, 1));
  assert.equal(utc('September 2018'), Date.UTC(2018, 8));
  assert.equal(timeParser('Europe/Vienna')('Apr 2018'), Date.parse('2018-03-31T22:00Z'));
  assert.equal(textKind('2018-04'), 'period');
});

test('what is close to a period is no time', () => {
  for (const text of [
    ...[
      '2018-00',
      '2018-13',
      '13/2018',
      '2018Q5',
      'Q0 2018',
      '2018-W54',
      '2018-W00',
      'Jan-18',
      '18-Jan',
      'Q1-18',
    ],
    ...['Apri 2018', '2018-04 00:00', 'Q2 2018 00:00', '1234-04', '04 2018', 'web 2018', '2018-4-'],
  ])
    assert.ok(Number.isNaN(utc(text)), text);
});

test('a recording of months or quarters has such intervals', async () => {
  const rows = (times: readonly string[]): string =>
    ['time,v', ...times.map((time, i) => `${time},${i}`)].join('\n');
  const all = Array.from({ length: 24 }, (_, i) => [2017 + Math.floor(i / 12), (i % 12) + 1] as const);
  for (const form of FORMS) {
    const { recording, records, rejects } = await readText(
      rows(all.map(([year, month]) => form(year, month))),
    );
    assert.deepEqual(rejects, []);
    assert.deepEqual(
      records.map(({ minute }) => minute),
      all.map(([year, month]) => new Date(Date.UTC(year, month - 1)).toISOString()),
    );
    assert.equal(recording.grid.zone, null);
  }
  const quarters = await readText(rows(['Q3 2017', 'Q4 2017', 'Q1 2018', 'Q2 2018', 'Q3 2018']));
  assert.equal(quarters.records.at(-1)?.minute, '2018-07-01T00:00:00.000Z');
  assert.equal(quarters.recording.intervalMs, (3 * 146_097 * 86_400_000) / 4800);
});

test('a month among days rejects its record, and a month with two digits of the year names a format', async () => {
  const days = Array.from({ length: 8 }, (_, i) => `2018-04-0${i + 1},${i}`);
  const { rejects } = await readText(['time,v', ...days, '2018-05,9'].join('\n'));
  assert.deepEqual(
    rejects.map(({ line, reason }) => [line, reason]),
    [[10, 'bad_time']],
  );
  const short = MONTHS.map((name, i) => `${name}-18,${i}`);
  const text = ['time,v', ...short].join('\n');
  await assert.rejects(
    readText(text),
    ({ hint }: { hint?: string }) => hint?.includes('--time-format, here "%b-%y"') === true,
  );
  assert.equal((await readText(text, { timeFormat: '%b-%y' })).records.length, 12);
});
