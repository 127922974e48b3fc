import { test } from 'node:test';

import { AiopsError } from '#dist/core/errors.js';
import { assertGolden, GOLDEN_BUNDLES } from '../support/golden-bundles.js';

// In a file, and so a process, of its own: TensorFlow.js has one engine a process, and wasm would hold it.
for (const bundle of GOLDEN_BUNDLES) {
  test(`the SavedModel of ${bundle}: outputs, scores and verdicts of the Python that trained it`, async (t) => {
    try {
      await assertGolden(bundle, { backend: 'node', format: 'saved-model' });
    } catch (error) {
      if (error instanceof AiopsError && error.code === 'backend_missing') return t.skip(error.message);
      throw error;
    }
  });
}
