import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AiopsError } from '#dist/core/errors.js';
import { checkAgreement } from '#dist/dispatch/agreement.js';

const backend = {
  name: 'node',
  versions: { tf: '2' },
  threads: 1,
  batchSize: 64,
  features: ['avx'],
} as const;
const model = { name: 'm', version: '1', format: 'saved-model', digest: 'abc' } as const;

test('actors with equal facts agree, whatever the order of their versions', () => {
  const versions = { a: '1', b: '2' };
  const reversed = { b: '2', a: '1' };
  checkAgreement([
    { name: 'one', facts: { backend: { ...backend, versions }, model } },
    { name: 'two', facts: { backend: { ...backend, versions: reversed }, model: { ...model } } },
  ]);
  checkAgreement([]);
});

for (const [field, facts] of [
  ['backend.name', { backend: { ...backend, name: 'wasm' }, model }],
  ['backend.versions', { backend: { ...backend, versions: { tf: '3' } }, model }],
  ['backend.threads', { backend: { ...backend, threads: 2 }, model }],
  ['backend.batchSize', { backend: { ...backend, batchSize: null }, model }],
  ['backend.features', { backend: { ...backend, features: [] }, model }],
  ['model.digest', { backend, model: { ...model, digest: 'abd' } }],
  ['model.format', { backend, model: { ...model, format: 'layers-model' } }],
] as const) {
  test(`a different ${field} is named, with both actors and values`, () => {
    const same = { name: 'one', facts: { backend, model } };
    assert.throws(
      () => checkAgreement([same, same, { name: 'three', facts }]),
      (error) =>
        error instanceof AiopsError &&
        error.code === 'backend' &&
        error.message.startsWith(`one and three differ in ${field}: `),
    );
  });
}
