/** The least that a first prediction takes: loads TensorFlow.js on wasm and a graph-model, and predicts once. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';

import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

const WINDOW = 60;
const [, , bundle] = process.argv;

setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
await tf.setBackend('wasm');
const { modelTopology, weightsManifest } = JSON.parse(
  await readFile(join(bundle, 'graph/model.json'), 'utf8'),
);
const weights = await readFile(join(bundle, 'graph/weights.bin'));
const model = await loadGraphModel({
  load: async () => ({
    modelTopology,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(weights).buffer,
  }),
});
const [output] = [model.predict(tf.zeros([1, WINDOW]))].flat();
if (!Number.isFinite(output.dataSync()[0])) throw new Error('no prediction');
