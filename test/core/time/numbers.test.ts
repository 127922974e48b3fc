import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUTO_TIME, parserOf } from '#build/core/time/format.js';
import { NUMBER_FORMS, type NumberForm } from '#build/core/time/numbers.js';

const reader = (numbers: NumberForm, timezone = 'UTC') => parserOf({ ...AUTO_TIME, numbers }, timezone);
const at = (iso: string): number => Date.parse(iso);

test('the unit decides what a number is', () => {
  const cases: readonly [NumberForm, string | number, string][] = [
    ['s', 1525046400, '2018-04-30T00:00:00Z'],
    ['s', '1525046400.123', '2018-04-30T00:00:00.123Z'],
    ['s', '150000000000', '6723-04-25T02:40:00Z'],
    ['ms', 60_000, '1970-01-01T00:01:00Z'],
    ['ms', '1525046400123.9', '2018-04-30T00:00:00.123Z'],
    ['us', '600000000', '1970-01-01T00:10:00Z'],
    ['us', 1525046400123456, '2018-04-30T00:00:00.123Z'],
    ['ns', '1525046399999999999', '2018-04-29T23:59:59.999Z'],
    ['ns', '1.5250464e18', '2018-04-30T00:00:00Z'],
    ['ns', '-1', '1969-12-31T23:59:59.999Z'],
    ['days', 43220, '2018-04-30T00:00:00Z'],
    ['days', '43220.000694', '2018-04-30T00:01:00Z'],
    ['days', '43220.00208', '2018-04-30T00:03:00Z'],
    ['days', '43220.0007', '2018-04-30T00:01:00Z'],
    ['days', '43220.7', '2018-04-30T16:48:00Z'],
    ['days', 43220.00069444445, '2018-04-30T00:01:00Z'],
    ['days', '43220,5', '2018-04-30T12:00:00Z'],
    ['days', '43,220', 'none'],
    ['s', '1525046400,25', '2018-04-30T00:00:00.250Z'],
    ['s', '1,5250464E+09', '2018-04-30T00:00:00Z'],
    ['s', '1,525,046,400', 'none'],
    ['s', '0,5', '1970-01-01T00:00:00.500Z'],
    ['days1904', '41758.5', '2018-04-30T12:00:00Z'],
    ['mjd', '58238.5', '2018-04-30T12:00:00Z'],
    ['jd', '2458238.5', '2018-04-30T00:00:00Z'],
    ['jd', 2458238.540278, '2018-04-30T00:58:00Z'],
    ['datenum', '737180.25', '2018-04-30T06:00:00Z'],
    ['unixdays', 17651, '2018-04-30T00:00:00Z'],
    ['cocoa', '546739200.5', '2018-04-30T00:00:00.500Z'],
    ['ticks', '636606432000010000', '2018-04-30T00:00:00.001Z'],
    ['ticks', 636606432000010000, '2018-04-30T00:00:00.001Z'],
    ['filetime', '131695200000010000', '2018-04-30T00:00:00.001Z'],
    ['ns', 1525046400001000000, '2018-04-30T00:00:00.001Z'],
    ['compact', '20180430005801,25', '2018-04-30T00:58:01.250Z'],
    ['days', '4.32205e4', '2018-04-30T12:00:00Z'],
    ['compact', '20180430', '2018-04-30T00:00:00Z'],
    ['compact', 2018043007, '2018-04-30T07:00:00Z'],
    ['compact', '201804300058', '2018-04-30T00:58:00Z'],
    ['compact', '20180430005801', '2018-04-30T00:58:01Z'],
    ['compact', '20180430005801.25', '2018-04-30T00:58:01.250Z'],
    ['compact', '20180430005801250', '2018-04-30T00:58:01.250Z'],
    ['compact', '20180430.0', '2018-04-30T00:00:00Z'],
    ['compact', '20180430.5', 'none'],
    ['compact', '20180431', 'none'],
    ['compact', '201804300060', 'none'],
    ['compact', '1525046400', 'none'],
  ];
  for (const [form, value, iso] of cases)
    assert.equal(reader(form)(value), iso === 'none' ? NaN : at(iso), `${form} ${value}`);
});

test('days and compact dates are local times, epochs are not', () => {
  for (const [form, value] of [
    ['days', '43220.5'],
    ['compact', '20180430120000'],
    ['datenum', '737180.5'],
  ] as const)
    assert.equal(reader(form, 'Asia/Tokyo')(value), at('2018-04-30T03:00:00Z'), form);
  assert.equal(reader('mjd', 'Asia/Tokyo')('58238'), at('2018-04-30T00:00:00Z'));
  assert.equal(reader('s', 'Asia/Tokyo')(1525046400), at('2018-04-30T00:00:00Z'));
});

test('texts with a date are read whatever the unit of numbers is', () => {
  for (const form of NUMBER_FORMS)
    assert.equal(reader(form)('2018-04-30 00:58'), at('2018-04-30T00:58:00Z'), form);
});

test('every time from 1970 to 2100 is read as it is in all units', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2101, 0, 1) - 1 }), (ms) => {
      const second = Math.floor(ms / 1000) * 1000;
      assert.equal(reader('s')(ms / 1000), ms);
      assert.equal(reader('s')(String(second / 1000)), second);
      assert.equal(reader('ms')(String(ms)), ms);
      assert.equal(reader('us')(`${ms}999`), ms);
      assert.equal(reader('ns')(`${ms}999999`), ms);
      const digits = new Date(ms).toISOString().replace(/\D/g, '');
      assert.equal(reader('compact')(digits), ms);
      assert.equal(reader('compact')(digits.slice(0, 14)), second);
      assert.equal(reader('days')(25_569 + second / 86_400_000), second);
      const minute = Math.floor(ms / 60_000) * 60_000;
      for (const places of [4, 5, 6, 8, 10])
        assert.equal(reader('days')((25_569 + minute / 86_400_000).toFixed(places)), minute);
    }),
  );
});
