import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { keyTally, keyText } from '#build/core/key-text.js';
import { ShapeError } from '#build/core/shape.js';

const tally = fc.uniqueArray(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })).chain((keys) =>
  fc
    .array(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
      minLength: keys.length,
      maxLength: keys.length,
    })
    .map((counts) => ({ keys: Int32Array.from(keys).sort(), counts: Float64Array.from(counts) })),
);

test('keys and counts are read as they were written', () => {
  fc.assert(fc.property(tally, (written) => assert.deepEqual(keyTally(keyText(written)), written)));
  const extremes = {
    keys: Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
    counts: Float64Array.of(Number.MAX_SAFE_INTEGER, 1),
  };
  assert.deepEqual(keyTally(keyText(extremes)), extremes);
});

test('a text that ends within a number or a pair is refused', () => {
  const whole = Buffer.from(
    keyText({ keys: Int32Array.of(5, 700), counts: Float64Array.of(1, 900) }),
    'base64',
  );
  for (const end of [whole.length - 1, whole.length - 2])
    assert.throws(() => keyTally(whole.toString('base64', 0, end)), ShapeError);
  assert.throws(() => keyTally(7), ShapeError);
});
