import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { skippedTimes } from '#build/core/skipped-time.js';

import { timeParser } from '../support/time-parser.js';

const skipped = (zone: string) => skippedTimes(timeParser, zone);

test('a time that a zone skips is explained by the zone and the gap', () => {
  for (const [zone, time, expected] of [
    [
      'Europe/Berlin',
      '2024-03-31 02:30',
      '02:30 on 2024-03-31 does not exist in Europe/Berlin: clocks go from 02:00 to 03:00',
    ],
    [
      'Europe/Berlin',
      ' 2024-03-31T02:00:01.5 ',
      '02:00:01 on 2024-03-31 does not exist in Europe/Berlin: clocks go from 02:00 to 03:00',
    ],
    [
      'America/New_York',
      '2024-03-10 02:59:59',
      '02:59:59 on 2024-03-10 does not exist in America/New_York: clocks go from 02:00 to 03:00',
    ],
    [
      'Australia/Lord_Howe',
      '2024-10-06 02:15',
      '02:15 on 2024-10-06 does not exist in Australia/Lord_Howe: clocks go from 02:00 to 02:30',
    ],
    [
      'Pacific/Apia',
      '2011-12-30',
      '00:00 on 2011-12-30 does not exist in Pacific/Apia: clocks go from 2011-12-30 00:00 to 2011-12-31 00:00',
    ],
  ] as const) {
    assert.equal(skipped(zone)(time), expected);
  }
});

test('nothing else is explained so', () => {
  const explain = skipped('Europe/Berlin');
  for (const time of [
    '',
    'x',
    '2024-13-01',
    '2024-03-31 03:00',
    '2024-03-31 01:59:59',
    '2024-03-31 02:30Z',
    1711848600,
  ])
    assert.equal(explain(time), null, String(time));
  assert.equal(skipped('UTC')('2024-03-31 02:30'), null);
});

test('whatever a zone cannot read though UTC can is explained', () => {
  const hours = fc.integer({ min: Date.UTC(1975, 0, 1) / 9e5, max: Date.UTC(2030, 0, 1) / 9e5 });
  for (const zone of ['Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Asia/Tehran']) {
    const [explain, parse] = [skipped(zone), timeParser(zone)];
    fc.assert(
      fc.property(hours, (quarter) => {
        const time = new Date(quarter * 9e5).toISOString().slice(0, 16);
        assert.equal(explain(time) !== null, Number.isNaN(parse(time)), time);
      }),
      { numRuns: 300 },
    );
  }
});
