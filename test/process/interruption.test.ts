import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';
import { thisHolder } from '#build/output/lock-holder.js';
import { finished, type Finished, LIGHT, runCli, startCli, temporaryFolder } from '../support/cli.js';
import { assertGone, catches, childrenOf } from '../support/processes.js';
import { said, until } from '../support/wait.js';

const procfs = { skip: existsSync('/proc/self/task') ? false : 'no /proc here to find actors in' };

/** Rows of one target, a minute each. */
function rows(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => {
    const minute = new Date(Date.UTC(2018, 3, 30) + (from + i) * 60_000).toISOString();
    return `${minute},a,${100 + Math.sin(from + i)}\n`;
  }).join('');
}

interface LiveRun {
  readonly child: ChildProcess;
  readonly cwd: string;
  readonly result: Promise<Finished>;
}

/** A run that has answered its first item and waits for more input, its actors idle. */
async function liveRun(t: TestContext, flags: readonly string[]): Promise<LiveRun> {
  const cwd = temporaryFolder(t);
  const child = startCli(['replay', '-', '--format', 'csv', '--compare', 'none', ...LIGHT, ...flags], {
    cwd,
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdin?.on('error', () => undefined);
  const result = finished(child);
  child.stdin?.write(`timestamp,target,value\n${rows(0, 62)}`);
  await said(child.stderr, /started/);
  return { child, cwd, result };
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(
    `${signal} finishes the minutes under way, keeps the results so far and leaves no actor`,
    procfs,
    async (t) => {
      const { child, cwd, result } = await liveRun(t, ['--actors', '2', '--out', 'out']);
      const actors = childrenOf(child.pid);
      assert.equal(actors.length, 2);
      child.kill(signal);
      const { status: exit, stderr } = await result;
      assert.equal(exit, status, stderr);
      assert.match(stderr, /^warning: interrupted after \d+ minutes; .*resume/m);
      const lines = readFileSync(join(cwd, 'out/results.jsonl'), 'utf8').trimEnd().split('\n');
      assert.equal(lines.length, Number(/after (\d+) minutes/.exec(stderr)?.[1]));
      assert.ok(lines.every((line) => typeof JSON.parse(line) === 'object'));
      await assertGone(actors);
    },
  );
}

test('SIGTERM before any input creates nothing and exits with 143', procfs, async (t) => {
  const cwd = temporaryFolder(t);
  const child = startCli(['replay', '-'], { cwd });
  t.after(() => child.kill('SIGKILL'));
  const result = finished(child);
  // It says nothing; of these signals, Node itself takes no notice of a hang-up.
  await until('the program to watch signals', () => catches(child.pid, constants.signals.SIGHUP));
  child.kill('SIGTERM');
  const { status, stderr } = await result;
  assert.equal(status, 143, stderr);
  assert.match(stderr, /interrupted after 0 minutes$/m);
  assert.deepEqual(readdirSync(cwd), []);
});

test('two seconds after SIGKILL of the program no actor runs', procfs, async (t) => {
  const { child, result } = await liveRun(t, ['--actors', '2']);
  const actors = childrenOf(child.pid);
  child.kill('SIGKILL');
  assert.equal((await result).signal, 'SIGKILL');
  await assertGone(actors);
});

test('an actor that dies while the input is silent is replaced, and the run continues', procfs, async (t) => {
  const { child, cwd, result } = await liveRun(t, ['--actors', '2', '--out', 'out']);
  const actors = childrenOf(child.pid);
  process.kill(actors[1] ?? assert.fail('no second actor'), 'SIGKILL');
  await said(child.stderr, /SIGKILL/);
  child.stdin?.end(rows(62, 70));
  const { status, stderr: told } = await result;
  assert.equal(status, 0, told);
  assert.equal(readFileSync(join(cwd, 'out/results.jsonl'), 'utf8').trimEnd().split('\n').length, 70);
  const { incidents } = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as RunSummary;
  assert.equal(incidents.counts.lost, 1);
  assert.match(incidents.listed[0]?.text ?? '', /actor-\d.*SIGKILL/);
  await assertGone(actors);
});

test(
  'if standard output closes early, as after | head, it exits with 0, silently, and leaves no actor',
  procfs,
  async (t) => {
    const { child, result } = await liveRun(t, ['--actors', '1', '--out', '-']);
    const actors = childrenOf(child.pid);
    child.stdout?.destroy();
    child.stdin?.write(rows(62, 5000));
    child.stdin?.end();
    const { status, stderr } = await result;
    assert.equal(status, 0, stderr);
    assert.doesNotMatch(stderr, /error|EPIPE|warning/);
    await assertGone(actors);
  },
);

test('gates that cannot be checked because standard output closed early fail', procfs, async (t) => {
  const gates = ['--fail-if', 'rejected>0', '--fail-if', 'p99>1h'];
  const { child, result } = await liveRun(t, ['--actors', '1', '--out', '-', ...gates]);
  child.stdout?.destroy();
  child.stdin?.write(rows(62, 5000));
  child.stdin?.end();
  const { status, stderr } = await result;
  assert.equal(status, 99, stderr);
  for (const gate of ['rejected>0', 'p99>1h'])
    assert.ok(stderr.includes(`warning: --fail-if ${gate}: FAILED, standard output was closed`), stderr);
});

test('a second run on the same folder exits at once, and the first one completes', procfs, async (t) => {
  const { child, cwd, result } = await liveRun(t, ['--actors', '1', '--out', 'out']);
  const second = await runCli(['replay', '-', '--format', 'csv', '--out', 'out'], {
    cwd,
    input: `timestamp,target,value\n${rows(0, 3)}`,
  });
  assert.equal(second.status, 75, second.stderr);
  assert.match(second.stderr, /another run is writing to out/);
  child.stdin?.end();
  assert.equal((await result).status, 0);
  assert.equal(readFileSync(join(cwd, 'out/results.jsonl'), 'utf8').trimEnd().split('\n').length, 62);
});

test('a folder locked by another host is refused; --break-lock takes it', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${rows(0, 3)}`);
  mkdirSync(join(cwd, 'out'));
  const lock = join(cwd, 'out/lock.json');
  const held = JSON.stringify({ ...(await thisHolder()), host: 'elsewhere' });
  writeFileSync(lock, held);
  const args = ['replay', 'data.csv', ...LIGHT, '--actors', '1', '--compare', 'none', '--out', 'out'];
  const { status, stderr } = await runCli(args, { cwd });
  assert.equal(status, 75, stderr);
  assert.match(stderr, /^error: .* on elsewhere, since .*\n {2}.*--break-lock/m);
  assert.equal(readFileSync(lock, 'utf8'), held);
  const broken = await runCli([...args, '--break-lock'], { cwd });
  assert.equal(broken.status, 0, broken.stderr);
  assert.ok(!existsSync(lock), 'it was given back');
});

test('a benchmark names what frees a folder locked by another host', async (t) => {
  const cwd = temporaryFolder(t);
  mkdirSync(join(cwd, 'out'));
  writeFileSync(join(cwd, 'out/lock.json'), JSON.stringify({ ...(await thisHolder()), host: 'elsewhere' }));
  const args = [
    'bench',
    '--out',
    'out',
    ...LIGHT,
    '--items',
    '2',
    '--actors',
    '1',
    '--rounds',
    '2',
    '--time',
    '10ms',
  ];
  const refused = await runCli(args, { cwd });
  assert.equal(refused.status, 75, refused.stderr);
  assert.match(refused.stderr, /^error: .* on elsewhere, since .*\n {2}.*delete its lock\.json$/m);
  rmSync(join(cwd, 'out/lock.json'));
  const after = await runCli(args, { cwd });
  assert.equal(after.status, 0, after.stderr);
});

const full = { skip: existsSync('/dev/full') ? false : 'no /dev/full here' };

test('a full standard output ends the run with 74', full, async (t) => {
  const cwd = temporaryFolder(t);
  const stdout = openSync('/dev/full', 'w');
  t.after(() => closeSync(stdout));
  for (const flags of [
    ['--out', '-'],
    ['--out', 'out'],
  ]) {
    const child = startCli(['replay', '-', '--format', 'csv', ...LIGHT, '--compare', 'none', ...flags], {
      cwd,
      stdout,
    });
    child.stdin?.end(`timestamp,target,value\n${rows(0, 62)}`);
    const { status, stderr } = await finished(child);
    assert.equal(status, 74, stderr);
    assert.match(stderr, /error: cannot write to standard output: .*ENOSPC/);
  }
});
