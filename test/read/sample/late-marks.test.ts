import assert from 'node:assert/strict';
import { test } from 'node:test';

import { remedyOf } from '#build/read/lines/reject-remedies.js';

import { readText } from '../../support/reading.js';

const SAMPLED = 1200;
const ROWS = 1203;
const time = (i: number): string => new Date(Date.UTC(2018, 3, 30) + i * 60_000).toISOString();
/** 990 to 999 throughout the sample. */
const until = (i: number, late: string): string => (i < SAMPLED ? String(990 + (i % 10)) : late);
const rows = (line: (i: number) => string): string[] => Array.from({ length: ROWS }, (_, i) => line(i));
const csv = (header: string, line: (i: number) => string): string => [header, ...rows(line), ''].join('\n');
const requests = (late: string): string => csv('timestamp;requests', (i) => `${time(i)};${until(i, late)}`);

async function read(text: string, options = {}) {
  const { records, rejects } = await readText(text, options);
  return { last: records.at(-1)?.values, count: records.length, rejects };
}

test('a point that first comes after the sample, where nothing shows what it means, rejects its record', async () => {
  const texts = [
    requests('1.004'),
    requests('"1.004"'),
    requests(' 1.004 '),
    requests('-1.004'),
    requests('12.004.000'),
    csv('timestamp;id;requests', (i) => `${time(i)};${i};${until(i, '1.004')}`),
  ];
  for (const text of texts) {
    const { count, rejects } = await read(text);
    assert.deepEqual(
      [count, new Set(rejects.map(({ reason }) => reason))],
      [SAMPLED, new Set(['bad_value'])],
    );
  }
});

test('its remedy works', async () => {
  const text = requests('1.004');
  const { rejects } = await read(text);
  assert.match(remedyOf('bad_value', { example: rejects[0]! }), /--decimal point, .*--decimal comma/);
  assert.deepEqual((await read(text, { decimal: '.' })).last, [1.004]);
  assert.deepEqual((await read(text, { decimal: ',' })).last, [1004]);
});

test('what another column or the time shows decides', async () => {
  const beside = (cpu: string): string =>
    csv('timestamp;cpu;requests', (i) => `${time(i)};${cpu};${until(i, '1.004')}`);
  assert.deepEqual((await read(beside('50,5'))).last, [50.5, 1004]);
  assert.deepEqual((await read(beside('50.5'))).last, [50.5, 1.004]);
  const seconds = (mark: string): string =>
    csv('timestamp;requests', (i) => `${1_525_046_400 + i * 60}${mark}25;${until(i, '1.004')}`);
  assert.deepEqual((await read(seconds(','))).last, [1004]);
  assert.deepEqual((await read(seconds('.'))).last, [1.004]);
});

test('a point that can only be decimal is read, as are all of JSON and between commas', async () => {
  for (const text of [
    csv('timestamp,requests', (i) => `${time(i)},${until(i, '1.004')}`),
    csv('timestamp\trequests', (i) => `${time(i)}\t${until(i, '1.004')}`),
    rows((i) => JSON.stringify({ timestamp: time(i), requests: until(i, '1.004') })).join('\n'),
    rows((i) => JSON.stringify({ timestamp: time(i), of: { requests: until(i, '1.004') } })).join('\n'),
  ])
    assert.deepEqual(await read(text), { last: [1.004], count: ROWS, rejects: [] });
  for (const late of ['5.5', '0.125', '12.0045', '1000.125'])
    assert.deepEqual(await read(requests(late)), { last: [Number(late)], count: ROWS, rejects: [] });
  const json = rows((i) => `{"timestamp":"${time(i)}","requests":${until(i, '1.004')}}`).join('\n');
  assert.deepEqual((await read(json)).last, [1.004]);
  const large = csv('timestamp;bytes', (i) => `${time(i)};${i < SAMPLED ? 123_456 + i : '1.125'}`);
  assert.deepEqual((await read(large)).last, [1.125]);
});

test('other marks, percent signs and units that first come after the sample reject their records', async () => {
  for (const late of ['1,004', '"1,004"', "1'004", '1 004', '1\u202F004', '5%', '50 ms', '1.2 GB', '5k']) {
    const { count, rejects } = await read(requests(late));
    assert.deepEqual([count, rejects.length], [SAMPLED, ROWS - SAMPLED], late);
  }
});
