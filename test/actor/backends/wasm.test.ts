import assert from 'node:assert/strict';
import { before, suite, test, type TestContext } from 'node:test';

import { memory, profile } from '@tensorflow/tfjs-core';

import type { Backend, LoadedModel } from '#build/actor/backends/backend.js';
import { openWasm } from '#build/actor/backends/wasm.js';
import { openBundle } from '#build/model/bundle.js';
import type { ModelFormat } from '#build/core/types.js';
import { graphModel, linearModel, sequential, writeBundle, type ModelFiles } from '../../support/bundles.js';
import { temporaryFolder } from '../../support/cli.js';
import { assertRefuses } from '../../support/refusals.js';

const FLOAT = { T: { type: 'DT_FLOAT' } };

/** Two outputs whose names sort the other way round than they stand: b is x, a is x·[[1],[10]]. */
const TWO_OUTPUTS = graphModel(
  [2],
  [
    { name: 'copy', op: 'Identity', input: ['x'], attr: FLOAT },
    { name: 'product', op: 'MatMul', input: ['x', 'kernel'], attr: FLOAT },
  ],
  { b: 'copy', a: 'product' },
  [{ name: 'kernel', shape: [2, 1], values: [1, 10] }],
);

/** Control flow, which TF.js runs in executeAsync only: 10·x where all of x is above 0. */
const CONTROL_FLOW = graphModel(
  [2],
  [
    { name: 'above', op: 'Greater', input: ['x', 'zero'], attr: FLOAT },
    { name: 'all', op: 'All', input: ['above', 'axes'], attr: { keep_dims: { b: false } } },
    { name: 'switch', op: 'Switch', input: ['x', 'all'], attr: FLOAT },
    { name: 'times', op: 'Mul', input: ['switch:1', 'ten'], attr: FLOAT },
    { name: 'merge', op: 'Merge', input: ['switch', 'times'], attr: { ...FLOAT, N: { i: '2' } } },
    { name: 'end', op: 'Identity', input: ['merge'], attr: FLOAT },
  ],
  { y: 'end' },
  [
    { name: 'zero', shape: [], values: [0] },
    { name: 'ten', shape: [], values: [10] },
    { name: 'axes', shape: [2], values: [0, 1], dtype: 'int32' },
  ],
);

