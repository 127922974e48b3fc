import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { areUniform } from '#build/actor/backends/operations.js';
import { operationsOf } from '#build/model/graph.js';
import { graphOfJson } from '#build/model/graph-json.js';
import { savedModelGraphs } from '#build/model/saved-model-graph.js';
import { BUNDLES, bundleFolder } from '../../support/examples.js';

function savedModel(name: string): Set<string> {
  const [only] = savedModelGraphs(readFileSync(join(bundleFolder(name), 'saved_model/saved_model.pb')));
  assert.deepEqual(only?.tags, ['serve']);
  return operationsOf(only.graph);
}

function graphModel(name: string): Set<string> {
  const json = JSON.parse(readFileSync(join(bundleFolder(name), 'graph/model.json'), 'utf8')) as {
    modelTopology: Record<string, unknown>;
  };
  return operationsOf(graphOfJson(json.modelTopology));
}

suite('operations of a model', () => {
  for (const name of BUNDLES) {
    test(`${name}: all are known, in both formats`, () => {
      for (const operations of [savedModel(name), graphModel(name)]) {
        assert.ok(operations.has('MatMul') && operations.has('Placeholder'));
        assert.ok(areUniform(operations), [...operations].join());
      }
    });
  }

  test('those of functions are among them', () => {
    assert.ok(savedModel('lstm-forecast').has('TensorListGetItem'));
    const inFunction = { library: { function: [{ nodeDef: [{ op: 'Softmax' }] }] } };
    const graph = graphOfJson({ node: [{ op: 'If' }], ...inFunction });
    assert.deepEqual([...operationsOf(graph)], ['If', 'Softmax']);
    assert.deepEqual([...operationsOf(graphOfJson({}))], []);
  });

  test('an unknown operation, or none, rules out that they are uniform', () => {
    assert.ok(areUniform(new Set(['MatMul', 'Relu'])));
    for (const names of [['MatMul', 'Softmax'], ['LogSoftmax'], ['Pow'], ['Atan2'], ['Unheard'], []])
      assert.ok(!areUniform(new Set(names)), names.join());
  });
});
