import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { declaredModel } from '#build/model/declared-model.js';
import { graphOfJson } from '#build/model/graph-json.js';
import { graphEnding, layersEndings } from '#build/model/output-ending.js';
import { ROOT } from '../support/cli.js';
import { bundleFolder } from '../support/examples.js';

interface LayerJson {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes?: unknown;
}

const dense = (activation: string, more: object = {}): LayerJson => ({
  class_name: 'Dense',
  config: { name: 'dense', activation, ...more },
});
const sequence = (...layers: readonly LayerJson[]): LayerJson => ({
  class_name: 'Sequential',
  config: { name: 'sequence', layers },
});
const endingOf = (model: LayerJson): unknown[] => [...layersEndings({ model_config: model }).entries()];

suite('the last layer of a layers-model', () => {
  for (const [what, layers, expected] of [
    ['has a sigmoid', [dense('tanh', { name: 'first' }), dense('sigmoid')], [['dense', 'sigmoid']]],
    ['has none, unlike the one before', [dense('sigmoid', { name: 'first' }), dense('linear')], []],
    [
      'is a softmax',
      [dense('linear'), { class_name: 'Softmax', config: { name: 'last' } }],
      [['last', 'softmax']],
    ],
    [
      'reshapes a sigmoid',
      [dense('sigmoid'), { class_name: 'Reshape', config: { name: 'shaped' } }],
      [['shaped', 'sigmoid']],
    ],
    [
      'applies a layer at each interval',
      [{ class_name: 'TimeDistributed', config: { name: 'each', layer: dense('softmax') } }],
      [['each', 'softmax']],
    ],
    ['is a model', [sequence(dense('linear'), dense('sigmoid'))], [['sequence', 'sigmoid']]],
  ] as const) {
    test(what, () => {
      assert.deepEqual(endingOf(sequence(...layers)), expected);
    });
  }

  test('is that of each output of a functional model', () => {
    const layers = [
      dense('relu', { name: 'hidden' }),
      { ...dense('linear', { name: 'value' }), inbound_nodes: [[['hidden', 0, 0, {}]]] },
      { ...dense('sigmoid', { name: 'share' }), inbound_nodes: [[['hidden', 0, 0, {}]]] },
      { class_name: 'Flatten', config: { name: 'flat' }, inbound_nodes: [[['share', 0, 0, {}]]] },
    ];
    const outputs = [
      ['value', 0, 0],
      ['flat', 0, 0],
    ];
    const model = { class_name: 'Functional', config: { name: 'model', layers, output_layers: outputs } };
    assert.deepEqual(endingOf(model), [['flat', 'sigmoid']]);
  });

  test('is unknown where the file says something else', () => {
    assert.equal(layersEndings({ model_config: { class_name: 7 } }).size, 0);
  });
});

suite('the last operation of a graph', () => {
  test('is found through calls, by the place of their outputs', () => {
    const inner = {
      signature: { name: 'inner', inputArg: [{ name: 'x' }], outputArg: [{ name: 'b' }, { name: 'a' }] },
      nodeDef: [
        { name: 'share', op: 'Sigmoid', input: ['x'] },
        { name: 'shaped', op: 'Reshape', input: ['share:y:0', 'x'] },
        { name: 'sum', op: 'Sum', input: ['x'] },
      ],
      ret: { a: 'shaped:output:0', b: 'sum:output:0' },
    };
    const call = {
      name: 'call',
      op: 'PartitionedCall',
      input: ['x'],
      attr: { f: { func: { name: 'inner' } } },
    };
    const both = { name: 'both', op: 'IdentityN', input: ['call:1', 'call'] };
    const graph = graphOfJson({ node: [call, both], library: { function: [inner] } });
    const found = ['call', 'call:0', 'call:1', 'both:0', 'both:1', 'nowhere:0'].map((tensor) =>
      graphEnding(graph, tensor),
    );
    assert.deepEqual(found, [null, null, 'sigmoid', 'sigmoid', null, null]);
  });

  test('is null in a cycle', () => {
    const graph = graphOfJson({
      node: [
        { name: 'a', op: 'Identity', input: ['b'] },
        { name: 'b', op: 'Identity', input: ['a'] },
      ],
    });
    assert.equal(graphEnding(graph, 'a:0'), null);
  });

  for (const [what, path, signature, expected] of [
    ['SavedModel', join(ROOT, 'fixtures/models/independent'), 'classes', [['probabilities', 'softmax']]],
    ['SavedModel', join(ROOT, 'fixtures/models/independent'), 'logarithm', []],
    [
      'SavedModel',
      join(bundleFolder('builtin'), 'saved_model'),
      'serving_default',
      [['probability', 'sigmoid']],
    ],
    ['graph-model', join(bundleFolder('builtin'), 'graph'), '', [['probability', 'sigmoid']]],
    ['layers-model', join(bundleFolder('builtin'), 'layers'), '', [['probability', 'sigmoid']]],
    ['SavedModel', join(bundleFolder('lstm-forecast'), 'saved_model'), 'serving_default', []],
  ] as const) {
    test(`is that of a real ${what}: ${JSON.stringify(expected)}`, async () => {
      const { formats } = await declaredModel(path);
      const found = formats[0]?.signatures.find(({ name }) => name === signature);
      assert.deepEqual([...(found?.endings ?? [['no signature']])], expected);
    });
  }
});
