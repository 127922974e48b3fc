import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import type { LoadedModel } from '#build/actor/backends/backend.js';
import { predictInBatches } from '#build/actor/backends/batches.js';
import { loadTfjsNode } from '#build/actor/backends/node-package.js';
import { openNode } from '#build/actor/backends/node.js';
import { PaddedCalls } from '#build/actor/backends/padded-calls.js';
import type { ErrorCode } from '#build/core/errors.js';
import { RandomStream } from '#build/core/random.js';
import { npmPackage } from '#build/native/inventory.js';
import { openBareModel, type BareModelFlags } from '#build/model/bare-model.js';
import { openBundle } from '#build/model/bundle.js';
import { linearModel, writeBundle } from '../../support/bundles.js';
import { ROOT, temporaryFolder } from '../../support/cli.js';
import { bundleFolder } from '../../support/examples.js';
import { native, whyNoNative } from '../../support/native.js';
import { assertKeepsNoTensors } from '../../support/node-tensors.js';
import { assertRefuses } from '../../support/refusals.js';

/** A folder where tfjs-node is installed as `files` say. */
function nativeFolder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder(t);
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, 'node_modules/@tensorflow/tfjs-node', file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

const npmsOwn = npmPackage().kind === 'absent' ? false : "npm's own tfjs-node is installed here";

const PACKAGE = { 'package.json': '{"name": "@tensorflow/tfjs-node", "main": "index.js"}' };
const WITH_ADDON = { ...PACKAGE, 'lib/napi-v8/tfjs_binding.node': '' };

/** Refused, with a way to get one that works. */
const absent = (opening: Promise<unknown>, message: RegExp, code: ErrorCode = 'backend'): Promise<void> =>
  assertRefuses(opening, code, message, /`aiops-serve native install`.*--backend wasm/);

suite('node backend, absent', () => {
  test('not installed', { skip: npmsOwn }, async () => {
    await absent(openNode(1, null), /is not installed/, 'backend_missing');
  });

  test('an install that is gone or can’t be read is not taken for none', async (t) => {
    await absent(
      openNode(1, nativeFolder(t, {})),
      /was installed into .*, but .* cannot be found or read there/,
    );
  });

  test('installed without its addon', async (t) => {
    const message = /is installed in .*tfjs-node, but without its native addon/;
    await absent(openNode(1, nativeFolder(t, PACKAGE)), message);
    await absent(openNode(1, nativeFolder(t, { ...PACKAGE, 'lib/napi-v8/readme': '' })), message);
  });

  test('broken: the first line of the reason is reported', async (t) => {
    const index = "throw new Error('libtensorflow.so.2: cannot open shared object file\\nand more')";
    const native = nativeFolder(t, { ...WITH_ADDON, 'index.js': index });
    await absent(
      openNode(1, native),
      /does not load: libtensorflow\.so\.2: cannot open shared object file\n/,
    );
  });

  test('loads, but something else computes', async (t) => {
    const names = ['tensor', 'tidy', 'dispose', 'loadGraphModel', 'loadLayersModel', 'matMul', 'backend'];
    const index = `for (const name of ${JSON.stringify(names)}) exports[name] = () => 0; exports.getBackend = () => 'cpu'`;
    const native = nativeFolder(t, { ...WITH_ADDON, 'index.js': index });
    await absent(openNode(1, native), /does not use its TensorFlow/);
  });
});

suite('node backend, present', { skip: await whyNoNative() }, () => {
  test('reports its name, versions and features', async () => {
    const { facts, defaultBatchSize } = await openNode(3, native);
    assert.equal(facts.name, 'node');
    assert.equal(facts.threads, 3);
    assert.match(facts.versions['tensorflow'] ?? '', /^\d+\.\d+\.\d+/);
    assert.equal(defaultBatchSize, 128);
  });

  test('predicts what can be worked out by hand', async (t) => {
    const backend = await openNode(1, native);
    const parts = {
      model: linearModel([2], [[3], [4]]),
      input: { columns: 'each', window: 2, shape: '[window]', normalize: { kind: 'none' } },
      output: { kind: 'raw' },
    };
    const bundle = await openBundle(writeBundle(temporaryFolder(t), parts));
    const model = await backend.load(bundle, 'layers-model', [2]);
    const { values } = await model.predict(Float32Array.from([1, 2, 10, 20]), 2);
    assert.deepEqual([...values], [11, 110]);
  });

  // For 10,000 chunks: test/heavy/tensors.test.ts.
  for (const format of ['saved-model', 'graph-model', 'layers-model'] as const) {
    test(`${format}: keeps no tensors, over 500 chunks and after dispose`, async () => {
      await assertKeepsNoTensors(format, 500);
    });
  }

  const FLAGS: BareModelFlags = {
    ...{ window: 3, columns: 'each', missing: 'hold', normalize: 'none', scaler: null, output: 'raw' },
    ...{ outputName: null, error: null, over: null, class: null, signature: null },
  };

  test('a SavedModel without its variables, or with a type that is not supported, is refused', async (t) => {
    const backend = await openNode(1, native);
    const open = (path: string): Promise<LoadedModel> =>
      openBareModel(path, FLAGS).then((bundle) => backend.load(bundle, 'saved-model', [3]));
    const folder = temporaryFolder(t);
    cpSync(join(bundleFolder('builtin'), 'saved_model'), folder, { recursive: true });
    rmSync(join(folder, 'variables'), { recursive: true });
    await assertRefuses(open(folder), 'model', /has no weights: .*variables lacks/, /variables\/ included/);
    const rounded = join(ROOT, 'fixtures/models/bfloat16-output');
    await assertRefuses(
      open(rounded),
      'model',
      /output rounded of the signature serving_default .* bfloat16/,
    );
  });

  test('larger calls give the bits of calls of 128', async () => {
    const backend = await openNode(1, native);
    const model = await backend.load(await openBundle(bundleFolder('builtin')), 'saved-model', [60]);
    const sizes: number[] = [];
    const recorded: LoadedModel = {
      ...model,
      predict: (input, items) => (sizes.push(items), model.predict(input, items)),
    };
    const calls = new PaddedCalls(recorded, 128, 1024, () => 0);
    const random = new RandomStream(1);
    for (const items of Array.from({ length: 6 }, () => [250, 500, 1500]).flat()) {
      const input = Float32Array.from({ length: items * 60 }, () => random.nextNormal());
      const expected = await predictInBatches(model, input, items, { size: 128, pad: true });
      sizes.length = 0;
      assert.deepEqual((await calls.predict(input, items)).values, expected.values);
    }
    assert.deepEqual(sizes, [1024, 512]);
    model.dispose();
  });

  test('a failing call of a SavedModel keeps none either', async () => {
    const backend = await openNode(1, native);
    const model = await backend.load(await openBundle(bundleFolder('builtin')), 'saved-model', [60]);
    const { memory } = loadTfjsNode(native);
    const held = memory().numTensors;
    await assert.rejects(model.predict(new Float32Array(3), 1));
    assert.equal(memory().numTensors, held);
    model.dispose();
  });
});
