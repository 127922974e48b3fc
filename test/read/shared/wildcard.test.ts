import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wildcard } from '#build/read/shared/wildcard.js';
import { assertLinear } from '../../support/growth.js';

/** What the matcher must agree with: every split of the text between the pattern's beginning and the rest. */
function matches(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] !== '*') return pattern[0] === text[0] && matches(pattern.slice(1), text.slice(1));
  return Array.from({ length: text.length + 1 }, (_, at) => text.slice(at)).some((rest) =>
    matches(pattern.slice(1), rest),
  );
}

test('a pattern matches what some choice of texts for its stars makes of it', () => {
  const letters = (...all: string[]): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...all), { maxLength: 9 }).map((each) => each.join(''));
  fc.assert(
    fc.property(letters('a', 'b', '*'), letters('a', 'b', '\n', '*'), (pattern, text) => {
      assert.equal(wildcard(pattern)(text), matches(pattern, text));
    }),
    { numRuns: 3000 },
  );
});

test('only the star is special; the beginning and the end do not overlap', () => {
  for (const [pattern, text, expected] of [
    ['a.c', 'abc', false],
    ['a.c', 'a.c', true],
    ['(a|b)*', '(a|b)c', true],
    ['web-*', 'web-1', true],
    ['aba*aba', 'aba', false],
    ['*', '', true],
    ['', 'a', false],
    ['*é*', 'café au lait', true],
  ] as const) {
    assert.equal(wildcard(pattern)(text), expected, `${pattern} against ${text}`);
  }
});

test('a test takes time in proportion to the pattern and the name', async () => {
  const shapes: readonly (readonly [string, (n: number) => string, (n: number) => string])[] = [
    ['many stars', (n) => `${'*a'.repeat(n)}*b`, (n) => 'a'.repeat(n)],
    ['a part that nearly fits everywhere', (n) => `*${'a'.repeat(n / 2)}b*`, (n) => 'a'.repeat(n)],
    ['a part that differs at its beginning', (n) => `*b${'a'.repeat(n / 2)}*`, (n) => 'a'.repeat(n)],
    ['parts found one after another', (n) => '*ab'.repeat(n / 2), (n) => 'ab'.repeat(n / 2)],
  ];
  for (const [what, pattern, text] of shapes) {
    await assertLinear(
      what,
      (n) => ({ pattern: pattern(n), text: text(n) }),
      (input) => wildcard(input.pattern)(input.text),
    );
  }
});
