import assert from 'node:assert/strict';
import { test } from 'node:test';

import { awkwardTests } from '../../support/awkward.js';
import { readText } from '../../support/reading.js';

/** Text of a time → the instant it is, or null where the row is rejected. */
const TIMES: Readonly<Record<string, string | null>> = {
  '2018-04-30T00:00:00Z': '2018-04-30T00:00:00.000Z', '2018-04-30': '2018-04-30T00:00:00.000Z', '2018-04-30 00:00': '2018-04-30T00:00:00.000Z',
  ' 2018-04-30T00:00:00Z ': '2018-04-30T00:00:00.000Z', '2018-04-30T02:00:00+02:00': '2018-04-30T00:00:00.000Z', '2018-04-30T00:00:59.9Z': '2018-04-30T00:00:00.000Z',
  '0000-01-01T00:00:00Z': null, '0001-01-01T00:00:00Z': '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z': '9999-12-31T23:59:00.000Z',
  '10000-01-01T00:00:00Z': null, '+010000-01-01T00:00:00Z': null, '2018-02-30T00:00:00Z': null, '2018-02-29': null, '2016-02-29': '2016-02-29T00:00:00.000Z',
  '2016-12-31T23:59:60Z': '2017-01-01T00:00:00.000Z', '2018-13-01T00:00:00Z': null, '2018-04-31': null, '2018-04-30T24:00:00Z': null, '2018-04-30T00:60:00Z': null,
  '2018-04-30T00:00:00+25:00': null, '20180430T000000Z': '2018-04-30T00:00:00.000Z', '30.04.2018 00:00': '2018-04-30T00:00:00.000Z', '04/30/2018': null, 'yesterday': null, 'NaN': null,
  '0': '1970-01-01T00:00:00.000Z', '-1': '1969-12-31T23:59:00.000Z', '-62135596800': '0001-01-01T00:00:00.000Z', '253402300799': '1978-01-11T21:31:00.000Z',
  '1525046400': '2018-04-30T00:00:00.000Z', '1525046400123': '2018-04-30T00:00:00.000Z', '1525046400.999': '2018-04-30T00:00:00.000Z',
  '1525046400123456': null, '1525046400123456789': null, '1e9': '2001-09-09T01:46:00.000Z', '1e400': null, '0x10': null, '': null,
}; // prettier-ignore

test('valid and invalid times, each in its own row', async () => {
  const rows = Object.keys(TIMES).map((time, i) => `${time},t${i},1`);
  const { records, rejects } = await readText(['timestamp,target,c0', ...rows, ''].join('\n'), {
    interval: 60_000,
    grace: Number.MAX_SAFE_INTEGER,
  });
  const found = new Map(records.map(({ target, minute }) => [target, minute]));
  const wanted = Object.entries(TIMES).map(([time, minute], i) => [time, minute, i] as const);
  for (const [time, minute, i] of wanted) assert.equal(found.get(`t${i}`) ?? null, minute, `"${time}"`);
  for (const { line, reason } of rejects)
    assert.equal(reason, wanted[line - 2]?.[0] === '' ? 'no_time' : 'bad_time');
});

const zoned = (...times: readonly string[]): string =>
  ['timestamp,target,c0', ...times.map((time, i) => `${time},a,${i}`), ''].join('\n');

awkwardTests({
  'a local time that clocks skip is rejected, one that they repeat is the first': {
    input: zoned('2018-03-25 01:59', '2018-03-25 02:30', '2018-03-25 03:00', '2018-10-28 02:30'),
    options: { timezone: 'Europe/Vienna', interval: 60_000 },
    records: ['2 a 0', '4 a 2', '5 a 3'],
    rejects: [
      '3 bad_time timestamp: 02:30 on 2018-03-25 does not exist in Europe/Vienna: clocks go from 02:00 to 03:00',
    ],
  },
  'forms of time mixed in one file': {
    input: zoned('2018-04-30T00:00:00Z', '1525046460', '1525046520000', '2018-04-30 00:03'),
    records: ['2 a 0', '3 a 1', '4 a 2', '5 a 3'],
  },
  'all in one instant': {
    input: `timestamp,target,c0\n${'abc'
      .split('')
      .map((name) => `0,${name},1\n`)
      .join('')}`,
    records: ['2 a 1', '3 b 1', '4 c 1'],
  },
  'back in time': {
    input: zoned('2018-04-30T00:05:00Z', '2018-04-30T00:06:00Z', '2018-04-30T00:01:00Z'),
    records: ['2 a 0'],
    error: ['input_out_of_order', /stdin:4: .*not in time order/],
  },
  'back in time within the grace': {
    input: zoned('2018-04-30T00:05:00Z', '2018-04-30T00:06:00Z', '2018-04-30T00:01:00Z'),
    options: { grace: 5 },
    records: ['4 a 2', '2 a 0', '3 a 1'],
  },
  'two rows of one instant, both orders': {
    input: zoned('0', '0', '60'),
    records: ['2 a 0', '4 a 2'],
    rejects: ['3 duplicate target a already has a record'],
  },
});

test('days keep their records where clocks skip midnight', async () => {
  const days = Array.from({ length: 40 }, (_, i) =>
    new Date(Date.UTC(2018, 9, 10 + i)).toISOString().slice(0, 10),
  );
  const text = `date,v\n${days.map((day, i) => `${day},${i}\n`).join('')}`;
  const { records, rejects } = await readText(text, { timezone: 'America/Sao_Paulo' });
  assert.deepEqual([records.length, rejects.length], [days.length, 0]);
});
