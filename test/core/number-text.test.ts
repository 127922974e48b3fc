import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import fc from 'fast-check';

import { LONGEST_NUMBER, writeFloat32 } from '#build/core/number-text.js';

/** What is written, after checking that nothing else is touched. */
function float32Text(value: number): string {
  const out = Buffer.alloc(LONGEST_NUMBER + 2, '#');
  const end = writeFloat32(value, out, 1);
  assert.ok(end <= LONGEST_NUMBER + 1);
  const text = out.toString('latin1');
  assert.match(text, /^#[^#]+#+$/);
  return text.slice(1, end);
}

const significantDigits = (text: string): number =>
  text.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '').length;

/** Any Float32, and as often one of a magnitude that measurements and scores have, or with few digits. */
const floats = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -7, max: 8 })).map(scaled),
  fc.tuple(fc.integer({ min: -99_999, max: 99_999 }), fc.integer({ min: -9, max: 4 })).map(scaled),
);

function scaled([number, exponent]: [number, number]): number {
  return Math.fround(number * 10 ** exponent);
}

function checkText(value: number): void {
  const text = float32Text(value);
  assert.ok(Object.is(Math.fround(Number(text)), value), `${text} is not ${value}`);
  assert.equal(text.replace(/^-0$/, '0'), String(Number(text)), 'notation');
  const digits = significantDigits(text);
  assert.equal(Math.abs(Number(text)), Number(Math.abs(value).toPrecision(Math.max(digits, 1))));
  if (digits > 1) {
    const shorter = Number(value.toPrecision(digits - 1));
    assert.notEqual(Math.fround(shorter), value, `${shorter} would do for ${text}`);
  }
}

suite(
  'the text reads back to the same Float32, no shorter one does, and none of its length is nearer',
  () => {
    test('for any value', () => fc.assert(fc.property(floats, checkText), { numRuns: 20_000 }));

    test('at powers of two, below which numbers are half as far apart, and for their neighbours', () => {
      const bits = new Uint32Array(1);
      const value = new Float32Array(bits.buffer);
      for (let exponent = 0; exponent < 255; exponent++) {
        for (const step of [-1, 0, 1]) {
          bits[0] = Math.max(exponent * 2 ** 23 + step, 0);
          checkText(value[0]!);
        }
      }
    });

    test('where two texts are equally near', () => {
      for (let eighths = 1; eighths < 8; eighths += 2) checkText(2 ** 18 + eighths / 8);
    });
  },
);

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
