import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { createNormalizer, type Normalization } from 'aiops-serve';

import { isPerTarget, parseManifest } from '#build/model/manifest.js';
import { createNormalizer as createBundled } from '#build/model/normalize.js';

const VALUES = Float64Array.of(1, 100, 2, 90, 4, 120, 3, 105);

suite('the normalizations that the package exports', () => {
  for (const spec of [
    { kind: 'none' },
    { kind: 'window-zscore' },
    { kind: 'window-zscore', epsilon: 0.5 },
    { kind: 'window-robust' },
    { kind: 'window-robust', madScale: 1, limit: 2 },
    { kind: 'zscore', mean: [2, 100], std: [3, 0] },
    { kind: 'minmax', min: [1, 90], max: [4, 120] },
  ] as const satisfies readonly Normalization[]) {
    test(`${JSON.stringify(spec)} gives the bits of a bundle`, () => {
      const input = { columns: ['x', 'y'], window: 4, shape: '[window,columns]', normalize: spec };
      const json = { name: 'm', version: '1', formats: { 'graph-model': 'x' }, sha256: {}, input };
      const { normalize } = parseManifest({ ...json, output: { kind: 'raw' } }, 'm').input;
      assert.ok(!isPerTarget(normalize));
      for (const basis of [4, 3]) {
        const [own, bundled] = [new Float32Array(9), new Float32Array(9)];
        assert.ok(createNormalizer(spec, [4, 2], basis)(VALUES, own, 1));
        assert.ok(createBundled(normalize, { intervals: 4, width: 2 }, basis)(VALUES, bundled, 1));
        assert.deepEqual(own, bundled);
        assert.equal(own[0], 0);
      }
    });
  }

  test('refuses what would give NaN', () => {
    const create = (spec: object, basis?: number) => () =>
      createNormalizer(spec as Normalization, [4, 2], basis);
    assert.throws(create({ kind: 'zscore', mean: [1, NaN], std: [1, 1] }), /mean of zscore/);
    assert.throws(create({ kind: 'window-zscore', epsilon: '1' }), /epsilon of window-zscore/);
    assert.throws(create({ kind: 'zscore', mean: [1], std: [1] }), RangeError);
    assert.throws(create({ kind: 'log' }), /no normalization log/);
    assert.throws(create({ kind: 'none' }, 5), /basis is 5/);
  });

  test('says so where a result is not finite', () => {
    const out = new Float32Array(1);
    assert.equal(createNormalizer({ kind: 'none' }, [1, 1])(Float64Array.of(1e300), out, 0), false);
  });
});
