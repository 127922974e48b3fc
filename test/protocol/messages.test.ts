import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ProtocolError } from '#build/protocol/frames.js';

import { decode, viaActor, viaParent } from '../support/messages.js';
import { errorOf } from '../support/refusals.js';

test('messages without numbers read back the same', () => {
  const load = {
    model: { kind: 'bundle', folder: '/b', manifest: '{"ü": 1}' },
    backend: 'auto',
    modelFormat: 'auto',
    threadsPerActor: 2,
    batchSize: 64,
    batchShape: 'fixed',
    native: null,
    params: { 'a b': 'ü', __proto: '' },
  } as const;
  for (const message of [
    { type: 'hello', version: 4 },
    { type: 'init', load },
    { type: 'init', load: { ...load, checkItems: false } },
    { type: 'init', load: { ...load, batchShape: 'free', backend: 'wasm', params: {} } },
    { type: 'init', load: { ...load, batchSize: 'auto', backend: 'node', modelFormat: 'saved-model' } },
    { type: 'init', load: { ...load, model: { kind: 'analyzer', module: '/m.mjs' }, native: '/n' } },
    { type: 'stop' },
  ] as const) {
    assert.deepEqual(viaParent(message), message);
  }
  const backend = {
    name: 'wasm',
    versions: { tfjs: '4' },
    threads: 1,
    batchSize: null,
    reproducible: true,
    features: ['simd'],
  } as const;
  const outputs = [{ name: 'y', size: 2 }];
  const model = {
    name: 'm',
    version: '1',
    format: 'graph-model',
    digest: 'd',
    outputs,
    bundles: [],
  } as const;
  const analyzer = { ...model, format: 'analyzer', outputs: [], bundles: [model, model] } as const;
  const ready = {
    type: 'ready',
    backend,
    model,
    input: { window: 60, columns: 'each', missing: 'hold' },
    loadMs: 1.5,
    warmupMs: 0,
    pid: 7,
    notices: [{ level: 'info', text: 'so' }],
  } as const;
  for (const message of [
    { type: 'hello', version: 4 },
    ready,
    { ...ready, backend: { ...backend, name: 'js', batchSize: 64, reproducible: false } },
    { ...ready, model: analyzer, input: { window: 1, columns: ['a', 'b'], missing: 'reject' }, notices: [] },
    { type: 'failed', id: null, code: 'model', message: 'no', hint: 'yes' },
    { type: 'failed', id: 0, code: 'internal', message: '', hint: null },
  ] as const) {
    assert.deepEqual(viaActor(message), message);
  }
});

for (const [what, message, reason] of [
  ['what only an actor sends', () => decode('ready', {}), /does not send ready/],
  ['an unknown type', () => decode('toString', {}), /does not send toString/],
  [
    'a version that is no number',
    () => decode('hello', { version: '1' }),
    /version must be a finite number, it is "1"/,
  ],
  ['a version that is missing', () => decode('hello', {}), /version must be a finite number, it is missing/],
  ['a load that is no object', () => decode('init', { load: null }), /load must be an object, it is null/],
  [
    'an unknown backend',
    () => decode('init', { load: { model: { kind: 'analyzer', module: '/' }, backend: 'gpu' } }),
    /init.load: backend must be one of node, wasm, auto/,
  ],
  [
    'params that are not texts',
    () =>
      decode('init', {
        load: {
          model: { kind: 'bundle', folder: '/', manifest: '' },
          ...{
            backend: 'node',
            modelFormat: 'auto',
            threadsPerActor: 1,
            batchSize: 1,
            batchShape: 'free',
            native: null,
          },
          params: { a: 1 },
        },
      }),
    /params must be an object of texts/,
  ],
  [
    'a batch of nothing',
    () =>
      decode('init', {
        load: {
          model: { kind: 'analyzer', module: '/' },
          ...{ backend: 'node', modelFormat: 'auto', threadsPerActor: 1, batchSize: 0 },
        },
      }),
    /batchSize must be at least 1, it is 0/,
  ],
] as const) {
  test(`a parent's message is refused for ${what}`, () => {
    assert.throws(message, errorOf(ProtocolError, reason));
  });
}
