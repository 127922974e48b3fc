import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { fitInput } from '#build/actor/backends/input-shape.js';
import { refusal } from '../../support/refusals.js';

const dims = (item: readonly number[], declared: readonly (number | null)[]): readonly number[] =>
  fitInput(item, declared, 'the model').dims;

suite('fitInput', () => {
  test('takes what is declared alike', () => {
    assert.deepEqual(fitInput([60], [null, 60], 'm'), { batch: null, dims: [60] });
    assert.deepEqual(fitInput([60, 4], [-1, 60, 4], 'm'), { batch: null, dims: [60, 4] });
    assert.deepEqual(fitInput([60, 4], [null, null, 4], 'm'), { batch: null, dims: [60, 4] });
    assert.deepEqual(fitInput([60, 4], undefined, 'm'), { batch: null, dims: [60, 4] });
  });

  test('keeps a batch that the model demands', () => {
    assert.deepEqual(fitInput([60], [64, 60], 'm'), { batch: 64, dims: [60] });
  });

  test('adds and leaves out dimensions of 1', () => {
    assert.deepEqual(dims([60], [null, 60, 1]), [60, 1]);
    assert.deepEqual(dims([60], [null, null, 1]), [60, 1]);
    assert.deepEqual(dims([60], [null, 1, 60]), [1, 60]);
    assert.deepEqual(dims([1, 38], [null, 38]), [38]);
    assert.deepEqual(dims([60, 1], [null, 60]), [60]);
    assert.deepEqual(dims([1], [null, null, null]), [1, 1]);
  });

  test('names the window where only that does not fit', () => {
    for (const [item, declared, text] of [
      [[9], [null, 10, 1], /the window is 10, or 11 if the model forecasts/],
      [[60, 2], [null, 61, 2], /the window is 61, or 62/],
      [[60, 2], [null, 60, 3], /correct input\.window, input\.columns/],
    ] as const)
      assert.throws(() => fitInput(item, declared, 'm'), refusal('model', [], text));
  });

  test('shows both shapes where they do not fit', () => {
    for (const [item, declared, text] of [
      [[60], [null, 30], /\[\?,60\], but the layers-model of m takes \[\?,30\]/],
      [[60, 4], [null, 4, 60], /\[\?,60,4\], but .* \[\?,4,60\]/],
      [[60, 4], [null, 240], /\[\?,240\]/],
      [[60], [8, null, 2], /\[8,\?,2\]/],
      [[60], [null], /takes \[\?\]/],
    ] as const) {
      assert.throws(() => fitInput(item, declared, 'the layers-model of m'), refusal('model', text));
    }
  });
});
