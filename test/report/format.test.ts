import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { countText, durationText, roundDuration } from '#dist/report/format.js';

test('a duration has three figures; one that somebody chose has no zeros at its end', () => {
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
