import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from '../../support/reading.js';

const csv = (field: string): string =>
  [`"${field}",host,v`, ...[0, 1, 2].map((minute) => `2018-04-30 00:0${minute}:00,a,${minute}`)].join('\n');
const warnings = async (field: string, timezone: string): Promise<string[]> => {
  const { recording } = await readText(csv(field), { timezone, timeColumn: field });
  return recording.notices.map(({ text }) => text).filter((text) => text.includes('states the offset'));
};

test('times read as UTC whose column states an offset bring a warning with the flag', async () => {
  for (const [field, offset] of [
    ['Date Time, GMT-07:00', '-07:00'],
    ['time (UTC+5:30)', '+05:30'],
    ['(PDH-CSV 4.0) (W. Europe Daylight Time)(-120)', '+02:00'],
    ['(PDH-CSV 4.0) (Pacific Daylight Time)(420)', '-07:00'],
  ] as const) {
    const [warning = '', ...others] = await warnings(field, 'UTC');
    assert.ok(warning.endsWith(`give --timezone ${offset}`), warning);
    assert.deepEqual([others, await warnings(field, offset)], [[], []]);
  }
  for (const field of ['time', 'Date Time, GMT+00:00', 'time (UTC)', 'UTC-2018', '(PDH-CSV 4.0) (UTC)(0)'])
    assert.deepEqual(await warnings(field, 'UTC'), [], field);
});
