import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import {
  countText,
  durationText,
  estimateText,
  percentText,
  roundDuration,
  sizeText,
  slowdownText,
  speedupText,
} from '#build/report/format.js';

test('durations have three figures; chosen ones have no trailing zeros', () => {
  assert.deepEqual([60_000, 1500, 100, 0.02].map(durationText), ['60.0 s', '1.50 s', '100 ms', '20.0 µs']);
  assert.deepEqual([60_000, 1500, 100, 0.02].map(roundDuration), ['60 s', '1.5 s', '100 ms', '20 µs']);
  assert.equal(roundDuration(1250), '1.25 s');
  assert.equal(roundDuration(1_200_000), '20 min');
});

test('thousands are separated as in English', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), (count) => {
      assert.equal(countText(count), count.toLocaleString('en-US'));
    }),
  );
});

test('sizes are in decimal units, and zero has no decimals', () => {
  assert.deepEqual([1, 264, 1234, 70e6, 1.5e9].map(sizeText), [
    '1 byte',
    '264 bytes',
    '1.23 kB',
    '70.0 MB',
    '1.50 GB',
  ]);
  assert.deepEqual([0, 0.5].map(percentText), ['0 %', '50.0 %']);
});

test('an interval repeats the unit of its value only where it differs', () => {
  assert.equal(estimateText({ value: 10, low: 9, high: 11 }, durationText), '10.0 ms (9.00–11.0)');
  assert.equal(estimateText({ value: 1, low: 0.5, high: 2 }, durationText), '1.00 ms (500 µs–2.00 ms)');
  assert.equal(estimateText({ value: 1, low: 1, high: 1 }, durationText), '1.00 ms');
});

test('a speed-up below 1 reads as a slowdown, with its interval inverted', () => {
  assert.equal(speedupText({ value: 2, low: 1.6, high: 2.5 }), '2.00 × as fast (1.60–2.50)');
  assert.equal(speedupText({ value: 0.4, low: 0.25, high: 0.5 }), '2.50 × slower (2.00–4.00)');
  assert.equal(slowdownText({ value: 0.4, low: 0.25, high: 0.5 }), '2.50 times as long (2.00–4.00)');
  assert.equal(slowdownText({ value: 0.4, low: 0.4, high: 0.4 }, 'that'), '2.50 times as long as that');
  assert.equal(speedupText(0.4, 'one process'), '2.50 × slower than one process');
  assert.equal(
    speedupText({ value: 2, low: 1, high: 4 }, 'one process'),
    '2.00 × as fast as one process (1.00–4.00)',
  );
  assert.deepEqual(
    [1, 0.9999].map((ratio) => speedupText(ratio)),
    ['1.00 × as fast', '1.00 × as fast'],
  );
});
