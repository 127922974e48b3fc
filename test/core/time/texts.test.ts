import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AUTO_TIME, parserOf } from '#build/core/time/format.js';

import { timeParser } from '../../support/time-parser.js';

const utc = timeParser('UTC');
const dayFirst = parserOf({ ...AUTO_TIME, dayMonth: 'day-first' }, 'UTC');
const monthFirst = parserOf({ ...AUTO_TIME, dayMonth: 'month-first' }, 'UTC');

test('forms that are clear without a flag', () => {
  const forms: Readonly<Record<string, readonly string[]>> = {
    '2018-04-30T00:58:00.000Z': [
      ...[
        '20180430T005800Z',
        '20180430T0058',
        '20180430T005800.0+0000',
        '20180430 005800',
        '20180430 00:58:00',
      ],
      ...['2018-W18-1T00:58', '2018W181T005800Z', '2018-120T00:58:00Z', '2018-120 00:58', '2018/04/30 00:58'],
      ...[
        '2018/4/30 0:58:00',
        '2018.04.30 00:58',
        '2018-4-30 0:58',
        '30.04.2018 00:58',
        '30.4.2018, 0:58:00',
      ],
      ...[
        'Mon, 30 Apr 2018 00:58:00 +0000',
        '30 Apr 2018 00:58:00 GMT',
        '30-Apr-2018 00:58',
        '30 APRIL 2018 0:58 UT',
      ],
      ...['30/Apr/2018:02:58:00 +0200', 'Mon Apr 30 00:58:00 2018', 'Mon Apr 30 00:58:00 UTC 2018'],
      ...[
        'Apr 30, 2018 12:58 AM',
        'Apr 30, 2018 @ 00:58:00.000',
        '2018-04-30 12:58\u202fAM',
        '2018-04-30T02:58:00+02:00[Europe/Vienna]',
        '30.04.2018 00.58',
        '30.04.2018 00.58.00',
        'April 30, 2018, 12:58:00 a.m.',
        '2018-04-30 12:58 am',
        '2018-04-30 02:58 UTC+02:00',
      ],
      ...[
        'Mon Apr 30 2018 02:58:00 GMT+0200 (Central European Summer Time)',
        '1.52504988e9',
        '1.52504988E+12',
      ],
    ],
    '2018-04-30T00:00:00.000Z': [
      '2018-W18-1',
      '2018W181T0000',
      '2018-120',
      '2018/04/30',
      '30.04.2018',
      '30 Apr 2018',
    ],
    '2018-04-30T13:05:00.250Z': ['4/30/2018 13:05:00.250', '2018-4-30 1:05:00.25 PM', '20180430T130500,25'],
    '2017-01-01T00:00:00.000Z': [
      '2016-12-31T23:59:60Z',
      '2016-12-31 23:59:60.75',
      '2017-01-01T05:29:60+05:30',
    ],
    '2015-01-01T00:00:00.000Z': ['2015-W01-4', '2015-001'],
    '2021-01-03T00:00:00.000Z': ['2020-W53-7'],
    '2020-12-31T00:00:00.000Z': ['2020-366', '2020-W53-4'],
  };
  for (const [iso, texts] of Object.entries(forms)) {
    for (const text of texts)
      assert.equal((/^\d+\/\d+\/\d{4}/.test(text) ? monthFirst : utc)(text), Date.parse(iso), text);
  }
});

test('what is close to those forms but no time', () => {
  const nonsense = [
    ...[
      '20180431T000000Z',
      '20180430T2400',
      '20180430T005860Z',
      '20180430T00',
      '20180430T',
      '2018-W54-1',
      '2018-W53-1',
    ],
    ...[
      '2018-W18-8',
      '2018-W00-1',
      '2018-366',
      '2018-000',
      '2018/13/01',
      '2018/04-30',
      '30.02.2018',
      '04.30.2018',
    ],
    ...[
      '30/04/2018',
      '04/30/2018 00:58',
      '30-04-2018',
      '30.04.18',
      '30 Foo 2018',
      '30 Apr 18',
      'Apr 20180',
      'Apr 31, 2018',
    ],
    ...[
      '2018-04-30 13:05 PM',
      '2018-04-30 0:05 AM',
      'Mon, 30 Apr 2018 00:58:00 CEST',
      'Mon Apr 30 00:58:00 CEST 2018',
    ],
    ...[
      '2018-04-30T12:59:60Z',
      '2018-04-30T23:59:61Z',
      '2018-04-30T23:59:60+02:00',
      '2018-4-30 0:5',
      '1.5e',
      'e9',
    ],
    ...['2018-04-30T00:58:00 (CEST', '12:58 AM', 'Monday', '2018-04-30 00:58:00 +2', '20180430T005800+1'],
  ];
  for (const text of nonsense) assert.ok(Number.isNaN(utc(text)), text);
});

