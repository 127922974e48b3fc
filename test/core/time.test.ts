import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, isoTime } from '#build/core/time.js';

test('durations are shown as they would be typed', () => {
  const shown = [1, 1000, 1500, 60_000, 90_000, 300_000, 3_600_000, 86_400_000].map(formatDuration);
  assert.deepEqual(shown, ['1ms', '1s', '1500ms', '1m', '90s', '5m', '1h', '1d']);
});

test('times show milliseconds only where there are some', () => {
  assert.equal(isoTime(Date.UTC(2018, 3, 30)), '2018-04-30T00:00:00Z');
  assert.equal(isoTime(Date.UTC(2018, 3, 30) + 250), '2018-04-30T00:00:00.250Z');
});
