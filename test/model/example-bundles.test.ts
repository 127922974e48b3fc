import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { openBundle } from '#build/model/bundle.js';
import { isPerTarget, itemWidth, seenIntervals } from '#build/model/manifest.js';
import { createNormalizer } from '#build/model/normalize.js';
import { BUNDLES, bundleFolder, goldenCases } from '../support/examples.js';

for (const bundle of BUNDLES) {
  suite(`the bundle ${bundle}`, () => {
    const golden = goldenCases(bundle);

    test('normalized: the bits of the Python that trained it', async () => {
      const { manifest } = await openBundle(bundleFolder(bundle));
      const { window: intervals, normalize } = manifest.input;
      assert.ok(!isPerTarget(normalize));
      const shape = { intervals, width: itemWidth(manifest.input) };
      const normalizeItem = createNormalizer(normalize, shape, seenIntervals(manifest));
      for (const { name, values, normalized } of golden) {
        const out = new Float32Array(values.length);
        assert.ok(normalizeItem(Float64Array.from(values), out, 0), name);
        assert.deepEqual([...out], normalized, name);
      }
    });

    test('the golden items are of both verdicts', () => {
      assert.ok(golden.length >= 20);
      assert.deepEqual(new Set(golden.map(({ anomaly }) => anomaly)), new Set([true, false]));
    });
  });
}
