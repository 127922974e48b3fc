import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isRight } from '../support/shown-figures.js';

const shown = (value: number, text: string) => isRight({ value: String(value), text }, value);

test('the check of figures accepts three significant figures in any unit', () => {
  for (const [value, text] of [
    [12_345, '12.3 s'],
    [250, '250 ms'],
    [0.25, '250 µs'],
    [90_000, '90.0 s'],
    [1234.4, '1,234'],
    [0.123, '12.3 %'],
    [2, '2.00 × as fast'],
    [0.4, '2.50 × slower'],
    [3.0999999046325684, '3.0999999046325684'],
    [1e-7, '1e-7'],
  ] as const) {
    assert.ok(shown(value, text), text);
  }
});

test('the check of figures rejects a wrong digit in any unit', () => {
  for (const [value, text] of [
    [1250, '1.50 s'],
    [1250, '1.20 s'],
    [150_000, '2.90 min'],
    [250, '252 ms'],
    [0.25, '252 µs'],
    [123_400_000, '124 MB'],
    [1250, '1.25'],
    [0.4, '2.55 × slower'],
    [2.5, '2.50 × slower'],
    [0.4, '0.40 × slower'],
  ] as const) {
    assert.ok(!shown(value, text), text);
  }
});
