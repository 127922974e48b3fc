import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { ItemPlaces } from '#build/read/lines/json-text.js';

/** JSON of one line, with blanks wherever JSON allows them. */
const spacious = (value: unknown): string => JSON.stringify(value, null, '\t').replaceAll('\n', ' ');
const json = fc.jsonValue({ maxDepth: 3 });
const written = fc.constantFrom(JSON.stringify, spacious);

test('finds the text from which JSON.parse makes each item', () => {
  fc.assert(
    fc.property(
      fc.array(json, { maxLength: 8 }),
      json,
      written,
      fc.boolean(),
      (items, other, write, twice) => {
        const [list, value] = [write(items), write(other)];
        const before = twice ? `"items" : ${value} , ` : '';
        const name = twice ? '"\\u0069tems"' : '"items"';
        const line = `${before === '' ? ' ' : ''}{${before}"a":{"items":[1,${value}]} ,${name}: ${list},"b":${value} }`;
        const parsed = JSON.parse(line) as { readonly items: readonly unknown[] };
        const places = new ItemPlaces(Buffer.from(line));
        for (const [i, item] of parsed.items.entries()) {
          const text = places.item(i);
          assert.deepEqual(JSON.parse(text), item);
          assert.equal(text, text.trim());
        }
        assert.throws(() => places.item(parsed.items.length), RangeError);
      },
    ),
  );
});

test('keeps numbers and words as they are written', () => {
  const items = ['1.0', '-1e400', 'NaN', '{"v":-Infinity}', '[ 1e0,2 ]', '"\\u00e9]"', 'null', '"é"'];
  const places = new ItemPlaces(Buffer.from(`{"items":[${items.join(' , ')}]}`));
  assert.deepEqual(
    items.map((_, i) => places.item(i)),
    items,
  );
});
