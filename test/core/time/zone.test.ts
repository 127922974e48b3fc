import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { repeatedTimes } from '#build/read/shared/repeated-time.js';
import { canonicalZone } from '#build/core/time/zone.js';
import { skippedTimes } from '#build/core/skipped-time.js';
import { CLOCK_CHANGES } from '../../support/clock-changes.js';
import { timeParser } from '../../support/time-parser.js';

const MINUTE_MS = 60_000;

test('a fixed offset is a zone', () => {
  const zones = {
    '+02:00': '+02:00',
    '-0530': '-05:30',
    'UTC+2': '+02:00',
    'gmt-3': '-03:00',
    '+14': '+14:00',
  };
  for (const [text, canonical] of Object.entries(zones)) {
    assert.equal(canonicalZone(text), canonical);
    const wanted = Date.parse(`2018-04-30T12:00:00${canonical}`);
    assert.equal(timeParser(text)('2018-04-30 12:00'), wanted, text);
    assert.equal(timeParser(text)('2018-04-30 12:00Z'), Date.parse('2018-04-30T12:00:00Z'), text);
    assert.equal(skippedTimes(timeParser, text)('2018-03-25 02:30'), null);
  }
});

test('zones have one name', () => {
  assert.equal(canonicalZone('+00:00'), 'UTC');
  assert.equal(canonicalZone('UTC-0'), 'UTC');
  assert.equal(canonicalZone('utc'), 'UTC');
  assert.equal(canonicalZone('europe/vienna'), 'Europe/Vienna');
  for (const text of ['+15:00', '+2:60', '+', 'UTC+', '2', 'Europe/Atlantis', '+02:00:00'])
    assert.throws(() => canonicalZone(text), RangeError, text);
});

/** Every instant at which the clocks of a zone show a local time, by trying all offsets. */
function instantsOf(localMs: number, zone: string): number[] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const wanted = new Date(localMs).toISOString().slice(0, 19).replace('T', ' ');
  const offsets = Array.from({ length: 14 * 4 + 12 * 4 + 1 }, (_, i) => (14 - i / 4) * 60 * MINUTE_MS);
  return offsets.map((offset) => localMs - offset).filter((utcMs) => format.format(utcMs) === wanted);
}

const zonedTimes = fc
  .record({ change: fc.constantFrom(...CLOCK_CHANGES), minutes: fc.integer({ min: -1600, max: 1600 }) })
  .map(({ change: { zone, wallMs }, minutes }) => ({ zone, localMs: wallMs + minutes * MINUTE_MS }));

test('a local time is the first instant at which clocks show it, whatever was read before', () => {
  const check = (zone: string, localMs: number): void => {
    const text = new Date(localMs).toISOString().slice(0, 16);
    const [first = NaN, second] = instantsOf(localMs, zone);
    assert.equal(timeParser(zone)(text), first, `${text} in ${zone}`);
    assert.equal(skippedTimes(timeParser, zone)(text) !== null, Number.isNaN(first), text);
    if (!Number.isNaN(first)) assert.equal(repeatedTimes(zone)(first), second !== undefined, text);
  };
  fc.assert(
    fc.property(zonedTimes, ({ zone, localMs }) => check(zone, localMs)),
    { numRuns: 1000 },
  );
  for (const { zone, wallMs } of CLOCK_CHANGES)
    for (let minutes = -20; minutes <= 20; minutes++) check(zone, wallMs + minutes * MINUTE_MS);
});

test('a change of the clocks at 00:01 is not one of the whole quarter of an hour', () => {
  // At 00:01, clocks in Newfoundland and most of Labrador went to 01:01, or back to 23:01.
  const at = (zone: string, ...times: string[]): number[] => times.map(timeParser(zone));
  const [skipped, before] = at('America/Goose_Bay', '2005-04-03 00:05', '2005-04-03 00:00');
  assert.deepEqual([skipped, before], [NaN, Date.parse('2005-04-03T04:00Z')]);
  const [first, none] = at('America/St_Johns', '2005-04-03 00:00', '2005-04-03 00:05');
  assert.deepEqual([first, none], [Date.parse('2005-04-03T03:30Z'), NaN]);
});
