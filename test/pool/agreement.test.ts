import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkAgreement } from '#build/pool/agreement.js';
import { refusal } from '../support/refusals.js';

const backend = {
  name: 'node',
  versions: { tf: '2' },
  threads: 1,
  batchSize: 64,
  reproducible: true,
  features: ['avx'],
} as const;
const model = {
  name: 'm',
  version: '1',
  format: 'saved-model',
  digest: 'abc',
  outputs: [{ name: 'y', size: 1 }],
  bundles: [],
} as const;
const input = { window: 60, columns: 'each', missing: 'hold' } as const;

test('actors with equal facts agree, whatever the order of their versions', () => {
  const versions = { a: '1', b: '2' };
  const reversed = { b: '2', a: '1' };
  checkAgreement([
    { name: 'one', facts: { backend: { ...backend, versions }, model, input } },
    { name: 'two', facts: { backend: { ...backend, versions: reversed }, model: { ...model }, input } },
  ]);
  checkAgreement([]);
});

test('only the first actor has checked whether bits depend on places', () => {
  const facts = { backend, model, input };
  const checked = { ...facts, backend: { ...backend, reproducible: false } };
  checkAgreement([
    { name: 'one', facts: checked },
    { name: 'two', facts },
  ]);
});

for (const [field, facts] of [
  ['backend.name', { backend: { ...backend, name: 'wasm' } }],
  ['backend.versions', { backend: { ...backend, versions: { tf: '3' } } }],
  ['backend.threads', { backend: { ...backend, threads: 2 } }],
  ['backend.batchSize', { backend: { ...backend, batchSize: null } }],
  ['backend.features', { backend: { ...backend, features: [] } }],
  ['model.digest', { model: { ...model, digest: 'abd' } }],
  ['model.format', { model: { ...model, format: 'layers-model' } }],
  ['model.outputs', { model: { ...model, outputs: [{ name: 'y', size: 2 }] } }],
  ['input.window', { input: { ...input, window: 30 } }],
] as const) {
  test(`a different ${field} is named, with both actors and values`, () => {
    const same = { name: 'one', facts: { backend, model, input } };
    assert.throws(
      () => checkAgreement([same, same, { name: 'three', facts: { ...same.facts, ...facts } }]),
      refusal('backend', new RegExp(`^one and three differ in ${field}: `)),
    );
  });
}
