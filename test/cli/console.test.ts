import assert from 'node:assert/strict';
import { test } from 'node:test';

import { printable } from '#build/cli/console.js';

test('what would steer a terminal is shown as a code, text and line breaks stay', () => {
  assert.equal(printable('a\u001b[31mred\u0007\r\nb – ü'), 'a\\x1b[31mred\\x07\\r\nb – ü');
});

test('characters that turn the order of letters around are shown as codes', () => {
  assert.equal(printable('a\u202etxt.exe\u2066\u200f'), 'a\\u202etxt.exe\\u2066\\u200f');
});
