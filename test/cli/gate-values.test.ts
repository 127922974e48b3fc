import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { Command } from 'commander';

import { addOptions } from '#dist/cli/add-options.js';
import { BENCH_FLAGS } from '#dist/cli/bench-options.js';
import { applyConfigFile } from '#dist/cli/config-file.js';
import { passOverForeignGates } from '#dist/cli/gate-values.js';
import { REPLAY_FLAGS } from '#dist/cli/replay-options.js';
import { AiopsError, type Notice } from '#dist/core/errors.js';
import type { Gate } from '#dist/report/gates.js';

import { temporaryFolder } from '../support/cli.js';

const COMMANDS = { replay: REPLAY_FLAGS, bench: BENCH_FLAGS } as const;

function gatesOf(t: TestContext, name: keyof typeof COMMANDS, gates: readonly string[], args: string[] = []) {
  const path = join(temporaryFolder(t), 'settings.json');
  writeFileSync(path, JSON.stringify({ 'fail-if': gates }));
  const command = addOptions(new Command(name), COMMANDS[name]).exitOverride();
  command.parse(args, { from: 'user' });
  applyConfigFile(command, path);
  const notices: Notice[] = passOverForeignGates(command);
  const { failIf } = command.opts<{ failIf: readonly Gate[] }>();
  return { conditions: failIf.map(({ condition }) => condition), notices: notices.map(({ text }) => text) };
}

test('one settings file holds the gates of both commands: each takes its own and names the others', (t) => {
  const gates = ['p99>5s', 'late>0', 'errors>0', 'outliers>9'];
  assert.deepEqual(gatesOf(t, 'replay', gates), {
    conditions: ['p99>5s', 'late>0', 'errors>0'],
    notices: ["--fail-if 'outliers>9' is passed over: replay has no such metric"],
  });
  assert.deepEqual(gatesOf(t, 'bench', gates), {
    conditions: ['p99>5s', 'late>0', 'outliers>9'],
    notices: ["--fail-if 'errors>0' is passed over: bench has no such metric"],
  });
  assert.deepEqual(gatesOf(t, 'bench', ['errors>0']).conditions, []);
});

test('on the command line a gate of the other command is a mistake, and one that nobody has is so everywhere', (t) => {
  assert.throws(
    () => gatesOf(t, 'bench', [], ['--fail-if', 'errors>0']),
    (error) =>
      error instanceof AiopsError &&
      error.code === 'usage' &&
      /--fail-if 'errors>0' is invalid\. There is no metric "errors"; there are p50,/.test(error.message),
  );
  assert.throws(() => gatesOf(t, 'bench', ['p98>5s']), /There is no metric "p98"/);
});
