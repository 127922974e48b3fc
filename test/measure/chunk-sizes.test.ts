import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { predictInBatches } from '#build/actor/backends/batches.js';
import type { LoadedModel } from '#build/actor/backends/backend.js';
import { ChunkSizes } from '#build/measure/chunk-sizes.js';

function sizesOf(chunks: readonly number[]): ChunkSizes {
  const sizes = new ChunkSizes();
  for (const items of chunks) sizes.add(items);
  return sizes;
}

test('fullness is the share of computed items that were not padding', () => {
  assert.equal(sizesOf([1]).fullness(128), 1 / 128);
  assert.equal(sizesOf([128, 256]).fullness(128), 1);
  assert.equal(sizesOf([129, 1, 1]).fullness(128), 131 / (256 + 128 + 128));
  assert.equal(sizesOf([]).fullness(128), null);
  assert.equal(sizesOf([0]).fullness(128), null);
});

test('the largest chunk', () => {
  assert.equal(sizesOf([3, 17, 5]).largest, 17);
  assert.equal(sizesOf([]).largest, 0);
});

test('fullness is that of the calls which answer the chunks', async () => {
  const chunk = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(chunk, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 16 }),
      async (chunks, batch) => {
        let computed = 0;
        const predict: LoadedModel['predict'] = (_, items) => {
          computed += items;
          return Promise.resolve({
            layout: [{ name: 'y', size: 1 }],
            width: 1,
            values: new Float32Array(items),
          });
        };
        const model = { predict } as unknown as LoadedModel;
        for (const items of chunks)
          await predictInBatches(model, new Float32Array(items), items, { size: batch, pad: true });
        const items = chunks.reduce((sum, one) => sum + one, 0);
        assert.equal(sizesOf(chunks).fullness(batch), items / computed);
      },
    ),
  );
});
