import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';

import { ROOT, runCli, runShell, temporaryFolder } from '../support/cli.js';
import { sectionOf } from '../support/markdown.js';

/** The commands of a section of docs/schedulers.md. */
function recipe(heading: string): string {
  const section = sectionOf(readFileSync(join(ROOT, 'docs/schedulers.md'), 'utf8'), heading);
  const [, commands] = /```sh\n([^]*?)```/.exec(section) ?? [];
  assert.ok(commands !== undefined, heading);
  return commands;
}

/** An environment in which `aiops-serve` is the program itself, also for programs that a shell starts. */
function withProgram(cwd: string): Record<string, string> {
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  const path = join(bin, 'aiops-serve');
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' "$@"\n`);
  chmodSync(path, 0o755);
  return { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
}

const parallel = spawnSync('parallel', ['--version'], { encoding: 'utf8' });
const hasParallel = parallel.status === 0 && parallel.stdout.startsWith('GNU parallel');

test(
  'the recipe for GNU parallel gives the bytes of one process',
  { skip: hasParallel ? false : 'GNU parallel is not installed' },
  async (t) => {
    const cwd = temporaryFolder(t);
    const text = readFileSync(join(ROOT, 'fixtures/recordings/real-day.csv'), 'utf8');
    writeFileSync(join(cwd, 'data.csv'), `${text}2018-05-01T22:00:00Z,ingress-01,none at all,0\n`);
    const local = await runCli(['replay', 'data.csv', '--out', 'local', '--quiet'], { cwd });
    const env = withProgram(cwd);
    const lines = recipe('## GNU parallel').replaceAll('--jobs 2', '--will-cite --jobs 2');
    const { status, stderr } = await runShell(`unset -f aiops-serve\nset -e\n${lines}`, { cwd, env });
    assert.equal(status, local.status, stderr);
    for (const name of ['results.jsonl', 'rejects.jsonl']) {
      const [found, expected] = ['run', 'local'].map((folder) =>
        readFileSync(join(cwd, folder, name), 'utf8'),
      );
      assert.ok(found === expected, `${name} is that of a local run`);
    }
  },
);
