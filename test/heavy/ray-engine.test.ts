import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { finished, recording, runCli, startCli, temporaryFolder } from '../support/cli.js';
import { pythonWith } from '../support/installed-packages.js';
import { startRay, type RayCluster } from '../support/ray/cluster.js';
import { said, until } from '../support/wait.js';

const ray = await pythonWith('ray[default]==2.60.0');

const FLAGS = ['--backend', 'wasm', '--compare', 'none'];
const DAY = recording('real-day.csv');

interface Bench {
  readonly cluster: RayCluster;
  readonly cwd: string;
  readonly command: readonly string[];
}

/** A cluster of three nodes, a folder, the command that uses both, and what a local run writes. */
async function prepare(t: TestContext, slices: number): Promise<Bench> {
  assert.ok(ray.skip === false);
  const cwd = temporaryFolder(t);
  const cluster = await startRay(t, ray.path, 3);
  const local = await runCli(['replay', DAY, '--out', 'local', '--quiet', ...FLAGS], { cwd });
  assert.equal(local.status, 0, local.stderr);
  const engine = ['--engine', 'ray', '--address', cluster.address, '--slices', String(slices)];
  return { cluster, cwd, command: ['replay', DAY, '--out', 'out', ...FLAGS, ...engine] };
}

function assertSame(cwd: string): void {
  for (const name of ['results.jsonl', 'rejects.jsonl']) {
    const [found, expected] = ['out', 'local'].map((folder) => readFileSync(join(cwd, folder, name), 'utf8'));
    assert.ok(found === expected, `${name} is that of a local run`);
  }
  // An attempt that was killed leaves its unfinished folder behind.
  const parts = join(cwd, 'out/parts');
  const left = existsSync(parts) ? readdirSync(parts) : [];
  assert.deepEqual(
    left.filter((name) => !name.endsWith('.tmp')),
    [],
  );
}

const isMerging = (cwd: string): boolean => existsSync(join(cwd, 'out/journal.jsonl'));

test(
  'a node, a raylet and a worker are killed under way: the bytes are those of a local run',
  { skip: ray.skip, timeout: 900_000 },
  async (t) => {
    const { cluster, cwd, command } = await prepare(t, 12);
    const child = startCli(command, { cwd, env: cluster.env });
    const ended = finished(child);
    await said(child.stderr, /submitted job/);
    let workers: readonly number[] = [];
    await until('a slice runs', async () => {
      workers = (await cluster.tell('workers')).workers ?? [];
      return workers.length > 0;
    });
    process.kill(workers[0]!, 'SIGKILL');
    await until('a slice is merged', () => isMerging(cwd));
    assert.equal((await cluster.tell('kill-node 0')).nodes, 2);
    await cluster.tell('add-node');
    assert.equal((await cluster.tell('kill-raylet 0')).nodes, 2);
    const { status, stderr } = await ended;
    assert.equal(status, 0, stderr);
    assertSame(cwd);
  },
);

test(
  'a killed process leaves its job running, which the next one follows; Ctrl-C stops it',
  { skip: ray.skip, timeout: 900_000 },
  async (t) => {
    const { cluster, cwd, command } = await prepare(t, 12);
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const child = startCli(command, { cwd, env: cluster.env });
      const ended = finished(child);
      await said(child.stderr, signal === 'SIGKILL' ? /submitted job/ : /following it|submitted job/);
      child.kill(signal);
      const { status } = await ended;
      if (signal === 'SIGINT') assert.equal(status, 130);
    }
    await until('no slice runs any more', async () => (await cluster.tell('workers')).workers?.length === 0);
    const last = await runCli(command, { cwd, env: cluster.env });
    assert.equal(last.status, 0, last.stderr);
    assertSame(cwd);
  },
);

test(
  'a slice that cannot succeed ends the run with its status, and a wrong token is a matter of configuration',
  { skip: ray.skip, timeout: 600_000 },
  async (t) => {
    const { cluster, cwd, command } = await prepare(t, 3);
    const wrong = await runCli(command, { cwd, env: { RAY_AUTH_TOKEN: '0'.repeat(64) } });
    assert.equal(wrong.status, 78, wrong.stderr);
    assert.match(wrong.stderr, /refuses the token \(HTTP 40[13]\)/);
    assert.equal(existsSync(join(cwd, 'out')), false);
    const gone = await runCli([...command, '--address', 'http://127.0.0.1:1'], { cwd, env: cluster.env });
    assert.equal(gone.status, 69, gone.stderr);
    assert.match(gone.stderr, /cannot reach Ray at http:\/\/127\.0\.0\.1:1: /);
    copyFileSync(DAY, join(cwd, 'day.csv'));
    const own = command.with(1, 'day.csv');
    const planned = await runCli(['plan', 'day.csv', '--out', 'out', '--slices', '3', ...FLAGS], { cwd });
    assert.equal(planned.status, 0, planned.stderr);
    const bytes = readFileSync(DAY);
    bytes[bytes.length - 2]! ^= 1;
    writeFileSync(join(cwd, 'day.csv'), bytes);
    const changed = await runCli(own, { cwd, env: cluster.env });
    assert.equal(changed.status, 78, changed.stderr);
    assert.match(changed.stderr, /slice 3 on [\d.]+ failed for good/);
  },
);
