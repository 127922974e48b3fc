import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LARGE_NIGHTS, losePower, NIGHTS } from '../support/power-loss.js';

// test/faults/power-loss.test.ts does the same from many more states.

test('a run resumes without loss wherever the power fails', async (t) => {
  const counts = await losePower({ commands: NIGHTS, states: 250, seed: 6, secondLossEvery: 3 });
  t.diagnostic(`seed 6: ${JSON.stringify(counts)}`);
  assert.ok(counts.distinct >= 250 && counts.secondLosses > 0);
});

test('a run resumes without loss if the power fails after buffers were flushed between commits', async (t) => {
  const counts = await losePower({ commands: LARGE_NIGHTS, states: 60, seed: 6, secondLossEvery: 3 });
  t.diagnostic(`seed 6: ${JSON.stringify(counts)}`);
  assert.ok(counts.distinct >= 60);
});
