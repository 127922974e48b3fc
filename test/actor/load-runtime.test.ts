import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { loadRuntime, type Runtime } from '#build/actor/load-runtime.js';
import { firstAvailable } from '#build/actor/bundle-loader.js';
import { AiopsError } from '#build/core/errors.js';
import { partition } from '#build/core/partition.js';
import type { CallStyle } from '#build/core/types.js';
import { npmPackage } from '#build/native/inventory.js';
import type { AnalyzerAnswer, AnalyzerItem } from '#build/model/analyzer.js';
import { manifestText, openBundle } from '#build/model/bundle.js';
import type { LoadRequest } from '#build/protocol/messages.js';
import {
  analyzerItem,
  graphModel,
  linearModel,
  writeBundle,
  type ManifestJson,
  type ModelFiles,
} from '../support/bundles.js';
import { ROOT, temporaryFolder } from '../support/cli.js';
import { loadOf } from '../support/fake-runtime.js';
import { assertRefuses } from '../support/refusals.js';

const npmsOwn = npmPackage().kind === 'absent' ? false : "npm's own tfjs-node is installed here";

const BUILT_IN = join(ROOT, 'fixtures/bundles/builtin');

/** Phases in the order they were measured. */
type Phases = string[];

async function load(
  folder: string,
  request: Partial<LoadRequest> = {},
  phases: Phases = [],
): Promise<Runtime> {
  const manifest = manifestText(await openBundle(folder, 'manifest'));
  const model = { kind: 'bundle', folder, manifest } as const;
  return loadRuntime({ ...loadOf(), model, ...request }, (phase, work) => {
    phases.push(phase);
    return work();
  });
}

interface TestModel {
  readonly model: ModelFiles;
  readonly input?: ManifestJson;
  readonly output: ManifestJson;
  readonly manifest?: ManifestJson;
}

function bundleOf(t: TestContext, { model, input, output, manifest = {} }: TestModel): string {
  const each = { columns: 'each', window: 3, shape: '[window]', normalize: { kind: 'none' } };
  return writeBundle(temporaryFolder(t), { model, input: { ...each, ...input }, output, manifest });
}

async function answers(
  { analyzer }: Runtime,
  items: readonly AnalyzerItem[],
  style: CallStyle = 'batched',
): Promise<readonly AnalyzerAnswer[]> {
  return analyzer.predict(items, { style });
}

const plain = (given: readonly AnalyzerAnswer[]): unknown[] =>
  given.map((answer) =>
    'errno' in answer ? answer.errno : { ...answer, output: [...Array.from(answer.output)] },
  );

suite('a bundle, built-in bundle', () => {
  test('tells what was loaded', async () => {
    const runtime = await load(BUILT_IN, { backend: 'wasm' });
    const { backend, model, notices, input, loadMs, warmupMs } = runtime;
    assert.equal(backend.name, 'wasm');
    assert.equal(backend.batchSize, null);
    assert.equal(model.name, 'builtin');
    assert.match(model.digest, /^[0-9a-f]{64}$/);
    assert.deepEqual(model.outputs, [{ name: 'probability', size: 1 }]);
    assert.deepEqual(notices, []);
    assert.deepEqual(input, { window: 60, columns: 'each', missing: 'hold' });
    assert.ok(loadMs > 0 && warmupMs > 0);
  });

  const items = Array.from({ length: 500 }, (_, i) =>
    analyzerItem(Array.from({ length: 60 }, (_, k) => 100 * Math.sin(7.3 * i + k * k) + i)),
  );

  const bits = (given: readonly AnalyzerAnswer[]): readonly number[] => {
    const scores = given.map((answer) => ('errno' in answer ? NaN : (answer.score ?? NaN)));
    return [...new Uint32Array(Float32Array.from(scores).buffer)];
  };

  test('the bits do not depend on how 500 items are cut', async () => {
    const runtime = await load(BUILT_IN, { backend: 'wasm' });
    const whole = bits(await answers(runtime, items));
    assert.ok(new Set(whole).size > 400);
    for (const chunks of [3, 7, 500]) {
      const given: AnalyzerAnswer[] = [];
      for (const { start, end } of partition(items.length, chunks)) {
        given.push(...(await answers(runtime, items.slice(start, end))));
      }
      assert.deepEqual(bits(given), whole, `${chunks} chunks`);
    }
    assert.deepEqual(bits(await answers(runtime, items, 'per-item')), whole, 'per item');
    const sized = await load(BUILT_IN, { backend: 'wasm', batchSize: 64 });
    assert.equal(sized.backend.batchSize, 64);
    assert.deepEqual(bits(await answers(sized, items)), whole, 'batches of 64');
  });
});

