import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { finished, recording, ROOT, temporaryFolder } from '../support/cli.js';

const posix = { skip: process.platform === 'win32' ? 'limits of open files are a thing of POSIX' : false };

test('the program needs few open files to load', posix, async (t) => {
  const command = `ulimit -n 64 && exec '${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' replay --help`;
  const { status, stderr } = await finished(spawn('sh', ['-c', command], { cwd: temporaryFolder(t) }));
  assert.equal(status, 0, stderr);
});

const MISSING = [
  { what: 'of the program itself', file: /^main\.js$/, args: ['--version'] },
  { what: 'of a command', file: /^status-command-/, args: ['status', '.'] },
  { what: 'that a command loads', file: /^run-replay-/, args: ['replay', recording('real-day.csv')] },
];

for (const { what, file, args } of MISSING) {
  test(`a missing file ${what} is reported with what to do and no stack`, async (t) => {
    const folder = temporaryFolder(t);
    for (const name of ['package.json', 'bin', 'dist'])
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    const bundles = join(folder, 'dist/cli');
    const missing = readdirSync(bundles).filter((name) => file.test(name) && name.endsWith('.js'));
    assert.equal(missing.length, 1);
    for (const name of missing) rmSync(join(bundles, name));
    const program = join(folder, 'bin/aiops-serve.js');
    const { status, stderr } = await finished(spawn(process.execPath, [program, ...args], { cwd: folder }));
    assert.equal(status, 69, stderr);
    assert.match(stderr, /^error: .*dist.cli.*\n {2}.*install/);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });
}
