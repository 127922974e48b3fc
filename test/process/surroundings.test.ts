import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { LIGHT, ROOT, runShell, temporaryFolder } from '../support/cli.js';

/* What the program is started with, and a command does not name: its current folder, the limits of its processes. */

const onLinux = { skip: process.platform === 'linux' ? false : 'needs Linux' };
const asRoot = { skip: process.getuid?.() === 0 ? false : 'needs root, to start a process as another user' };
const NOBODY = 65534;

const env = { AIOPS_SERVE_ANALYZER: LIGHT[1] };

/** A folder with a recording, open to every user. */
function open(t: TestContext): string {
  const folder = temporaryFolder(t);
  chmodSync(folder, 0o777);
  const rows = Array.from({ length: 62 }, (_, i) => `${new Date(i * 60_000).toISOString()},a,${i}\n`);
  writeFileSync(join(folder, 'data.csv'), `timestamp,target,value\n${rows.join('')}`);
  return folder;
}

const absolute = (folder: string): string =>
  `aiops-serve replay '${folder}/data.csv' --out '${folder}/out' --actors 1 --compare none`;

test(
  'in a folder that was deleted, absolute paths work and relative ones are explained',
  onLinux,
  async (t) => {
    const folder = open(t);
    const inDeleted = (line: string): ReturnType<typeof runShell> =>
      runShell(`mkdir gone && cd gone && rmdir ../gone && ${line}`, { cwd: folder, env });
    assert.equal((await inDeleted('aiops-serve --version')).status, 0);
    const run = await inDeleted(absolute(folder));
    assert.equal(run.status, 0, run.stderr);
    assert.ok(existsSync(join(folder, 'out/results.jsonl')));
    for (const line of ['replay data.csv', `replay '${folder}/data.csv'`, 'status out']) {
      const { status, stderr } = await inDeleted(`aiops-serve ${line}`);
      assert.ok(status === 66 || status === 73, `${line}: ${status} ${stderr}`);
      assert.match(stderr, /the current folder no longer exists/);
      assert.match(stderr, /^ {2}change to a folder that exists, or give all paths as absolute ones/m);
    }
    assert.equal((await inDeleted('aiops-serve replay --no-such-flag')).status, 64);
  },
);

test('in a folder without permission to enter, absolute paths work', { ...onLinux, ...asRoot }, async (t) => {
  const folder = open(t);
  const closed = join(folder, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const nobody = { cwd: closed, uid: NOBODY, env };
  const reachable = await runShell(`test -r '${ROOT}/bin/aiops-serve.js'`, nobody);
  if (reachable.status !== 0) return t.skip('another user cannot read the program here');
  const run = await runShell(absolute(folder), nobody);
  assert.equal(run.status, 0, run.stderr);
  assert.match(
    run.stderr,
    /^warning: the current folder cannot be entered, so its aiops-serve\.config\.json, if any/m,
  );
  const relative = await runShell('aiops-serve replay data.csv', nobody);
  assert.equal(relative.status, 73, relative.stderr);
  assert.match(relative.stderr, /EACCES: permission denied/);
});

test('a limit on address space is named if actors run out of it', onLinux, async (t) => {
  const folder = open(t);
  const { status, stderr } = await runShell(`ulimit -v 2000000; ${absolute(folder)} --backend wasm`, {
    cwd: folder,
  });
  assert.ok(status === 69 || status === 78, `${status} ${stderr}`);
  assert.match(stderr, /^ {2}the address space of a process is limited to 1\.9 GiB \(ulimit -v\)/m);
  assert.doesNotMatch(stderr, /reinstall/);
});
