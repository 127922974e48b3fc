import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { openBundle } from '#dist/model/bundle.js';
import { itemWidth, seenIntervals } from '#dist/model/manifest.js';
import { createNormalizer } from '#dist/model/normalize.js';
import { assertGolden, folderOf, GOLDEN_BUNDLES, goldenCases } from '../support/golden-bundles.js';

for (const bundle of GOLDEN_BUNDLES) {
  suite(`the bundle ${bundle}`, () => {
    test('normalized: the bits of the Python that trained it', async () => {
      const { manifest } = await openBundle(folderOf(bundle));
      const { window: intervals, normalize } = manifest.input;
      const shape = { intervals, width: itemWidth(manifest.input) };
      const normalizeItem = createNormalizer(normalize, shape, seenIntervals(manifest));
      for (const { name, values, normalized } of goldenCases(bundle)) {
        const out = new Float32Array(values.length);
        assert.ok(normalizeItem(Float64Array.from(values), out, 0), name);
        assert.deepEqual([...out], normalized, name);
      }
    });

    for (const format of ['graph-model', 'layers-model'] as const) {
      test(`${format} on wasm: outputs, scores and verdicts of that Python`, () =>
        assertGolden(bundle, { backend: 'wasm', format }));
    }

    test('the golden items are of both verdicts', () => {
      const golden = goldenCases(bundle);
      assert.ok(golden.length >= 20);
      assert.deepEqual(new Set(golden.map(({ anomaly }) => anomaly)), new Set([true, false]));
    });
  });
}
