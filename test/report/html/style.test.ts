import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PAGE_STYLE } from '#build/report/html/style.js';

/** Relative luminance of `#rrggbb` (WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const schemes = [...PAGE_STYLE.matchAll(/color-scheme: (light|dark);([^}]*)}/g)].map(
  ([, name, body = '']) => ({
    name,
    colours: new Map(
      [...body.matchAll(/--(\w+): (#[0-9a-f]{6});/g)].map(([, key = '', value = '']) => [key, value]),
    ),
  }),
);

test('text and marks have the contrast that WCAG asks for, in both colour schemes', () => {
  assert.deepEqual(
    schemes.map(({ name }) => name),
    ['light', 'dark'],
  );
  for (const { name, colours } of schemes) {
    const of = (key: string): string => colours.get(key) ?? assert.fail(`${name} has no ${key}`);
    for (const letters of ['ink', 'faint', 'good', 'bad', 'warn', 'link', 'late']) {
      for (const ground of ['paper', 'panel']) {
        const ratio = contrast(of(letters), of(ground));
        assert.ok(ratio >= 4.5, `${name}: ${letters} on ${ground} is ${ratio.toFixed(2)}`);
      }
    }
    // Segments have their names in the colour of the paper.
    for (const n of [1, 2, 3, 4, 5, 6, 7]) {
      const ratio = contrast(of(`c${n}`), of('paper'));
      assert.ok(ratio >= 4.5, `${name}: c${n} is ${ratio.toFixed(2)}`);
    }
  }
});
