import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { areUniform, graphOperations, savedModelOperations } from '#build/actor/backends/operations.js';
import { BUNDLES, bundleFolder } from '../../support/examples.js';

function savedModel(name: string): Set<string> {
  return savedModelOperations(readFileSync(join(bundleFolder(name), 'saved_model/saved_model.pb')));
}

function graphModel(name: string): Set<string> {
  const json = JSON.parse(readFileSync(join(bundleFolder(name), 'graph/model.json'), 'utf8')) as {
    modelTopology: Record<string, unknown>;
  };
  return graphOperations(json.modelTopology);
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
    assert.deepEqual([...graphOperations({ node: [{ op: 'If' }], ...inFunction })], ['If', 'Softmax']);
    assert.deepEqual([...graphOperations({})], []);
  });

  test('a SavedModel is read field by field, whatever else it holds', () => {
    const field = (number: number, content: Uint8Array): Buffer =>
      Buffer.concat([Buffer.of(number * 8 + 2, 128 | (content.length % 128), content.length >> 7), content]);
    const others = Buffer.of(
      ...[1 * 8, 150, 1],
      ...[9 * 8 + 1, 1, 2, 3, 4, 5, 6, 7, 8],
      ...[9 * 8 + 5, 18, 18, 18, 18],
    );
    const node = (op: string): Buffer =>
      Buffer.concat([
        field(1, Buffer.from('a name')),
        field(2, Buffer.from(op)),
        field(5, Buffer.alloc(300, 18)),
      ]);
    const functionOf = (op: string): Buffer => field(1, Buffer.concat([others, field(3, node(op))]));
    const graph = Buffer.concat([
      field(1, node('MatMul')),
      field(1, node('Softmax')),
      field(2, functionOf('Pow')),
    ]);
    const metaGraph = Buffer.concat([others, field(1, Buffer.from('Relu')), field(2, graph)]);
    const found = savedModelOperations(Buffer.concat([others, field(2, metaGraph)]));
    assert.deepEqual([...found], ['MatMul', 'Softmax', 'Pow']);
    assert.throws(() => savedModelOperations(Buffer.of(3)), /type 3/);
  });

  test('an unknown operation, or none, rules out that they are uniform', () => {
    assert.ok(areUniform(new Set(['MatMul', 'Relu'])));
    for (const names of [['MatMul', 'Softmax'], ['LogSoftmax'], ['Pow'], ['Atan2'], ['Unheard'], []])
      assert.ok(!areUniform(new Set(names)), names.join());
  });
});
