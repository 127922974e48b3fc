import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { SCENARIOS } from '#build/bench/scenarios/scenario-names.js';

import { runCli, temporaryFolder } from '../support/cli.js';
import { testEarlyEnd, testScenario } from '../support/real-scenarios.js';

for (const scenario of SCENARIOS) {
  testScenario(scenario);
  testEarlyEnd(scenario);
}

test('a scenario writes its report, also as JSON', async (t) => {
  const cwd = temporaryFolder(t);
  const small = ['--backend', 'wasm', '--actors', '2', '--items', '20', '--rounds', '2', '--time', '1ms'];
  const gather = ['bench', '--scenario', 'gather', ...small];
  const { status, stdout, stderr } = await runCli(gather, { cwd });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^gather: /);
  assert.match(stdout, /written to bench\.aiops/);
  const json = await runCli([...gather, '--json', '--quiet'], { cwd });
  assert.equal(json.stdout, readFileSync(join(cwd, 'bench.aiops/scenario-gather.json'), 'utf8'));
});