suite('a bundle, models worked out by hand', () => {
  const LAST = linearModel([3], [[0], [0], [1]]);

  test('raw: the model’s number, measured in its phases', async (t) => {
    const phases: Phases = [];
    const runtime = await load(
      bundleOf(t, { model: LAST, output: { kind: 'raw', threshold: 5 } }),
      {},
      phases,
    );
    const given = await answers(runtime, [analyzerItem([1, 2, 3]), analyzerItem([4, 5, 6])]);
    assert.deepEqual(plain(given), [
      { score: 3, anomaly: false, output: [3] },
      { score: 6, anomaly: true, output: [6] },
    ]);
    assert.deepEqual(phases, ['normalize', 'predict']);
  });

  test('forecast: persistence against the newest interval, in deviations of the seen part', async (t) => {
    // Sees 3 of 4 intervals and foresees the last one that it saw.
    const input = { window: 4, normalize: { kind: 'window-zscore', epsilon: 1 } };
    const runtime = await load(
      bundleOf(t, { model: LAST, input, output: { kind: 'forecast', threshold: 5 } }),
    );
    assert.equal(runtime.analyzer.window, 4);
    const given = await answers(runtime, [analyzerItem([7, 7, 7, 7]), analyzerItem([7, 7, 7, 17])]);
    // The seen part has σ = 0, so that the jump is 10 / (0 + epsilon).
    assert.deepEqual(plain(given), [
      { score: 0, anomaly: false, output: [0] },
      { score: 10, anomaly: true, output: [0] },
    ]);
  });

  test('forecast of several columns', async (t) => {
    // Sees [2, 2], foresees a ← its last one, b ← its last but one; both columns are scaled by 10.
    const model = linearModel(
      [2, 2],
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [0, 0],
      ],
    );
    const normalize = { kind: 'zscore', mean: [0, 0], std: [10, 10] };
    const input = { columns: ['a', 'b'], shape: '[window,columns]', normalize };
    const runtime = await load(bundleOf(t, { model, input, output: { kind: 'forecast', error: 'mae' } }));
    const given = await answers(runtime, [analyzerItem([10, 20, 30, 40, 60, 60], 2)]);
    // Foreseen 3 and 2, found 6 and 6.
    assert.deepEqual(plain(given), [{ score: 3.5, anomaly: null, output: [3, 2] }]);
  });

  test('reconstruction of several columns, minmax', async (t) => {
    // Gives back half of everything.
    const size = 4;
    const half = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, k) => (i === k ? 0.5 : 0)),
    );
    const normalize = { kind: 'minmax', min: [0, 100], max: [8, 108] };
    const input = { window: 2, columns: ['a', 'b'], shape: '[window,columns]', normalize };
    const output = { kind: 'reconstruction', error: 'mae' };
    const runtime = await load(bundleOf(t, { model: linearModel([2, 2], half), input, output }));
    const given = await answers(runtime, [analyzerItem([8, 104, 4, 100], 2)]);
    // Normalized 1, 0.5, 0.5, 0: errors 0.5, 0.25, 0.25, 0.
    assert.deepEqual(plain(given), [{ score: 0.25, anomaly: null, output: [0.5, 0.25, 0.25, 0] }]);
  });

  test('a window of one row goes into a model without that dimension', async (t) => {
    const model = linearModel([2], [[1], [10]]);
    const input = { window: 1, columns: ['a', 'b'], shape: '[window,columns]' };
    const runtime = await load(bundleOf(t, { model, input, output: { kind: 'raw' } }));
    const given = await answers(runtime, [analyzerItem([1, 2], 2)]);
    assert.deepEqual(plain(given), [{ score: 21, anomaly: null, output: [21] }]);
  });

  test('[window] goes into a model that wants [window,1]', async (t) => {
    const runtime = await load(
      bundleOf(t, { model: linearModel([3, 1], [[0], [0], [1]]), output: { kind: 'raw' } }),
    );
    assert.deepEqual(plain(await answers(runtime, [analyzerItem([1, 2, 3])])), [
      { score: 3, anomaly: null, output: [3] },
    ]);
  });

  test('a model that demands its batch gets it, filled up', async (t) => {
    const model = linearModel([3], [[0], [0], [1]], { batch: 4 });
    const runtime = await load(bundleOf(t, { model, output: { kind: 'raw' } }), { batchSize: 9 });
    assert.equal(runtime.backend.batchSize, 4);
    assert.match(runtime.notices[0]?.text ?? '', /exactly 4 items/);
    const items = Array.from({ length: 6 }, (_, i) => analyzerItem([0, 0, i]));
    const expected = items.map((_, i) => ({ score: i, anomaly: null, output: [i] }));
    assert.deepEqual(plain(await answers(runtime, items)), expected);
    assert.deepEqual(plain(await answers(runtime, items.slice(0, 1), 'per-item')), expected.slice(0, 1));
  });

  test('an item beyond Float32 is an error row and leaves its neighbours alone', async (t) => {
    const runtime = await load(bundleOf(t, { model: LAST, output: { kind: 'raw' } }));
    const given = await answers(runtime, [
      analyzerItem([1, 2, 3]),
      analyzerItem([1e300, 0, 0]),
      analyzerItem([4, 5, 6]),
    ]);
    assert.deepEqual(plain(given), [
      { score: 3, anomaly: null, output: [3] },
      'non_finite_input',
      { score: 6, anomaly: null, output: [6] },
    ]);
  });

  test('logits instead of probabilities are error rows', async (t) => {
    const runtime = await load(bundleOf(t, { model: LAST, output: { kind: 'probability', threshold: 0.5 } }));
    const given = await answers(runtime, [analyzerItem([0, 0, 0.75]), analyzerItem([0, 0, 3])]);
    assert.deepEqual(plain(given), [{ score: 0.75, anomaly: true, output: [0.75] }, 'not_a_probability']);
  });

  test('a larger chunk after a smaller one, and none', async (t) => {
    const runtime = await load(bundleOf(t, { model: LAST, output: { kind: 'raw' } }));
    for (const count of [1, 40, 3, 0]) {
      const items = Array.from({ length: count }, (_, i) => analyzerItem([0, 0, i]));
      const expected = items.map((_, i) => ({ score: i, anomaly: null, output: [i] }));
      assert.deepEqual(plain(await answers(runtime, items)), expected);
    }
  });
});

