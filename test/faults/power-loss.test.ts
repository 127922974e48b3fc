import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tally } from '../support/faults/amounts.js';
import { LARGE_NIGHTS, losePower, NIGHTS } from '../support/power-loss.js';

const states = Number(process.env['FAULT_STATES'] ?? 10_000);
const seed = Number(process.env['FAULT_SEED'] ?? 1);
const only = process.env['FAULT_ONLY'];
const options = { seed, only, secondLossEvery: 4 };

test('a run resumes without loss wherever the power fails', async (t) => {
  const counts = await losePower({ ...options, commands: NIGHTS, states });
  tally('disk states recovered after a power loss', counts.distinct);
  t.diagnostic(`seed ${seed}: ${JSON.stringify(counts)}`);
  if (only === undefined) assert.ok(counts.distinct >= states, `only ${counts.distinct} states differ`);
});

test('a run resumes without loss if the power fails after buffers were flushed between commits', async (t) => {
  const counts = await losePower({ ...options, commands: LARGE_NIGHTS, states: states / 10 });
  tally('disk states recovered after a power loss', counts.distinct);
  t.diagnostic(`seed ${seed}: ${JSON.stringify(counts)}`);
  if (only === undefined) assert.ok(counts.distinct >= states / 10, `only ${counts.distinct} states differ`);
});
