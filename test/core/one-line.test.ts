import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { oneLine } from '#build/core/one-line.js';

test('what breaks a line, steers a terminal or turns letters around is shown as an escape', () => {
  assert.equal(
    oneLine('a\nb\r\tc\u001b[31m\u0000\u009b\u2028\u202e'),
    'a\\nb\\r\\tc\\x1b[31m\\x00\\x9b\\u2028\\u202e',
  );
  assert.equal(oneLine('web-1 | ü – 😀'), 'web-1 | ü – 😀');
});

test('any text comes out on one line and without controls', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(oneLine(text), /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
    }),
  );
});
