import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUTO_TIME, parserOf } from '#build/core/time/format.js';

const read = (pattern: string, value: string | number, timezone = 'UTC'): number =>
  parserOf({ ...AUTO_TIME, pattern }, timezone)(value);

test('each directive', () => {
  const cases: readonly [pattern: string, text: string | number, iso: string][] = [
    ['%d/%m/%Y %H:%M', '30/04/2018 00:58', '2018-04-30T00:58:00Z'],
    ['%d/%m/%Y %H:%M', ' 4/5/2018 0:58 ', '2018-05-04T00:58:00Z'],
    ['%m/%d/%y %I:%M:%S %p', '04/30/18 1:05:00 PM', '2018-04-30T13:05:00Z'],
    ['%d-%b-%y', '30-Apr-69', '1969-04-30T00:00:00Z'],
    ['%a, %d %B %Y %T %Z', 'Monday, 30 April 2018 00:58:00 GMT', '2018-04-30T00:58:00Z'],
    ['%Y%m%d%H%M%S%f', '20180430005801250', '2018-04-30T00:58:01.250Z'],
    ['%Y%m%d', 20180430, '2018-04-30T00:00:00Z'],
    ['%Y-%j %R', '2018-120 00:58', '2018-04-30T00:58:00Z'],
    ['%Y%j', '2018120', '2018-04-30T00:00:00Z'],
    ['%FT%T.%f%z', '2018-04-30T02:58:00.123456+02:00', '2018-04-30T00:58:00.123Z'],
    ['%FT%T%z', '2018-04-30T00:58:00Z', '2018-04-30T00:58:00Z'],
    ['at %s.%f (100%%)', 'at 1525046400.5 (100%)', '2018-04-30T00:00:00.500Z'],
    ['%Y-%m', '2018-04', '2018-04-01T00:00:00Z'],
    ['[%d|%b|%Y:%T]', '[30|apr|2018:23:59:60]', '2018-05-01T00:00:00Z'],
  ];
  for (const [pattern, text, iso] of cases) assert.equal(read(pattern, text), Date.parse(iso), pattern);
});

test('a text that does not match as a whole, or has no such time, is no time', () => {
  const cases: readonly [pattern: string, text: string][] = [
    ['%Y%m%d', '2018430'],
    ['%Y%m%d', '20180431'],
    ['%d/%m/%Y', '04/30/2018'],
    ['%d/%m/%Y', '30/04/2018 00:58'],
    ['%d/%m/%Y', '2018-04-30'],
    ['%I:%M %p %F', '13:05 PM 2018-04-30'],
    ['%F %T %Z', '2018-04-30 00:58:00 CEST'],
    ['%d %b %Y', '30 Foo 2018'],
    ['%F.%H', '2018-04-30x00'],
  ];
  for (const [pattern, text] of cases) assert.ok(Number.isNaN(read(pattern, text)), `${pattern} ${text}`);
});

test('a pattern that cannot say a time is refused', () => {
  for (const pattern of ['%Q', '%', '%d.%m', '%H:%M', '%Y-%d', '%Y %Y', '%Y %I', '%F %Mm', 'date', ''])
    assert.throws(() => read(pattern, ''), RangeError, pattern);
});

test('local times are in the zone', () => {
  assert.equal(read('%d.%m.%Y %H:%M', '30.04.2018 12:00', '+05:30'), Date.parse('2018-04-30T06:30:00Z'));
  assert.ok(Number.isNaN(read('%d.%m.%Y %H:%M', '25.03.2018 02:30', 'Europe/Vienna')));
});

test('a pattern reads what Date writes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2101, 0, 1) - 1 }), (ms) => {
      const iso = new Date(ms).toISOString();
      const date = `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(0, 4)}`;
      assert.equal(read('%d/%m/%Y %H:%M:%S.%f', `${date} ${iso.slice(11, 23)}`), ms);
      const second = Math.floor(ms / 1000) * 1000;
      assert.equal(read('%a, %d %b %Y %T %Z', new Date(ms).toUTCString()), second);
    }),
  );
});