suite('a bundle, notices', () => {
  const model = linearModel([3], [[0], [0], [1]]);
  const bundle = (t: TestContext): string => {
    const formats = { 'saved-model': 'saved/', 'layers-model': 'model/model.json' };
    return bundleOf(t, { model, output: { kind: 'raw' }, manifest: { formats } });
  };

  test('auto tells why it does not use a SavedModel', { skip: npmsOwn }, async (t) => {
    const { notices, backend } = await load(bundle(t));
    assert.deepEqual(notices, [
      {
        level: 'info',
        text: 'using wasm instead of node: native TensorFlow (@tensorflow/tfjs-node) is not installed',
      },
    ]);
    assert.equal(backend.name, 'wasm');
    assert.deepEqual((await load(bundle(t), { backend: 'wasm' })).notices, []);
  });

  test('one that is installed and does not work is worth a warning', async (t) => {
    const native = temporaryFolder(t);
    const folder = join(native, 'node_modules/@tensorflow/tfjs-node');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    const { notices } = await load(bundle(t), { native });
    assert.equal(notices[0]?.level, 'warning');
    assert.match(notices[0].text, /^using wasm instead of node: .* without its native addon/);
  });

  test('a SavedModel alone needs native TensorFlow, and the error says how', { skip: npmsOwn }, async (t) => {
    const formats = { 'saved-model': 'saved/' };
    const folder = bundleOf(t, { model, output: { kind: 'raw' }, manifest: { formats } });
    await assert.rejects(load(folder), (error) => {
      assert.ok(error instanceof AiopsError);
      assert.equal(error.code, 'backend_missing');
      assert.match(error.message, /is not installed/);
      assert.match(error.hint ?? '', /aiops-serve native install/);
      return true;
    });
  });
});

