import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { openNode } from '#dist/actor/backends/node.js';
import { AiopsError, type ErrorCode } from '#dist/core/errors.js';
import { openBundle } from '#dist/model/bundle.js';
import { linearModel, writeBundle } from '../../support/bundles.js';
import { ROOT, temporaryFolder } from '../../support/cli.js';

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

const PACKAGE = { 'package.json': '{"name": "@tensorflow/tfjs-node", "main": "index.js"}' };
const WITH_ADDON = { ...PACKAGE, 'lib/napi-v8/tfjs_binding.node': '' };

const refused = async (
  opening: Promise<unknown>,
  message: RegExp,
  code: ErrorCode = 'backend',
): Promise<void> => {
  await assert.rejects(opening, (error) => {
    assert.ok(error instanceof AiopsError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.match(error.hint ?? '', /`aiops-serve native install`.*--backend wasm/);
    return true;
  });
};

suite('node backend, absent', () => {
  test('not installed', async (t) => {
    await refused(openNode(1, nativeFolder(t, {})), /is not installed/, 'backend_missing');
  });

  test('installed without its addon', async (t) => {
    const message = /is installed in .*tfjs-node, but without its native addon/;
    await refused(openNode(1, nativeFolder(t, PACKAGE)), message);
    await refused(openNode(1, nativeFolder(t, { ...PACKAGE, 'lib/napi-v8/readme': '' })), message);
  });

  test('broken: the first line of the reason is told', async (t) => {
    const index = "throw new Error('libtensorflow.so.2: cannot open shared object file\\nand more')";
    const native = nativeFolder(t, { ...WITH_ADDON, 'index.js': index });
    await refused(
      openNode(1, native),
      /does not load: libtensorflow\.so\.2: cannot open shared object file$/,
    );
  });

  test('loads, but something else computes', async (t) => {
    const names = ['tensor', 'tidy', 'dispose', 'loadGraphModel', 'loadLayersModel', 'matMul', 'backend'];
    const index = `for (const name of ${JSON.stringify(names)}) exports[name] = () => 0; exports.getBackend = () => 'cpu'`;
    const native = nativeFolder(t, { ...WITH_ADDON, 'index.js': index });
    await refused(openNode(1, native), /TensorFlow is not in use/);
  });
});

async function whyAbsent(): Promise<string | false> {
  try {
    await openNode(1, null);
    return false;
  } catch (error) {
    return error instanceof AiopsError ? error.message : String(error);
  }
}

suite('node backend, present', { skip: await whyAbsent() }, () => {
  test('tells what it is', async () => {
    const { facts, defaultBatchSize } = await openNode(3, null);
    assert.equal(facts.name, 'node');
    assert.equal(facts.threads, 3);
    assert.match(facts.versions['tensorflow'] ?? '', /^\d+\.\d+\.\d+/);
    assert.equal(defaultBatchSize, 64);
  });

  test('predicts what can be worked out by hand', async (t) => {
    const backend = await openNode(1, null);
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

  test('loads both formats of the built-in bundle', async () => {
    const backend = await openNode(1, null);
    const bundle = await openBundle(join(ROOT, 'fixtures/bundles/builtin'));
    for (const format of ['graph-model', 'layers-model'] as const) {
      const model = await backend.load(bundle, format, [60]);
      const { width, values } = await model.predict(new Float32Array(120), 2);
      assert.equal(width, 1);
      assert.equal(values[0], values[1]);
    }
  });
});
