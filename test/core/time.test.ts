import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { formatDuration, isoTime } from '#build/core/time.js';

test('durations are shown as they would be typed', () => {
  const shown = [1, 1000, 1500, 60_000, 90_000, 300_000, 3_600_000, 86_400_000].map(formatDuration);
  assert.deepEqual(shown, ['1ms', '1s', '1500ms', '1m', '90s', '5m', '1h', '1d']);
});

test('times show milliseconds only where there are some', () => {
  assert.equal(isoTime(Date.UTC(2018, 3, 30)), '2018-04-30T00:00:00Z');
  assert.equal(isoTime(Date.UTC(2018, 3, 30) + 250), '2018-04-30T00:00:00.250Z');
});

test('a time is written as Date writes it, whatever was written before', () => {
  const time = fc.maxSafeInteger().filter((ms) => Math.abs(ms) <= 8.64e15);
  const near = fc.tuple(time, fc.array(fc.integer({ min: -100_000_000, max: 100_000_000 })));
  fc.assert(
    fc.property(near, ([start, steps]) => {
      for (const epochMs of [start, ...steps, -1, 8.64e15, -8.64e15])
        assert.equal(isoTime(epochMs), new Date(epochMs).toISOString().replace('.000Z', 'Z'));
    }),
  );
  assert.throws(() => isoTime(NaN), RangeError);
});