suite('a bundle, refusals', () => {
  test('before the first minute: an input shape that does not fit', async (t) => {
    const bundle = bundleOf(t, { model: linearModel([4], [[1], [1], [1], [1]]), output: { kind: 'raw' } });
    await assertRefuses(
      load(bundle),
      'model',
      /items of shape \[\?,3\], but the layers-model of test takes \[\?,4\]/,
    );
  });

  test('before the first minute: an output that does not fit', async (t) => {
    const model = linearModel(
      [3],
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    );
    await assertRefuses(
      load(bundleOf(t, { model, output: { kind: 'reconstruction' } })),
      'model',
      /takes 3 numbers \[3,1\] per item, but the model gives 2/,
    );
  });

  test('before the first minute: a model that looks at an item’s neighbours', async (t) => {
    const float = { T: { type: 'DT_FLOAT' } };
    const model = graphModel(
      [3],
      [
        { name: 'mean', op: 'Mean', input: ['x', 'axes'], attr: { keep_dims: { b: true } } },
        { name: 'centered', op: 'Sub', input: ['x', 'mean'], attr: float },
      ],
      { y: 'centered' },
      [{ name: 'axes', shape: [1], values: [0], dtype: 'int32' }],
    );
    const parts = { format: 'graph-model', model, output: { kind: 'raw' } } as const;
    const input = { columns: 'each', window: 3, shape: '[window]', normalize: { kind: 'none' } };
    const folder = writeBundle(temporaryFolder(t), { ...parts, input });
    await assertRefuses(load(folder), 'model', /answers the same item differently among other items/);
  });

  test('a folder without a bundle', async (t) => {
    await assertRefuses(load(temporaryFolder(t)), 'model', /is not a model bundle/);
  });
});

suite('firstAvailable', () => {
  const CHOICES = [
    { backend: 'node', format: 'saved-model' },
    { backend: 'wasm', format: 'graph-model' },
  ] as const;

  test('skips a missing backend, with a notice', async () => {
    const { result, notices } = await firstAvailable(CHOICES, async ({ backend }) => {
      if (backend === 'wasm') return 'there';
      throw new AiopsError('backend', 'native TensorFlow is broken');
    });
    assert.equal(result, 'there');
    assert.deepEqual(notices, [
      { level: 'warning', text: 'using wasm instead of node: native TensorFlow is broken' },
    ]);
  });

  test('a fault of the model is not covered up by another backend', async () => {
    const tried: string[] = [];
    const loading = firstAvailable(CHOICES, async ({ backend }) => {
      tried.push(backend);
      throw new AiopsError('model', 'altered');
    });
    await assert.rejects(loading, /altered/);
    assert.deepEqual(tried, ['node']);
  });
});
