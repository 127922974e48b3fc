import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { DONE_WITH_FAILURES, EXIT_STATUS, GATE_FAILED, SIGNAL_STATUS } from '#build/cli/exit-codes.js';
import { duration } from '#build/cli/settings/kinds.js';

import { ROOT, temporaryFolder } from '../support/cli.js';

const UNITS = ['aiops-serve-backfill.service', 'aiops-serve-backfill.timer'] as const;
const read = (name: string): string => readFileSync(join(ROOT, 'examples', name), 'utf8');
const service = read(UNITS[0]);

function setting(name: string): string {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(service)?.[1] ?? assert.fail(`no ${name}`);
}

const statuses = (name: string): number[] => setting(name).split(' ').map(Number);

const analyzer = spawnSync('systemd-analyze', ['--version']);

test(
  'systemd finds no fault with the example units',
  { skip: analyzer.status === 0 ? false : 'no systemd-analyze here' },
  (t) => {
    const folder = temporaryFolder(t);
    for (const name of UNITS) {
      // As if it were installed where the unit says.
      const text = read(name).replaceAll('/usr/local/bin/aiops-serve', join(ROOT, 'bin/aiops-serve.js'));
      writeFileSync(join(folder, name), text);
    }
    const paths = UNITS.map((name) => join(folder, name));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...paths], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
  },
);

test('the example service treats exit statuses as the program documents them', () => {
  assert.deepEqual(statuses('SuccessExitStatus'), [DONE_WITH_FAILURES, SIGNAL_STATUS.SIGTERM]);
  const mendable = ['actor_failed', 'output_io', 'output_cannot_create', 'internal'] as const;
  const final = ['usage', 'input_unusable', 'input_missing', 'output_locked', 'config'] as const;
  const prevented = statuses('RestartPreventExitStatus');
  assert.deepEqual(prevented, [...final.map((code) => EXIT_STATUS[code]), GATE_FAILED]);
  for (const code of mendable) assert.ok(!prevented.includes(EXIT_STATUS[code]), code);
});

test('the example service waits longer for the program than the program for its minutes', () => {
  const [, grace = ''] = / --stop-grace (\S+)/.exec(service) ?? [];
  assert.ok(Number(setting('TimeoutStopSec')) * 1000 > duration.parse(grace));
  assert.equal(setting('KillMode'), 'mixed');
});
