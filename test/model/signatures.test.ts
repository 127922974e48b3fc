import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { readSavedModel, type SavedModelContent } from '#build/model/signatures.js';
import { bundleFolder } from '../support/examples.js';
import { ROOT } from '../support/cli.js';

const graphOf = (folder: string): SavedModelContent =>
  readSavedModel(readFileSync(join(folder, 'saved_model.pb')));
const model = (name: string): SavedModelContent => graphOf(join(ROOT, 'fixtures/models', name));

suite('readSavedModel', () => {
  test('signatures with the names, types and shapes of their tensors', () => {
    const { signatures } = model('four-signatures');
    assert.deepEqual(signatures.map(({ name }) => name).sort(), [
      'last',
      'logarithm',
      'serving_default',
      'two_inputs',
    ]);
    const window = { name: 'window', type: 'float', tensor: 'serving_default_window:0', shape: [null, 3] };
    assert.deepEqual(
      signatures.find(({ name }) => name === 'serving_default'),
      {
        name: 'serving_default',
        inputs: [window],
        outputs: [
          { name: 'above_one', type: 'int64', tensor: 'PartitionedCall_2:0', shape: [null, 3] },
          { name: 'pairs', type: 'float', tensor: 'PartitionedCall_2:1', shape: [null, 3, 2] },
          { name: 'total', type: 'float', tensor: 'PartitionedCall_2:2', shape: [null] },
        ],
      },
    );
    assert.deepEqual(
      model('bfloat16-output').signatures[0]?.outputs.map(({ type }) => type),
      ['float', 'bfloat16'],
    );
  });

  test('operations, those of functions included', () => {
    const { operations } = graphOf(join(bundleFolder('lstm-forecast'), 'saved_model'));
    assert.ok(operations.has('VarHandleOp') && operations.has('TensorListGetItem'));
  });

  test('bytes that are no SavedModel', () => {
    assert.throws(() => readSavedModel(Buffer.from('graph')), RangeError);
    assert.throws(() => readSavedModel(new Uint8Array()), RangeError);
  });
});
