import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { timeParser } from '../../support/time-parser.js';

const utc = timeParser('UTC');
const at = (iso: string): number => Date.parse(iso);

test('every listed form of time is read', () => {
  const forms: readonly [string | number, string][] = [
    ['2018-04-25T00:01:02Z', '2018-04-25T00:01:02.000Z'],
    ['2018-04-25T00:01:02', '2018-04-25T00:01:02.000Z'],
    ['2018-04-25 00:01:02', '2018-04-25T00:01:02.000Z'],
    ['2018-04-25 00:01', '2018-04-25T00:01:00.000Z'],
    ['2018-04-25', '2018-04-25T00:00:00.000Z'],
    ['2018-04-25t00:01z', '2018-04-25T00:01:00.000Z'],
    ['2018-04-25T00:01:02.5Z', '2018-04-25T00:01:02.500Z'],
    ['2018-04-25T00:01:02,123456789Z', '2018-04-25T00:01:02.123Z'],
    ['2018-04-25T00:01:02+02:00', '2018-04-24T22:01:02.000Z'],
    ['2018-04-25T00:01-0530', '2018-04-25T05:31:00.000Z'],
    ['2018-04-25 00:01:02.25 +01', '2018-04-24T23:01:02.250Z'],
    ['2018-04-25 00:01:02 UTC', '2018-04-25T00:01:02.000Z'],
    ['  2018-04-25 00:01:02\t', '2018-04-25T00:01:02.000Z'],
    ['2020-02-29', '2020-02-29T00:00:00.000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
    ['1524614462', '2018-04-25T00:01:02.000Z'],
    ['1524614462.123', '2018-04-25T00:01:02.123Z'],
    [1524614400.123, '2018-04-25T00:00:00.123Z'],
    [1524614462, '2018-04-25T00:01:02.000Z'],
    [1524614462000, '2018-04-25T00:01:02.000Z'],
    ['1524614462000', '2018-04-25T00:01:02.000Z'],
    [-1.5, '1969-12-31T23:59:58.500Z'],
    ['0', '1970-01-01T00:00:00.000Z'],
  ];
  for (const [text, iso] of forms) assert.equal(utc(text), at(iso), String(text));
});

test('what is no time is NaN', () => {
  const nonsense = [
    ...[
      '',
      ' ',
      'now',
      'NaN',
      'Infinity',
      '1e',
      '1e400',
      '0x10',
      '1_000',
      '--1',
      '12:00',
      '2018-4',
      '2018-4',
    ],
    ...['2018-13-01', '2018-00-01', '2018-02-30', '2018-02-29', '1900-02-29', '2018-04-31', '2018-04-00'],
    ...['0000-01-01', '2018-04-25T24:00', '2018-04-25T12:60', '2018-04-25T12:00:60', '2018-04-25T12'],
    ...['2018-04-25T12:00:00.', '2018-04-25T12:00:00.Z', '2018-04-25X12:00', '2018-04-25T12:00:00+24:00'],
    ...['2018-04-25T12:00:00+1', '2018-04-25T12:00:00+01:60', '2018-04-25T12:00:00 CET', '2018/04-25 12:00'],
    ...['2018-04-25T12:00:00ZZ', '2018-04-25T1a:00', '25.04.18 12:00', '2018-04-25T12:00:0', '99999-01-01'],
    ...['1524614462000000', '1524614462000000000', '9'.repeat(400)],
  ];
  for (const text of nonsense) assert.ok(Number.isNaN(utc(text)), text);
  for (const number of [NaN, Infinity, -Infinity, 1e300])
    assert.ok(Number.isNaN(utc(number)), String(number));
});

test('every millisecond between the years 1 and 9999 is read as Date reads it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: at('0001-01-01T00:00:00Z'), max: at('9999-12-31T23:59:59.999Z') }),
      (ms) => {
        const iso = new Date(ms).toISOString();
        assert.equal(utc(iso), ms);
        assert.equal(utc(iso.slice(0, 19).replace('T', ' ')), Math.floor(ms / 1000) * 1000);
        assert.equal(utc(iso.slice(0, 16)), Math.floor(ms / 60_000) * 60_000);
      },
    ),
  );
});

test('any text gives a time or NaN, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+0-9TZ:. ]{0,30}$/)), (text) => {
      const ms = utc(text);
      assert.ok(Number.isNaN(ms) || Number.isInteger(ms));
    }),
  );
});

test('a time without a zone is in the zone given, one with a zone is not', () => {
  const berlin = timeParser('Europe/Berlin');
  assert.equal(berlin('2026-01-15 12:00'), at('2026-01-15T11:00:00Z'));
  assert.equal(berlin('2026-07-15 12:00'), at('2026-07-15T10:00:00Z'));
  assert.equal(berlin('2026-07-15 12:00Z'), at('2026-07-15T12:00:00Z'));
  assert.equal(berlin('2026-07-15 12:00-01:00'), at('2026-07-15T13:00:00Z'));
  assert.equal(berlin(1524614400), 1524614400000);
  assert.equal(timeParser('Asia/Kathmandu')('2026-01-15 12:00'), at('2026-01-15T06:15:00Z'));
});

test('where clocks change: the first of two equal times, and no time that never was', () => {
  const berlin = timeParser('Europe/Berlin');
  assert.equal(berlin('2026-10-25 02:30'), at('2026-10-25T00:30:00Z'));
  assert.equal(berlin('2026-10-25 03:00'), at('2026-10-25T02:00:00Z'));
  assert.equal(berlin('2026-03-29 01:59'), at('2026-03-29T00:59:00Z'));
  assert.ok(Number.isNaN(berlin('2026-03-29 02:00')));
  assert.ok(Number.isNaN(berlin('2026-03-29 02:59:59')));
  assert.equal(berlin('2026-03-29 03:00'), at('2026-03-29T01:00:00Z'));
  // Half an hour in Lord Howe, and a whole day that Samoa left out.
  const lordHowe = timeParser('Australia/Lord_Howe');
  assert.ok(Number.isNaN(lordHowe('2026-10-04 02:15')));
  assert.equal(lordHowe('2026-10-04 02:30'), at('2026-10-03T15:30:00Z'));
  assert.ok(Number.isNaN(timeParser('Pacific/Apia')('2011-12-30 12:00')));
});

test("in any zone, an instant's wall-clock time is read as that instant, or as its twin an hour before", () => {
  const zones = [
    'America/New_York',
    'Australia/Lord_Howe',
    'Europe/London',
    'Asia/Kolkata',
    'Africa/Casablanca',
  ];
  for (const zone of zones) {
    const parse = timeParser(zone);
    const wall = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    fc.assert(
      fc.property(
        fc.integer({ min: at('1974-01-01T00:00:00Z') / 1000, max: at('2037-01-01T00:00:00Z') / 1000 }),
        (s) => {
          const back = s * 1000 - parse(wall.format(s * 1000));
          assert.ok([0, 3_600_000, 1_800_000].includes(back), `${zone} ${s}: ${back}`);
          if (back > 0) assert.equal(wall.format(s * 1000 - back), wall.format(s * 1000));
        },
      ),
    );
  }
});

test('an unknown zone is an error', () => {
  assert.throws(() => timeParser('Europe/Atlantis'), RangeError);
});
