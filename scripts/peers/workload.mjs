/** What all peers of a case serve: the model and a minute's items. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { RandomStream } from '#build/core/random.js';
import { installedNative } from '#build/host/native/location.js';
import { manifestText, openBundle } from '#build/model/bundle.js';

import { minuteOf } from '../shared/minutes.mjs';

/** Cases of size `many` measure only batched serving and the gain of a second process. */
export const CASES = [
  { name: 'none', title: 'no model', bundle: null, itemShape: [60], size: 'few' },
  { name: 'mlp', title: 'MLP autoencoder', bundle: 'mlp-autoencoder', itemShape: [60], size: 'few' },
  { name: 'lstm', title: 'LSTM, 60 × 4', bundle: 'lstm-forecast', itemShape: [60, 4], size: 'few' },
  { name: 'mlp-many', title: 'MLP autoencoder', bundle: 'mlp-autoencoder', itemShape: [60], size: 'many' },
  { name: 'lstm-many', title: 'LSTM, 60 × 4', bundle: 'lstm-forecast', itemShape: [60, 4], size: 'many' },
];

const ECHO_ANALYZER = fileURLToPath(new URL('echo-analyzer.mjs', import.meta.url));

/**
 * Items of normalized numbers, exact as Float32 so that every peer sees the same ones, and a manifest that neither
 * normalizes nor scores: all peers have only the model in common.
 *
 * @param folder gets the items and the description for the Python peers
 */
export async function makeWorkload({ bundle: bundleName, itemShape }, { items, processes, seed, folder }) {
  const [window, width = 1] = itemShape;
  const random = new RandomStream(seed);
  const length = items * window * width;
  const values = Float64Array.from({ length }, () => Math.fround(random.nextNormal()));
  const bundle = bundleName === null ? null : await bareBundle(bundleName, itemShape);
  const workload = { minute: minuteOf(values, { window, width }), processes, load: loadRequest(bundle) };
  return { ...workload, description: describe(workload, bundle, itemShape, folder) };
}

async function bareBundle(name, [window, width]) {
  const folder = fileURLToPath(new URL(`../../fixtures/bundles/${name}`, import.meta.url));
  const bundle = await openBundle(folder);
  const columns = width === undefined ? 'each' : Array.from({ length: width }, (_, i) => `column-${i}`);
  const shape = width === undefined ? '[window]' : '[window,columns]';
  const input = { columns, window, shape, normalize: { kind: 'none' }, missing: 'hold' };
  return { ...bundle, manifest: { ...bundle.manifest, input, output: { kind: 'raw' } } };
}

/** What our actors load: the SavedModel on one thread, a chunk in one call. */
function loadRequest(bundle) {
  const model =
    bundle === null
      ? { kind: 'analyzer', module: ECHO_ANALYZER }
      : { kind: 'bundle', folder: bundle.dir, manifest: manifestText(bundle) };
  const native = bundle === null ? null : (installedNative()?.folder ?? null);
  const on =
    bundle === null
      ? { backend: 'auto', modelFormat: 'auto' }
      : { backend: 'node', modelFormat: 'saved-model' };
  return { model, ...on, threadsPerActor: 1, batchSize: 'auto', batchShape: 'free', native, params: {} };
}

/** Writes the workload for Python, a JSON file that names the SavedModel and a file of Float32 items; returns its path. */
function describe({ minute, processes }, bundle, itemShape, folder) {
  const items = join(folder, 'items.f32');
  writeFileSync(items, new Uint8Array(Float32Array.from(minute.values).buffer));
  const savedModel = bundle === null ? null : join(bundle.dir, bundle.manifest.formats['saved-model']);
  const path = join(folder, 'workload.json');
  const { targets } = minute;
  writeFileSync(path, JSON.stringify({ folder: savedModel, items, itemShape, targets, processes }));
  return path;
}
