import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { linearScale, logScale, wholeScale } from '#build/report/charts/scale.js';

const positive = fc.double({ min: 1e-4, max: 1e7, noNaN: true });
const close = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;

test('a linear axis covers its values with round ticks', () => {
  fc.assert(
    fc.property(positive, (max) => {
      const scale = linearScale(max);
      assert.ok(close(scale.place(0), 0));
      assert.ok(scale.place(max) > 0.5 && scale.place(max) <= 1 + 1e-9);
      assert.ok(scale.ticks.length >= 2 && scale.ticks.length <= 12, String(scale.ticks.length));
      for (const tick of scale.ticks) assert.ok(scale.place(tick) > -1e-9 && scale.place(tick) < 1 + 1e-9);
    }),
  );
});

test('a logarithmic axis covers its values with a few ticks inside', () => {
  fc.assert(
    fc.property(positive, positive, (a, b) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      const scale = logScale(min, max);
      assert.ok(scale.place(min) > 0 && scale.place(max) < 1);
      assert.ok(scale.place(min) <= scale.place(max));
      assert.ok(scale.ticks.length >= 1 && scale.ticks.length <= 5, String(scale.ticks.length));
      for (const tick of scale.ticks) assert.ok(scale.place(tick) >= 0 && scale.place(tick) <= 1);
    }),
  );
});

test('an axis of actors has ticks at whole numbers from one', () => {
  assert.deepEqual(wholeScale(4).ticks, [1, 2, 3, 4]);
  assert.deepEqual(wholeScale(64).ticks, [1, 9, 17, 25, 33, 41, 49, 57]);
  assert.ok(close(wholeScale(4).place(4) - 0.5, 0.5 - wholeScale(4).place(1)), 'as much room at both ends');
});