test('a leap second is one of UTC, whatever the zone', () => {
  assert.equal(timeParser('Europe/Vienna')('2017-01-01 00:59:60'), Date.parse('2017-01-01T00:00:00Z'));
  assert.ok(Number.isNaN(timeParser('Europe/Vienna')('2016-12-31 23:59:60')));
});

test('the order of day and month is as given, and dots always put the day first', () => {
  assert.equal(dayFirst('04/05/2018 1:05:00 PM'), Date.parse('2018-05-04T13:05:00Z'));
  assert.equal(monthFirst('04/05/2018 1:05:00 PM'), Date.parse('2018-04-05T13:05:00Z'));
  assert.equal(dayFirst('4-5-2018'), Date.parse('2018-05-04T00:00:00Z'));
  assert.equal(monthFirst('04.05.2018'), Date.parse('2018-05-04T00:00:00Z'));
  assert.ok(Number.isNaN(dayFirst('04/30/2018')));
  assert.ok(Number.isNaN(monthFirst('30/04/2018')));
});

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;

/** A second's texts in every form, by what Date says of it. */
function textsOf(ms: number): readonly string[] {
  const iso = new Date(ms).toISOString();
  const [year, month, day] = [iso.slice(0, 4), iso.slice(5, 7), iso.slice(8, 10)];
  const clock = iso.slice(11, 19);
  const compact = clock.replaceAll(':', '');
  const name = MONTHS[Number(month) - 1]!;
  const dayOfYear = (Date.parse(iso.slice(0, 10)) - Date.UTC(Number(year), 0, 1)) / DAY_MS + 1;
  const hour = Number(clock.slice(0, 2));
  const half = `${hour % 12 === 0 ? 12 : hour % 12}${clock.slice(2)} ${hour < 12 ? 'AM' : 'PM'}`;
  return [
    ...[
      `${year}${month}${day}T${compact}Z`,
      `${year}/${month}/${day} ${clock}`,
      `${day}.${month}.${year} ${clock}`,
    ],
    ...[`${year}-${Number(month)}-${Number(day)} ${Number(clock.slice(0, 2))}${clock.slice(2)}`],
    ...[new Date(ms).toUTCString(), `${day}-${name}-${year} ${clock}`, `${name} ${day}, ${year} ${half}`],
    ...[`${year}-${String(dayOfYear).padStart(3, '0')}T${clock}`, `${weekText(ms)}T${clock}`],
    ...[`${day}/${month}/${year} ${clock}`, `${Number(day)}-${Number(month)}-${year} ${half}`],
  ];
}

/** By the Thursday of its week, as ISO 8601 defines it. */
function weekText(ms: number): string {
  const weekday = ((new Date(ms).getUTCDay() + 6) % 7) + 1;
  const thursday = new Date(ms + (4 - weekday) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}-${weekday}`;
}

const SECONDS = fc.integer({ min: 0, max: Date.UTC(2101, 0, 1) / 1000 - 1 });

test('every second from 1970 to 2100 is read alike in all forms', () => {
  fc.assert(
    fc.property(SECONDS, (second) => {
      for (const text of textsOf(second * 1000)) assert.equal(dayFirst(text), second * 1000, text);
    }),
  );
});

test('in a zone, all forms mean the same instant or none', () => {
  for (const zone of ['America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', '-03:30']) {
    const parse = parserOf({ ...AUTO_TIME, dayMonth: 'day-first' }, zone);
    fc.assert(
      fc.property(SECONDS, (second) => {
        const [zoned = '', ...local] = textsOf(second * 1000);
        assert.equal(parse(zoned), second * 1000);
        const wanted = parse(new Date(second * 1000).toISOString().slice(0, 19));
        for (const text of local)
          if (!/GMT$/.test(text)) assert.equal(parse(text), wanted, `${zone} ${text}`);
      }),
    );
  }
});

test('a date alone begins at its first instant where clocks skip its midnight, and a skipped day is no time', () => {
  const parsers = [
    ...['2018-11-04', '2018/11/04', '04.11.2018'].map((text) => [text, AUTO_TIME] as const),
    ['20181104', { ...AUTO_TIME, numbers: 'compact' }] as const,
    ['04-11-18', { ...AUTO_TIME, pattern: '%d-%m-%y' }] as const,
  ];
  for (const [text, format] of parsers)
    assert.equal(parserOf(format, 'America/Sao_Paulo')(text), Date.UTC(2018, 10, 4, 3), text);
  assert.ok(Number.isNaN(parserOf(AUTO_TIME, 'America/Sao_Paulo')('2018-11-04 00:00')));
  assert.ok(Number.isNaN(parserOf(AUTO_TIME, 'Pacific/Apia')('2011-12-30')));
});