suite('wasm backend', () => {
  let backend: Backend;
  let listenersBefore: number;

  const ownListener = (): void => undefined;

  before(async () => {
    process.on('unhandledRejection', ownListener);
    listenersBefore = listeners();
    backend = await openWasm();
  });

  const listeners = (): number =>
    process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');

  async function load(
    t: TestContext,
    model: ModelFiles,
    itemDims: readonly number[],
    format: ModelFormat = 'layers-model',
  ): Promise<LoadedModel> {
    const input = { columns: 'each', window: 2, shape: '[window]', normalize: { kind: 'none' } };
    const parts = { model, input, output: { kind: 'raw' } };
    const folder = writeBundle(temporaryFolder(t), format === 'graph-model' ? { ...parts, format } : parts);
    return backend.load(await openBundle(folder), format, itemDims);
  }

  test('tells what it is', () => {
    assert.equal(backend.facts.name, 'wasm');
    assert.equal(backend.facts.threads, 1);
    assert.match(backend.facts.versions['tfjs-backend-wasm'] ?? '', /^\d+\.\d+\.\d+$/);
    assert.deepEqual(backend.facts.features, ['simd']);
  });

  test('takes away the listeners that its glue adds, and only those', () => {
    assert.equal(listeners(), listenersBefore);
    assert.ok(process.listeners('unhandledRejection').includes(ownListener));
    process.removeListener('unhandledRejection', ownListener);
  });

  test('predicts what can be worked out by hand', async (t) => {
    const model = await load(t, linearModel([2], [[3], [4]]), [2]);
    const { layout, width, values } = await model.predict(Float32Array.from([1, 2, 10, 20]), 2);
    assert.deepEqual(
      { layout, width, values: [...values] },
      { layout: [{ name: 'linear/linear', size: 1 }], width: 1, values: [11, 110] },
    );
  });

  test('puts more than 32 items into one call of a layers-model', async (t) => {
    const model = await load(t, linearModel([2], [[1], [1]]), [2]);
    const input = Float32Array.from({ length: 200 }, (_, i) => i);
    let values: readonly number[] = [];
    const { kernels } = await profile(async () => {
      values = [...(await model.predict(input, 100)).values];
      return [];
    });
    const products = kernels.filter(({ name }) => name === '_FusedMatMul' || name === 'BatchMatMul');
    assert.deepEqual(
      products.map(({ outputShapes }) => outputShapes),
      [[[1, 100, 1]]],
    );
    assert.deepEqual(
      values,
      Array.from({ length: 100 }, (_, i) => 4 * i + 1),
    );
  });

  test('several outputs stand by name, item after item', async (t) => {
    const model = await load(t, TWO_OUTPUTS, [2], 'graph-model');
    const { layout, width, values } = await model.predict(Float32Array.from([1, 2, 3, 4]), 2);
    assert.deepEqual(layout, [
      { name: 'a', size: 1 },
      { name: 'b', size: 2 },
    ]);
    assert.equal(width, 3);
    assert.deepEqual([...values], [21, 1, 2, 43, 3, 4]);
  });

  test('runs control flow', async (t) => {
    const model = await load(t, CONTROL_FLOW, [2], 'graph-model');
    assert.deepEqual([...(await model.predict(Float32Array.from([1, 2]), 1)).values], [10, 20]);
    assert.deepEqual([...(await model.predict(Float32Array.from([1, -2]), 1)).values], [1, -2]);
  });

  test('keeps no tensors, over 10,000 chunks and after dispose', async (t) => {
    const atFirst = memory().numTensors;
    for (const [model, format] of [
      [linearModel([2], [[3], [4]]), 'layers-model'],
      [TWO_OUTPUTS, 'graph-model'],
      [CONTROL_FLOW, 'graph-model'],
    ] as const) {
      const loaded = await load(t, model, [2], format);
      const input = Float32Array.from({ length: 14 }, (_, i) => i);
      await loaded.predict(input, 7);
      const held = memory().numTensors;
      for (let chunk = 0; chunk < 10_000; chunk++) await loaded.predict(input, 7);
      assert.equal(memory().numTensors, held, format);
      loaded.dispose();
      assert.equal(memory().numTensors, atFirst, format);
    }
  });

  test('a failing call keeps none either', async (t) => {
    const loaded = await load(t, linearModel([2], [[3], [4]]), [2]);
    const held = memory().numTensors;
    await assert.rejects(loaded.predict(new Float32Array(3), 1));
    assert.equal(memory().numTensors, held);
  });

  const refusedModel = (loading: Promise<unknown>, message: RegExp): Promise<void> =>
    assertRefuses(loading, 'model', message);

  test('refuses a model whose input is another, showing both', async (t) => {
    const message = /items of shape \[\?,3\], but the layers-model of test takes \[\?,2\]/;
    await refusedModel(load(t, linearModel([2], [[3], [4]]), [3]), message);
  });

  test('refuses a stateful model, whose answers would depend on what came before', async (t) => {
    const rnn = sequential(
      [
        {
          class_name: 'SimpleRNN',
          config: { name: 'memory', units: 1, stateful: true, use_bias: false, batch_input_shape: [1, 2, 1] },
        },
      ],
      [
        { name: 'memory/kernel', shape: [1, 1], values: [1] },
        { name: 'memory/recurrent_kernel', shape: [1, 1], values: [1] },
      ],
    );
    await refusedModel(load(t, rnn, [2]), /the layer memory is stateful/);
  });

  test('refuses a model that does not answer item by item', async (t) => {
    const sum = graphModel(
      [2],
      [{ name: 'sum', op: 'MatMul', input: ['x', 'x'], attr: { ...FLOAT, transpose_a: { b: true } } }],
      { y: 'sum' },
    );
    const model = await load(t, sum, [2], 'graph-model');
    await refusedModel(
      model.predict(new Float32Array(6), 3),
      /output y of .* has shape \[2,2\] .* for 3 items/,
    );
  });

  test('says what TF.js can’t load', async (t) => {
    const unknown = sequential(
      [{ class_name: 'Mystery', config: { name: 'm', batch_input_shape: [null, 2] } }],
      [],
    );
    await refusedModel(load(t, unknown, [2]), /cannot load the layers-model of test .*Mystery/s);
  });
});
