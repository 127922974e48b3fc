import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeParser } from '#build/core/time/format.js';
import { canonicalZone } from '#build/core/time/zone.js';
import { skippedTimes } from '#build/core/skipped-time.js';

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
