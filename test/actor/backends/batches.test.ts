import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import fc from 'fast-check';

import type { BatchPlan, LoadedModel } from '#build/actor/backends/backend.js';
import { choosePlan, perItemPlan, predictInBatches } from '#build/actor/backends/batches.js';

const NODE = { facts: { name: 'node' }, defaultBatchSize: 64, shapeMatters: true } as const;
const WASM = { facts: { name: 'wasm' }, defaultBatchSize: null, shapeMatters: false } as const;
/** Models of operations for which a size of call can be proven. */
const ANY_BATCH = { declaredBatch: null, operations: new Set(['MatMul']) };
const BATCH_OF_8 = { ...ANY_BATCH, declaredBatch: 8 };
const AUTO = { batchSize: 'auto', batchShape: 'fixed' } as const;

/** Gives each item's first number and their sum, and remembers the sizes of its calls. */
function recorder(): { model: LoadedModel; calls: number[] } {
  const calls: number[] = [];
  const model: LoadedModel = {
    ...ANY_BATCH,
    async predict(input, items) {
      calls.push(items);
      assert.equal(input.length, items * 3);
      const values = new Float32Array(items * 2);
      for (let i = 0; i < items; i++) {
        const [a = 0, b = 0, c = 0] = input.subarray(i * 3);
        values.set([a, a + b + c], i * 2);
      }
      return { layout: [{ name: 'y', size: 2 }], width: 2, values };
    },
    dispose: () => undefined,
  };
  return { model, calls };
}

async function run(items: number, plan: BatchPlan): Promise<{ values: number[]; calls: number[] }> {
  const { model, calls } = recorder();
  const input = Float32Array.from({ length: items * 3 }, (_, i) => i + 1);
  const { values } = await predictInBatches(model, input, items, plan);
  return { values: [...values], calls };
}

suite('batches', () => {
  test('one call without a size', async () => {
    assert.deepEqual((await run(5, { size: null, pad: false })).calls, [5]);
  });

  test('a size caps the calls; padding gives all of them one shape', async () => {
    assert.deepEqual((await run(7, { size: 3, pad: false })).calls, [3, 3, 1]);
    assert.deepEqual((await run(7, { size: 3, pad: true })).calls, [3, 3, 3]);
    assert.deepEqual((await run(2, { size: 64, pad: true })).calls, [64]);
    for (const size of [64, null]) assert.deepEqual((await run(0, { size, pad: true })).calls, []);
  });

  test('every item is answered once, in order, however it is cut', async () => {
    const plans = fc.record({ size: fc.option(fc.integer({ min: 1, max: 9 })), pad: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), plans, async (items, plan) => {
        const whole = await run(items, { size: null, pad: false });
        assert.equal(whole.values.length, items * 2);
        assert.deepEqual((await run(items, plan)).values, whole.values);
      }),
    );
  });

  test('what --batch-size means on either backend', () => {
    const ten = { ...AUTO, batchSize: 10 };
    const usual = { size: 64, pad: true, mostWithSameBits: 1024 };
    assert.deepEqual(choosePlan(AUTO, NODE, ANY_BATCH).plan, usual);
    assert.deepEqual(choosePlan({ ...AUTO, batchSize: 64 }, NODE, ANY_BATCH).plan, usual);
    assert.deepEqual(choosePlan(AUTO, WASM, ANY_BATCH).plan, { size: null, pad: false });
    assert.deepEqual(choosePlan(ten, NODE, ANY_BATCH).plan, { size: 10, pad: true });
    assert.deepEqual(choosePlan(ten, WASM, ANY_BATCH).plan, { size: 10, pad: false });
    for (const backend of [NODE, WASM]) {
      const { reproducible, warnings } = choosePlan(ten, backend, ANY_BATCH);
      assert.deepEqual({ reproducible, warnings }, { reproducible: true, warnings: [] });
    }
  });

  test('calls are larger than the default only for operations that treat all places alike', () => {
    for (const names of [['MatMul', 'Softmax'], ['Pow'], ['MyOperation'], []]) {
      const model = { ...ANY_BATCH, operations: new Set(names) };
      assert.deepEqual(choosePlan(AUTO, NODE, model).plan, { size: 64, pad: true }, names.join());
    }
  });

  test('a free batch shape gives up equal bits where a shape matters, and says so', () => {
    const free = { ...AUTO, batchShape: 'free' } as const;
    const onNode = choosePlan(free, NODE, ANY_BATCH);
    assert.deepEqual(onNode.plan, { size: null, pad: false });
    assert.equal(onNode.reproducible, false);
    assert.match(onNode.warnings.join(), /last digits/);
    assert.deepEqual(choosePlan({ ...free, batchSize: 10 }, NODE, ANY_BATCH).plan, { size: 10, pad: false });
    const onWasm = choosePlan(free, WASM, ANY_BATCH);
    assert.deepEqual({ ...onWasm, warnings: [] }, choosePlan(AUTO, WASM, ANY_BATCH));
    assert.match(onWasm.warnings.join(), /free has no effect/);
  });

  test('a model’s own batch takes precedence, with a notice', () => {
    const own = { plan: { size: 8, pad: true }, reproducible: true, warnings: [] };
    assert.deepEqual(choosePlan(AUTO, WASM, BATCH_OF_8), own);
    const free = choosePlan({ ...AUTO, batchShape: 'free' }, NODE, BATCH_OF_8);
    assert.deepEqual({ ...free, warnings: [] }, own);
    assert.match(free.warnings.join(), /--batch-shape free has no effect/);
    const { warnings } = choosePlan({ ...AUTO, batchSize: 64 }, WASM, BATCH_OF_8);
    assert.match(warnings.join(), /exactly 8 items.*64 has no effect/);
    assert.deepEqual(perItemPlan(8), { size: 8, pad: true });
    assert.deepEqual(perItemPlan(null), { size: 1, pad: false });
  });
});
