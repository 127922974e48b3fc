/** SavedModels as Python wrote them (scripts/model/independence.py), and graph-models. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { BundleLoader } from '#build/actor/bundle-loader.js';
import { openBareModel, type BareModelFlags } from '#build/model/bare-model.js';
import { manifestText, openBundle } from '#build/model/bundle.js';
import { Pool } from '#build/pool/pool.js';
import { graphModel, writeBundle, type NodeJson, type Weight } from '../support/bundles.js';
import { ROOT, temporaryFolder } from '../support/cli.js';
import { loadOf } from '../support/fake-runtime.js';
import { native, whyNoNative } from '../support/native.js';
import { assertRefuses } from '../support/refusals.js';

const FLAGS: Omit<BareModelFlags, 'signature'> = {
  ...{ window: 3, columns: 'each', missing: 'hold', normalize: 'none', output: 'raw' },
  ...{ scaler: null, outputName: null, error: null, over: null, class: null },
};

const LEAKING: Readonly<Record<string, RegExp>> = {
  cumulative_sum: /differently among other items/,
  scan: /differently among other items/,
  neighbour: /differently among other items: 1 of 128 items.*item 72 of the call/s,
  place: /differently at another place of a call/,
  outlier: /differently among other items/,
  noise: /computes its outputs from random numbers \(RandomStandardNormal/,
  late_counter: /changes calls in each call \(AssignAddVariableOp\)/,
  rare_state: /changes memory in each call \(AssignVariableOp\)/,
  remembered: /\(LookupTableInsertV2\)/,
};
const INDEPENDENT = ['unread_counter', 'never_random', 'classes', 'chaos', 'logarithm', 'attention'];

/** The facts of the backend after loading a signature, and the notices. */
async function load(model: string, signature: string) {
  const loader = new BundleLoader({ ...loadOf(), backend: 'node', native }, (_, work) => work());
  await loader.load(() => openBareModel(join(ROOT, 'fixtures/models', model), { ...FLAGS, signature }));
  return { ...loader.backend(), notices: loader.notices };
}

suite('SavedModels that answer more than their item', { skip: await whyNoNative() }, () => {
  for (const [signature, message] of Object.entries(LEAKING)) {
    test(`${signature} is refused`, async () => {
      await assertRefuses(load('leaking', signature), 'model', message);
    });
  }

  for (const signature of INDEPENDENT) {
    test(`${signature} is accepted`, async () => {
      const { notices, batchSize } = await load('independent', signature);
      assert.deepEqual(notices, []);
      assert.equal(batchSize, 128);
    });
  }
});

suite('graph-models that answer more than their item', () => {
  const float = { T: { type: 'DT_FLOAT' } };
  const AXIS: Weight = { name: 'axis', shape: [], values: [0], dtype: 'int32' };

  function graphBundle(t: TestContext, nodes: readonly NodeJson[], weights: readonly Weight[]): string {
    return writeBundle(temporaryFolder(t), {
      ...{
        format: 'graph-model',
        model: graphModel([3], nodes, { y: 'y' }, weights),
        output: { kind: 'raw' },
      },
      input: { columns: 'each', window: 3, shape: '[window]', normalize: { kind: 'none' } },
    });
  }

  async function loadGraph(
    t: TestContext,
    nodes: readonly NodeJson[],
    weights: readonly Weight[],
  ): Promise<void> {
    const folder = graphBundle(t, nodes, weights);
    const loader = new BundleLoader({ ...loadOf(), backend: 'wasm' }, (_, work) => work());
    await loader.load(() => openBundle(folder));
  }

  test('a cumulative sum over the items is refused, one over the window is not', async (t) => {
    const sum: NodeJson = { name: 'y', op: 'Cumsum', input: ['x', 'axis'], attr: float };
    await assertRefuses(loadGraph(t, [sum], [AXIS]), 'model', /among other items/, /axis 0/);
    await loadGraph(t, [sum], [{ ...AXIS, values: [1] }]);
  });

  test('the first actor of a pool checks for all', async (t) => {
    const sum: NodeJson = { name: 'y', op: 'Cumsum', input: ['x', 'axis'], attr: float };
    const bundle = await openBundle(graphBundle(t, [sum], [AXIS]));
    const unchecked = { ...loadOf(), backend: 'wasm', checkItems: false } as const;
    const loader = new BundleLoader(unchecked, (_, work) => work());
    await loader.load(() => Promise.resolve(bundle));
    const model = { kind: 'bundle', folder: bundle.dir, manifest: manifestText(bundle) } as const;
    const load = { ...loadOf(), backend: 'wasm', model } as const;
    const pool = new Pool({ load, actors: 3, log: () => undefined, timeoutMs: 120_000 });
    await assertRefuses(pool.start(), 'model', /^actor-1: .*among other items/);
  });

  test('random numbers are refused', async (t) => {
    const nodes: NodeJson[] = [
      { name: 'shape', op: 'Shape', input: ['x'], attr: float },
      { name: 'noise', op: 'RandomStandardNormal', input: ['shape'], attr: { dtype: { type: 'DT_FLOAT' } } },
      { name: 'y', op: 'AddV2', input: ['x', 'noise'], attr: float },
    ];
    await assertRefuses(
      loadGraph(t, nodes, []),
      'model',
      /random numbers \(RandomStandardNormal at noise\)/,
      /training=False/,
    );
  });
});
