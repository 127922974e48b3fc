import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runScenario } from '#build/bench/scenarios/measure-scenario.js';

import { realRun, testEarlyEnd, testScenario } from '../support/real-scenarios.js';

// The others: test/heavy/scenarios.test.ts.
testScenario('gather');
testEarlyEnd('reload');

test('an actor that refuses its model ends a scenario with the reason', async () => {
  const { run } = await realRun();
  const loads = run.loads.map((load) => ({
    ...load,
    model: { kind: 'analyzer', module: '/nowhere.mjs' } as const,
  }));
  await assert.rejects(runScenario('gather', { ...run, loads }), { code: 'model' });
});
