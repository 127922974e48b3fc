import assert from 'node:assert/strict';

import { loadTfjsNode } from '#build/actor/backends/node-package.js';
import { openNode } from '#build/actor/backends/node.js';
import type { ModelFormat } from '#build/core/types.js';
import { openBundle } from '#build/model/bundle.js';
import { bundleFolder } from './examples.js';
import { native } from './native.js';

/** Predicts with the built-in bundle on native TensorFlow; no tensor stays after a chunk, or once it is disposed. */
export async function assertKeepsNoTensors(format: ModelFormat, chunks: number): Promise<void> {
  const backend = await openNode(1, native);
  const { memory } = loadTfjsNode(native);
  const atFirst = memory().numTensors;
  const bundle = await openBundle(bundleFolder('builtin'));
  const model = await backend.load(bundle, format, [60]);
  const input = new Float32Array(120);
  await model.predict(input, 2);
  const held = memory().numTensors;
  for (let chunk = 0; chunk < chunks; chunk++) await model.predict(input, 2);
  assert.equal(memory().numTensors, held);
  model.dispose();
  assert.equal(memory().numTensors, atFirst);
}
