import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { predictInBatches } from '#build/actor/backends/batches.js';
import { openNode } from '#build/actor/backends/node.js';
import { areUniform } from '#build/actor/backends/operations.js';
import { RandomStream } from '#build/core/random.js';
import { openBundle } from '#build/model/bundle.js';
import { itemWidth, seenIntervals } from '#build/model/manifest.js';

import { BUNDLES, bundleFolder } from '../support/examples.js';
import { native, whyNoNative } from '../support/native.js';

const BASE = 128;
const ITEMS = 1024;

/** Numbers that might hide a difference, or show one that others hide. */
const INPUTS: Readonly<Record<string, (random: RandomStream) => number>> = {
  normal: (random) => random.nextNormal(),
  'of all magnitudes': (random) => random.nextNormal() * Math.exp(4 * random.nextNormal()),
  tiny: (random) => random.nextNormal() * 1e-20,
  'mostly 0': (random) => (random.next() < 0.9 * 2 ** 32 ? 0 : random.nextNormal()),
};

suite('native TensorFlow, calls of 128', { skip: await whyNoNative() }, () => {
  for (const name of BUNDLES) {
    for (const format of ['saved-model', 'graph-model'] as const) {
      test(`${name}, ${format}: larger calls and other places in a call give the same bits`, async () => {
        const backend = await openNode(1, native);
        const bundle = await openBundle(bundleFolder(name));
        const { manifest } = bundle;
        const dims = [seenIntervals(manifest), itemWidth(manifest.input)];
        const model = await backend.load(bundle, format, dims);
        assert.ok(areUniform(model.operations));
        const itemSize = dims.reduce((product, dim) => product * dim, 1);
        const random = new RandomStream(1);
        const predict = async (input: Float32Array, size: number): Promise<Uint32Array> => {
          const { values } = await predictInBatches(model, input, ITEMS, { size, pad: true });
          return new Uint32Array(values.buffer, values.byteOffset, values.length);
        };
        for (const [kind, next] of Object.entries(INPUTS)) {
          const input = Float32Array.from({ length: ITEMS * itemSize }, () => next(random));
          const expected = await predict(input, BASE);
          for (const size of [256, 512, 1024])
            assert.deepEqual(await predict(input, size), expected, `${kind}, calls of ${size}`);
          for (const shift of [1, 77]) {
            const rotated = await predict(rotate(input, shift * itemSize), BASE);
            const whole = rotate(expected, (shift * expected.length) / ITEMS);
            assert.deepEqual(rotated, whole, `${kind}, ${shift} places on`);
          }
        }
        model.dispose();
      });
    }
  }
});

/** Moves the first `count` numbers to the end. */
function rotate<T extends Float32Array | Uint32Array>(values: T, count: number): T {
  const rotated = values.slice() as T;
  rotated.set(values.subarray(count));
  rotated.set(values.subarray(0, count), values.length - count);
  return rotated;
}
