import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { AiopsError } from '#dist/core/errors.js';
import { candidates } from '#dist/actor/backends/formats.js';

const GRAPH = { 'graph-model': 'g/model.json', 'layers-model': 'l/model.json' };
const NATIVE = {
  node: ['saved-model', 'graph-model', 'layers-model'],
  wasm: ['graph-model', 'layers-model'],
} as const;

suite('candidates', () => {
  test('auto is wasm without a SavedModel', () => {
    assert.deepEqual(candidates('auto', GRAPH), [{ backend: 'wasm', format: 'graph-model' }]);
    assert.deepEqual(candidates('auto', GRAPH, NATIVE), [{ backend: 'wasm', format: 'graph-model' }]);
  });

  test('auto tries native TensorFlow first where it runs the SavedModel', () => {
    assert.deepEqual(candidates('auto', { ...GRAPH, 'saved-model': 's' }, NATIVE), [
      { backend: 'node', format: 'saved-model' },
      { backend: 'wasm', format: 'graph-model' },
    ]);
    assert.deepEqual(candidates('auto', { 'saved-model': 's' }, NATIVE), [
      { backend: 'node', format: 'saved-model' },
    ]);
  });

  test('a named backend stands alone', () => {
    assert.deepEqual(candidates('node', GRAPH), [{ backend: 'node', format: 'graph-model' }]);
    assert.deepEqual(candidates('wasm', { ...GRAPH, 'saved-model': 's' }, NATIVE), [
      { backend: 'wasm', format: 'graph-model' },
    ]);
    assert.deepEqual(candidates('wasm', { 'layers-model': 'l' }), [
      { backend: 'wasm', format: 'layers-model' },
    ]);
  });

  test('says which formats a backend would run', () => {
    assert.throws(
      () => candidates('wasm', { 'saved-model': 's' }),
      (error) =>
        error instanceof AiopsError &&
        error.code === 'backend' &&
        error.message ===
          'the bundle has saved-model, but the wasm backend runs only graph-model and layers-model',
    );
  });
});
