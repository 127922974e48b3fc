import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { OutputLines } from '#build/pool/actor-process.js';

function linesOf(pieces: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const output = new OutputLines((line) => lines.push(line));
  for (const piece of pieces) output.push(piece);
  output.end();
  return lines;
}

test('lines come whole, however the output is cut, also inside a character', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !/[\r\n]/.test(text));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), fc.integer({ min: 1, max: 9 }), (lines, size) => {
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      assert.deepEqual(linesOf(pieces), lines);
    }),
  );
});

test('a last line without an end is a line, a carriage return is not part of one', () => {
  assert.deepEqual(linesOf([Buffer.from('one\r\ntwo\n\nlast')]), ['one', 'two', '', 'last']);
  assert.deepEqual(linesOf([Buffer.from('')]), []);
});

test('output without line ends is emitted in pieces instead of piling up', () => {
  const lines = linesOf(Array.from({ length: 10 }, () => Buffer.alloc(10_000, 'x')));
  assert.equal(lines.join('').length, 100_000);
  assert.ok(lines.every((line) => line.length <= 16 * 1024));
});
