import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { finished, LIGHT, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const MINUTES = 1500;

function csv(): string {
  const rows = Array.from({ length: MINUTES }, (_, minute) => {
    const at = new Date(minute * 60_000).toISOString();
    const bad = minute % 90 === 4 ? `${at},b,1${'x'.repeat((minute % 13) + 1)}${minute}\n` : '';
    return `${at},a,${Math.sin(minute)}\n${bad}${at},c,${minute % 7}\n`;
  });
  return `timestamp,target,value\n${rows.join('')}`;
}

const FLAGS = ['--compare', 'none', '--actors', '2', '--quiet', ...LIGHT];
const ENGINE = ['replay', 'data.csv', '--out', 'out', '--engine', 'local', '--slices', '5', ...FLAGS];

/** A folder with an input. */
function folderWith(t: TestContext): string {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), csv());
  return cwd;
}

/** A folder with an input, and what a replay of it writes. */
async function replayed(t: TestContext): Promise<string> {
  const cwd = folderWith(t);
  const local = await callCli(['replay', 'data.csv', '--out', 'local', ...FLAGS], { cwd });
  assert.equal(local.status, 3, local.stderr);
  return cwd;
}

function assertSame(cwd: string): void {
  for (const name of ['results.jsonl', 'rejects.jsonl']) {
    const [found, expected] = ['out', 'local'].map((folder) => readFileSync(join(cwd, folder, name), 'utf8'));
    assert.ok(found === expected, `${name} is that of a local run`);
  }
  const left = readdirSync(join(cwd, 'out')).filter((name) => name === 'parts' || name.endsWith('.partial'));
  assert.deepEqual(left, []);
}

function unfinishedParts(cwd: string): string[] {
  const parts = join(cwd, 'out/parts');
  return existsSync(parts) ? readdirSync(parts).filter((name) => name.endsWith('.tmp')) : [];
}

test('slices on this machine give the bytes and the status of one process', async (t) => {
  const cwd = await replayed(t);
  const { status, stderr } = await callCli(ENGINE, { cwd });
  assert.equal(status, 3, stderr);
  assertSame(cwd);
  const again = await callCli(ENGINE, { cwd });
  assert.equal(again.status, 3, again.stderr);
  const other = await callCli([...ENGINE, '--grace', '2'], { cwd });
  assert.equal(other.status, 78, other.stderr);
  assert.match(other.stderr, /--grace was/);
});

test(
  'a run in slices that is killed or interrupted resumes, and leaves no slice behind',
  { timeout: 600_000 },
  async (t) => {
    const cwd = await replayed(t);
    for (const [signal, after] of [
      ['SIGKILL', 'plan.json'],
      ['SIGINT', 'journal.jsonl'],
      ['SIGKILL', 'journal.jsonl'],
    ] as const) {
      const child = startCli(ENGINE, { cwd });
      const ended = finished(child);
      while (child.exitCode === null && !existsSync(join(cwd, 'out', after)))
        await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill(signal);
      const { status } = await ended;
      assert.ok(status === null || status === 130 || status === 3, `${status}`);
      // A slice that sees that this process is gone removes what it was writing.
      while (unfinishedParts(cwd).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const { status, stderr } = await callCli(ENGINE, { cwd });
    assert.equal(status, 3, stderr);
    assertSame(cwd);
  },
);

test('a plan that replaces a complete run is followed without --restart', async (t) => {
  const cwd = await replayed(t);
  const earlier = await callCli(['replay', 'data.csv', '--out', 'out', ...FLAGS, '--grace', '2'], { cwd });
  assert.equal(earlier.status, 3, earlier.stderr);
  const plan = ['plan', 'data.csv', '--out', 'out', '--slices', '5', '--restart', ...FLAGS];
  const planned = await callCli(plan, { cwd });
  assert.equal(planned.status, 0, planned.stderr);
  const two = ENGINE.map((word) => (word === '5' ? '2' : word)).filter((word) => word !== '--quiet');
  const { status, stderr } = await callCli(two, { cwd });
  assert.equal(status, 3, stderr);
  assert.match(stderr, /^follows the plan in out \(5 slices\)$/m);
  assertSame(cwd);
});

test('a run in slices ends with the status of a slice that cannot succeed', async (t) => {
  const cwd = folderWith(t);
  const planned = await callCli(['plan', 'data.csv', '--out', 'out', '--slices', '5', ...FLAGS], { cwd });
  assert.equal(planned.status, 0, planned.stderr);
  const text = readFileSync(join(cwd, 'data.csv'), 'utf8');
  writeFileSync(join(cwd, 'data.csv'), text.replace('T20:00:00.000Z,c,3', 'T20:00:00.000Z,c,4'));
  assert.notEqual(readFileSync(join(cwd, 'data.csv'), 'utf8'), text);
  const { status, stderr } = await callCli(ENGINE, { cwd });
  assert.equal(status, 78, stderr);
  assert.match(stderr, /\[slice \d\] .*is not what the plan was made for/);
  assert.match(stderr, /slice \d failed with status 78/);
});

test('an engine refuses what cannot be cut', async (t) => {
  const cwd = folderWith(t);
  const withoutEngine = await callCli(['replay', 'data.csv', '--slices', '2'], { cwd });
  assert.equal(withoutEngine.status, 64);
  const stdin = await callCli(['replay', '-', '--engine', 'local', '--out', 'out', ...LIGHT], { cwd });
  assert.equal(stdin.status, 64, stdin.stderr);
});

for (const { flags, message } of [
  { flags: ['--slices', '3'], message: /--slices needs an engine/ },
  { flags: ['--engine', 'local', '--ship-node'], message: /--ship-node applies only to --engine ray/ },
  { flags: ['--address', 'http://head:8265'], message: /--address applies only to --engine ray/ },
  { flags: ['--engine', 'ray'], message: /--engine ray needs the address of a cluster/ },
  { flags: ['--engine', 'ray', '--address', 'head:8265'], message: /Expected an address such as/ },
]) {
  test(`${flags.join(' ')} is a matter of usage`, async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), 'timestamp,value\n2024-05-01,1\n2024-05-02,2\n');
    const { status, stderr } = await callCli(['replay', 'data.csv', ...flags], { cwd });
    assert.equal(status, 64, stderr);
    assert.match(stderr, message);
    assert.deepEqual(readdirSync(cwd), ['data.csv']);
  });
}
