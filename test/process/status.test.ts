import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { RunStatus } from '#build/replay/resume/status-report.js';

import { finished, LIGHT, recording, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { stateOf } from '../support/processes.js';
import { said, until } from '../support/wait.js';

/** What of a folder could change: names, sizes, times and contents. */
function snapshot(folder: string): unknown {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const path = join(folder, name);
      return [name, statSync(path).mtimeMs, readFileSync(path, 'utf8')];
    });
}

async function jsonStatus(cwd: string, folder: string): Promise<RunStatus> {
  const { status, stdout, stderr } = await callCli(['status', folder, '--json'], { cwd });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as RunStatus;
}

test('the status of a complete run has its facts and counts, and asking changes nothing', async (t) => {
  const cwd = temporaryFolder(t);
  const args = ['replay', recording('service-day.csv'), '--out', 'out', '--compare', 'none', '--actors', '1'];
  assert.equal((await callCli(args, { cwd })).status, 0);
  const before = snapshot(join(cwd, 'out'));
  const status = await jsonStatus(cwd, 'out');
  const summary = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as {
    counts: unknown;
    input: { firstMinute: string; lastMinute: string };
  };
  assert.equal(status.state, 'complete');
  assert.equal(status.holder, null);
  assert.equal(status.resumed, 0);
  assert.deepEqual(status.progress?.counts, summary.counts);
  assert.equal(status.progress?.firstMinute, summary.input.firstMinute);
  assert.equal(status.progress.lastMinute, summary.input.lastMinute);
  assert.equal(status.progress.inputShare, 1);
  const { status: exit, stdout } = await callCli(['status', 'out'], { cwd });
  assert.equal(exit, 0);
  assert.match(stdout, /^state +complete since 20\d\d-/m);
  assert.match(stdout, /^model +builtin /m);
  assert.doesNotMatch(stdout, /^settings/m, 'nothing unusual was set');
  assert.deepEqual(snapshot(join(cwd, 'out')), before);
});

test('settings that differ from their defaults are shown', async (t) => {
  const cwd = temporaryFolder(t);
  const flags = ['--duplicates', 'last', '--results-format', 'csv', '--compare', 'none', '--actors', '1'];
  const args = ['replay', recording('service-day.csv'), '--out', 'out', ...flags];
  assert.equal((await callCli(args, { cwd })).status, 0);
  const { stdout } = await callCli(['status', 'out'], { cwd });
  assert.match(stdout, /^settings +--results-format csv --duplicates last$/m);
  assert.match(stdout, /^results +out\/results\.csv$/m);
  assert.deepEqual((await jsonStatus(cwd, 'out')).damaged, []);
});

test('files that lack committed bytes are named, and naming the input instead points to the folder', async (t) => {
  const cwd = temporaryFolder(t);
  const args = ['replay', recording('service-day.csv'), ...LIGHT, '--compare', 'none', '--actors', '1'];
  assert.equal((await callCli(args, { cwd })).status, 0);
  const out = 'service-day.csv.aiops';
  const sizeBytes = statSync(join(cwd, out, 'results.jsonl')).size;
  truncateSync(join(cwd, out, 'results.jsonl'), 17);
  rmSync(join(cwd, out, 'timing.jsonl'));
  const { damaged } = await jsonStatus(cwd, out);
  assert.deepEqual(damaged[0], {
    path: `${out}/results.jsonl`,
    problem: 'short',
    committedBytes: sizeBytes,
    sizeBytes: 17,
  });
  assert.equal(damaged[1]?.problem, 'missing');
  assert.equal(damaged.length, 2);
  rmSync(join(cwd, out, 'results.jsonl'));
  symlinkSync('results.jsonl', join(cwd, out, 'results.jsonl'));
  const unseen = await callCli(['status', out], { cwd });
  assert.equal(unseen.status, 74);
  assert.match(unseen.stderr, /^error: cannot read service-day\.csv\.aiops\/results\.jsonl: ELOOP/m);
  for (const named of ['service-day.csv', recording('service-day.csv')]) {
    const { status, stderr } = await callCli(['status', named], { cwd });
    assert.equal(status, 66);
    assert.match(stderr, /^ {2}there is one in service-day\.csv\.aiops: aiops-serve status service-day/m);
  }
});

test(
  'the status names the process of a running run, and how an ended one ended',
  { skip: existsSync('/proc/self/stat') ? false : 'no /proc here' },
  async (t) => {
    const cwd = temporaryFolder(t);
    const flags = [
      '--format',
      'csv',
      ...LIGHT,
      '--compare',
      'none',
      '--actors',
      '1',
      '--commit-interval',
      '0s',
    ];
    const child = startCli(['replay', '-', '--out', 'out', ...flags], { cwd });
    t.after(() => child.kill('SIGKILL'));
    child.stdin?.on('error', () => undefined);
    const result = finished(child);
    const rows = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => {
        const minute = new Date(Date.UTC(2024, 0, 1) + (from + i) * 60_000).toISOString();
        return `${minute},a,${100 + Math.sin(from + i)}\n`;
      }).join('');
    child.stdin?.write(`timestamp,target,value\n${rows(0, 62)}`);
    await said(child.stderr, /started/);

    let status = await jsonStatus(cwd, 'out');
    await until('a commit', async () => (status = await jsonStatus(cwd, 'out')).progress !== null);
    assert.equal(status.state, 'running');
    assert.equal(status.holder?.pid, child.pid);
    assert.equal(status.completedAt, null);
    assert.equal(status.progress?.inputShare, null, 'of standard input nobody knows how much there is');

    child.kill('SIGSTOP');
    await until('the program to stop', () => stateOf(child.pid) === 'T');
    assert.equal((await jsonStatus(cwd, 'out')).state, 'stopped');
    child.kill('SIGKILL');
    assert.equal((await result).signal, 'SIGKILL');
    assert.equal((await jsonStatus(cwd, 'out')).state, 'killed');
    assert.match(
      (await callCli(['status', 'out'], { cwd })).stdout,
      /^state +not complete: .*run the same command again to resume it$/m,
    );
  },
);

test('a folder without a run and a missing folder end with 66', async (t) => {
  const cwd = temporaryFolder(t);
  mkdirSync(join(cwd, 'empty'));
  for (const folder of ['empty', 'nowhere']) {
    const { status, stderr } = await callCli(['status', folder], { cwd });
    assert.equal(status, 66, stderr);
    assert.match(
      stderr,
      new RegExp(`^error: there is no run in ${folder}: .*journal\\.jsonl\\n {2}name the`),
    );
  }
  writeFileSync(join(cwd, 'empty/journal.jsonl'), 'not a journal\n');
  const { status, stderr } = await callCli(['status', 'empty'], { cwd });
  assert.equal(status, 78, stderr);
});
