import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { Command } from 'commander';

import { BENCH_METRICS } from '#build/bench/report/bench-metrics.js';
import { BENCH_SETTINGS, REPLAY_SETTINGS } from '#build/cli/settings.js';
import { ownGates } from '#build/cli/settings/conditions.js';
import { addOptions } from '#build/cli/sources/command-line.js';
import { applyConfigFile } from '#build/cli/sources/config-file.js';
import { REPLAY_METRICS } from '#build/replay/report/replay-metrics.js';

import { temporaryFolder } from '../../support/cli.js';
import { refusal } from '../../support/refusals.js';

const SETTINGS = { replay: REPLAY_SETTINGS, bench: BENCH_SETTINGS } as const;

function gatesOf(t: TestContext, name: 'replay' | 'bench', gates: readonly string[], args: string[] = []) {
  const path = join(temporaryFolder(t), 'settings.json');
  writeFileSync(path, JSON.stringify({ 'fail-if': gates }));
  const command = addOptions(new Command(name), SETTINGS[name]).exitOverride();
  command.parse(args, { from: 'user' });
  applyConfigFile(command, path, new Set());
  const { failIf } = command.opts<{ failIf: readonly string[] }>();
  const isTyped = command.getOptionValueSource('failIf') === 'cli';
  const asked = { isTyped, command: name };
  const own =
    name === 'replay' ? ownGates(failIf, REPLAY_METRICS, asked) : ownGates(failIf, BENCH_METRICS, asked);
  return {
    conditions: own.gates.map(({ condition }) => condition),
    notices: own.notices.map(({ text }) => text),
  };
}

test('one configuration file holds the gates of both commands: each takes its own and names the others', (t) => {
  const gates = ['p99>5s', 'late>0', 'errors>0', 'outliers>9'];
  assert.deepEqual(gatesOf(t, 'replay', gates), {
    conditions: ['p99>5s', 'late>0', 'errors>0'],
    notices: ["ignored --fail-if 'outliers>9': replay has no such metric"],
  });
  assert.deepEqual(gatesOf(t, 'bench', gates), {
    conditions: ['p99>5s', 'late>0', 'outliers>9'],
    notices: ["ignored --fail-if 'errors>0': bench has no such metric"],
  });
  assert.deepEqual(gatesOf(t, 'bench', ['errors>0']).conditions, []);
});

test('a gate of the other command is refused on the command line, an unknown one everywhere', (t) => {
  assert.throws(
    () => gatesOf(t, 'bench', [], ['--fail-if', 'errors>0']),
    refusal('usage', /--fail-if 'errors>0' is invalid\. There is no metric "errors"; there are p50,/),
  );
  assert.throws(() => gatesOf(t, 'bench', ['p98>5s']), /There is no metric "p98"/);
});
