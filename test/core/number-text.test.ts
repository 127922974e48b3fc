import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { float32Text } from '#dist/core/number-text.js';

const significantDigits = (text: string): number =>
  text.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;

test('the text reads back to the same Float32, and no shorter one does', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = float32Text(value);
      assert.ok(Object.is(Math.fround(Number(text)), value), `${text} is not ${value}`);
      const digits = significantDigits(text);
      if (digits > 1) {
        const shorter = Number(value.toPrecision(digits - 1));
        assert.notEqual(Math.fround(shorter), value, `${shorter} would do for ${text}`);
      }
    }),
    { numRuns: 5000 },
  );
});

test('well-known values', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [Math.fround(0.1), '0.1'],
    [Math.fround(1 / 3), '0.33333334'],
    [16777216, '16777216'],
    [Math.fround(1e-45), '1e-45'],
    [Math.fround(3.4028234663852886e38), '3.4028235e+38'],
  ];
  for (const [value, text] of cases) assert.equal(float32Text(value), text);
});
