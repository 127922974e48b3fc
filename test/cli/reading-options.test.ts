import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readSettings, type ReadingValues } from '#build/cli/reading-options.js';
import { isoTime } from '#build/core/time.js';

import { refusal } from '../support/refusals.js';

type Values = Partial<ReadingValues>;

const DEFAULTS = { timezone: 'UTC', timeUnit: 'auto', map: {} } as ReadingValues;

function from(text: string, values: Values = {}): string {
  const { fromMs } = readSettings({ ...DEFAULTS, ...values, from: text });
  assert.ok(fromMs !== null);
  return isoTime(fromMs);
}

test('a range takes the times of recordings, and digits that can be a date are one', () => {
  assert.equal(from('20180430'), '2018-04-30T00:00:00Z');
  assert.equal(from('201804300058', { timezone: 'Asia/Tokyo' }), '2018-04-29T15:58:00Z');
  assert.equal(from('2018-W18-1'), '2018-04-30T00:00:00Z');
  assert.equal(from('30 Apr 2018 00:58', { timezone: '+02:00' }), '2018-04-29T22:58:00Z');
  assert.equal(from('1525046400'), '2018-04-30T00:00:00Z');
  assert.equal(from('1525046400000'), '2018-04-30T00:00:00Z');
  assert.equal(from('20180431'), '1970-08-22T13:40:31Z');
});

test('with a unit or a pattern, a range is read by it', () => {
  assert.equal(from('20180430', { timeUnit: 's' }), '1970-08-22T13:40:30Z');
  assert.equal(from('600000000', { timeUnit: 'us' }), '1970-01-01T00:10:00Z');
  assert.equal(from('43220.5', { timeUnit: 'days' }), '2018-04-30T12:00:00Z');
  assert.equal(from('04/05/2018', { timeFormat: '%d/%m/%Y' }), '2018-05-04T00:00:00Z');
  assert.equal(from('20183004', { timeFormat: '%Y%d%m' }), '2018-04-30T00:00:00Z');
  assert.equal(from('2018-04-30', { timeFormat: '%d/%m/%Y' }), '2018-04-30T00:00:00Z');
});

test('what is no time is a usage error', () => {
  for (const text of ['noon', '04/05/2018', '2024-13-01', '9'.repeat(30)])
    assert.throws(() => from(text), refusal('usage', /--from .* is not a time/, /give one such as/));
  for (const text of ['2018-03-25 02:30', '20180325023000'])
    assert.throws(() => from(text, { timezone: 'Europe/Vienna' }), refusal('usage', /does not exist/, /Z/));
  assert.throws(
    () => readSettings({ ...DEFAULTS, from: '20180501', to: '20180430' }),
    refusal('usage', /no minute between/, /later/),
  );
});
