import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { LIGHT, ROOT, runCli, runShell, temporaryFolder } from '../support/cli.js';
import { assertSameRun, recipe, withProgram } from '../support/recipes.js';

const parallel = spawnSync('parallel', ['--version'], { encoding: 'utf8' });
const hasParallel = parallel.status === 0 && parallel.stdout.startsWith('GNU parallel');

test(
  'the recipe for GNU parallel gives the bytes of one process',
  { skip: hasParallel ? false : 'GNU parallel is not installed' },
  async (t) => {
    const cwd = temporaryFolder(t);
    const text = readFileSync(join(ROOT, 'fixtures/recordings/real-day.csv'), 'utf8');
    writeFileSync(join(cwd, 'data.csv'), `${text}2018-05-01T22:00:00Z,ingress-01,none at all,0\n`);
    const env = { ...withProgram(cwd), AIOPS_SERVE_ANALYZER: LIGHT[1], AIOPS_SERVE_COMPARE: 'none' };
    const local = await runCli(['replay', 'data.csv', '--out', 'local', '--quiet'], { cwd, env });
    const [commands = ''] = recipe('## GNU parallel', 'sh');
    const lines = commands.replaceAll('--jobs 2', '--will-cite --jobs 2');
    const { status, stderr } = await runShell(`unset -f aiops-serve\nset -e\n${lines}`, { cwd, env });
    assert.equal(status, local.status, stderr);
    assertSameRun(cwd);
  },
);
