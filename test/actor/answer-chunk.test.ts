import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WindowViews } from '#dist/actor/answer-chunk.js';

test('windows one after another, the same views while memory and size stay', () => {
  const views = new WindowViews();
  const memory = new ArrayBuffer(8 * 12);
  const chunk = new Float64Array(memory, 16, 6);
  chunk.set([0, 1, 2, 3, 4, 5]);
  const pairs = views.of(chunk, 2, 2);
  assert.deepEqual(
    pairs.slice(0, 2).map((view) => [...view]),
    [
      [0, 1],
      [2, 3],
    ],
  );
  const more = views.of(chunk, 3, 2);
  assert.equal(more[0], pairs[0]);
  assert.deepEqual([...more[2]!], [4, 5]);
  const triples = views.of(chunk, 2, 3);
  assert.deepEqual([...triples[1]!], [3, 4, 5]);
  const elsewhere = views.of(new Float64Array(memory, 24, 5), 2, 2);
  assert.deepEqual([...elsewhere[0]!], [1, 2]);
  assert.notEqual(views.of(new Float64Array(6), 2, 2)[0], elsewhere[0]);
});
