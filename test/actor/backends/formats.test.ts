import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { BackendName, ModelFormat } from '#build/core/types.js';
import { candidates, type Candidate } from '#build/actor/backends/formats.js';
import { refusal } from '../../support/refusals.js';

const TFJS = { 'graph-model': 'g/model.json', 'layers-model': 'l/model.json' };
const ALL = { ...TFJS, 'saved-model': 's' };
const SAVED = { 'saved-model': 's' };

const choose = (
  backend: BackendName | 'auto',
  formats: Partial<Record<ModelFormat, string>>,
  format: ModelFormat | 'auto' = 'auto',
): readonly Candidate[] => candidates({ backend, modelFormat: format }, { name: 'm', formats });

suite('candidates', () => {
  test('auto is wasm without a SavedModel', () => {
    assert.deepEqual(choose('auto', TFJS), [{ backend: 'wasm', format: 'graph-model' }]);
  });

  test('auto tries native TensorFlow first for a SavedModel', () => {
    assert.deepEqual(choose('auto', ALL), [
      { backend: 'node', format: 'saved-model' },
      { backend: 'wasm', format: 'graph-model' },
    ]);
    assert.deepEqual(choose('auto', SAVED), [{ backend: 'node', format: 'saved-model' }]);
  });

  test('a named backend stands alone', () => {
    assert.deepEqual(choose('node', TFJS), [{ backend: 'node', format: 'graph-model' }]);
    assert.deepEqual(choose('wasm', ALL), [{ backend: 'wasm', format: 'graph-model' }]);
    assert.deepEqual(choose('wasm', { 'layers-model': 'l' }), [{ backend: 'wasm', format: 'layers-model' }]);
  });

  test('a named format is the only one tried', () => {
    assert.deepEqual(choose('auto', ALL, 'layers-model'), [{ backend: 'wasm', format: 'layers-model' }]);
    assert.deepEqual(choose('auto', ALL, 'saved-model'), [{ backend: 'node', format: 'saved-model' }]);
    assert.deepEqual(choose('node', ALL, 'layers-model'), [{ backend: 'node', format: 'layers-model' }]);
  });

  test('says what would run a format that the backend does not', () => {
    const message = /the wasm backend does not support the saved-model of m/;
    assert.throws(
      () => choose('wasm', SAVED),
      refusal('backend', message, /native install.*tensorflowjs_converter/),
    );
    assert.throws(() => choose('wasm', ALL, 'saved-model'), refusal('backend', message, /native install/));
  });

  test('says which formats there are', () => {
    assert.throws(
      () => choose('auto', SAVED, 'graph-model'),
      refusal('backend', /m has no graph-model, only saved-model/, /--model-format/),
    );
  });
});
