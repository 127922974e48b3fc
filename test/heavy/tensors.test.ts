import { suite, test } from 'node:test';

import { whyNoNative } from '../support/native.js';
import { assertKeepsNoTensors } from '../support/node-tensors.js';

suite('node backend', { skip: await whyNoNative() }, () => {
  for (const format of ['saved-model', 'graph-model', 'layers-model'] as const) {
    test(`${format}: keeps no tensors, over 10,000 chunks and after dispose`, async () => {
      await assertKeepsNoTensors(format, 10_000);
    });
  }
});
