import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import type { RunSummary } from '#build/replay/report/run-summary.js';

import { finished, type Finished, LIGHT, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const FROM_STDIN = ['replay', '-', '--format', 'csv', '--compare', 'none', ...LIGHT, '--actors', '1'];

/** A minute each; one that is `bad` has a value that is no number beside the good one. */
const rows = (minutes: number, isBad: (minute: number) => boolean = () => false): string =>
  Array.from({ length: minutes }, (_, minute) => {
    const time = new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString();
    return `${time},a,${minute}\n${isBad(minute) ? `${time},b,much\n` : ''}`;
  }).join('');
const csv = (...given: Parameters<typeof rows>): string => `timestamp,target,value\n${rows(...given)}`;

test('a run stopped by --max-rejects resumes only once more are allowed', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(
    join(cwd, 'data.csv'),
    csv(80, (minute) => minute >= 20),
  );
  const args = ['replay', 'data.csv', '--out', 'out', ...LIGHT, '--actors', '1', '--compare', 'none'];
  const replay = (limit: string): Promise<Finished> => callCli([...args, '--max-rejects', limit], { cwd });
  const files = (): string[] =>
    ['results.jsonl', 'rejects.jsonl', 'journal.jsonl'].map((name) =>
      readFileSync(join(cwd, 'out', name), 'utf8'),
    );
  assert.equal((await replay('30')).status, 65);
  const stopped = files();
  const again = await replay('30');
  assert.equal(again.status, 65);
  assert.match(
    again.stderr,
    /^error: 31 of \d+ records were rejected, more than --max-rejects 30: 31 \w+; the first /m,
  );
  assert.doesNotMatch(again.stderr, /started on/);
  assert.deepEqual(files(), stopped);
  const { status, stderr } = await replay('100');
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^resuming after \d/m);
  assert.equal(files()[1]?.trimEnd().split('\n').length, 60);
});

test('a configuration file with "false" as text for --restart replaces nothing', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), csv(3));
  const args = ['replay', 'data.csv', '--out', 'out', ...LIGHT, '--actors', '1', '--compare', 'none'];
  assert.equal((await callCli(args, { cwd })).status, 0);
  const journal = readFileSync(join(cwd, 'out/journal.jsonl'), 'utf8');
  for (const found of ['"false"', '"no"', '0', '"0"', '""', 'null']) {
    writeFileSync(join(cwd, 'aiops-serve.config.json'), `{ "restart": ${found} }`);
    const { status, stderr } = await callCli(args, { cwd });
    assert.equal(status, 78, found);
    assert.match(
      stderr,
      /^error: aiops-serve\.config\.json: "restart": .+ is invalid\. Expected true or false\.$/m,
    );
  }
  assert.equal(readFileSync(join(cwd, 'out/journal.jsonl'), 'utf8'), journal);
});

test('a run of which nothing is kept reads a grown input as a run from the start would', async (t) => {
  const cwd = temporaryFolder(t);
  const at = (second: number): string => new Date(Date.UTC(2024, 0, 1) + second * 1000).toISOString();
  const rest = Array.from({ length: 23 }, (_, i) => `${at(10 * (i + 1))},a,${i}\n`).join('');
  writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${at(0)},a,1\n`);
  const replay = (out: string): Promise<Finished> =>
    callCli(
      [
        'replay',
        'data.csv',
        '--out',
        out,
        '--duplicates',
        'mean',
        ...LIGHT,
        '--actors',
        '1',
        '--compare',
        'none',
      ],
      { cwd },
    );
  const first = await replay('out');
  assert.match(first.stderr, /interval 1m by default/);
  appendFileSync(join(cwd, 'data.csv'), rest);
  assert.equal((await replay('out')).status, 0);
  assert.equal((await replay('whole')).status, 0);
  const results = (out: string): string => readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');
  assert.equal(results('out').split('\n').length, 25);
  assert.equal(results('out'), results('whole'));
});

test('rejects stay in their own file, which no other run overwrites', async (t) => {
  const cwd = temporaryFolder(t);
  const elsewhere = temporaryFolder(t);
  const rejects = join(cwd, 'rejected.jsonl');
  writeFileSync(
    join(cwd, 'data.csv'),
    csv(70, (minute) => minute === 5),
  );
  const replay = (from: string, out: string): Promise<Finished> => {
    const flags = [
      '--out',
      join(cwd, out),
      '--rejects',
      'rejected.jsonl',
      ...LIGHT,
      '--actors',
      '1',
      '--compare',
      'none',
    ];
    return callCli(['replay', join(cwd, 'data.csv'), ...flags], { cwd: from });
  };
  assert.equal((await replay(cwd, 'out')).status, 3);
  const kept = readFileSync(rejects, 'utf8');
  const other = await replay(cwd, 'other');
  assert.equal(other.status, 78);
  assert.match(other.stderr, /^error: rejected\.jsonl exists, but is not the rejects file of a run in/m);
  assert.doesNotMatch(other.stderr, /started on/, 'told before actors are up');
  assert.equal(existsSync(join(cwd, 'other')), false);
  const named = `keeps its rejects in ${rejects}, not in ${join(elsewhere, 'rejected.jsonl')}`;
  const moved = await replay(elsewhere, 'out');
  assert.equal(moved.status, 78);
  assert.ok(moved.stderr.includes(named), moved.stderr);
  appendFileSync(join(cwd, 'data.csv'), rows(71).split('\n').slice(-2).join('\n'));
  const grown = await replay(elsewhere, 'out');
  assert.equal(grown.status, 78);
  assert.ok(grown.stderr.includes(named), grown.stderr);
  assert.equal(readFileSync(rejects, 'utf8'), kept);
  assert.equal((await replay(cwd, 'out')).status, 3);
  assert.equal(readFileSync(rejects, 'utf8'), kept);
});

test('a resumed run interrupted before its next minute says that it can be resumed', async (t) => {
  const cwd = temporaryFolder(t);
  const args = [...FROM_STDIN, '--out', 'out'];
  const first = startCli([...args, '--commit-interval', '0s'], { cwd });
  t.after(() => first.kill('SIGKILL'));
  const ended = finished(first);
  first.stdin?.write(csv(62));
  while (!existsSync(join(cwd, 'out/results.jsonl'))) await sleep(20);
  first.kill('SIGTERM');
  const done = /after (\d+ minutes?)/.exec((await ended).stderr)?.[1] ?? assert.fail('it says how many');

  const second = startCli(args, { cwd });
  t.after(() => second.kill('SIGKILL'));
  const result = finished(second);
  while (!existsSync(join(cwd, 'out/lock.json'))) await sleep(20);
  second.kill('SIGTERM');
  const { status, stderr } = await result;
  assert.equal(status, 143, stderr);
  assert.match(stderr, new RegExp(`interrupted after ${done}; .*resume`));
});

test('a run of standard input refuses a shorter, different input, and still resumes with its own', async (t) => {
  const cwd = temporaryFolder(t);
  const replay = (out: string, input: string): Promise<Finished> =>
    callCli([...FROM_STDIN, '--out', out, '--max-rejects', '100%'], { cwd, input });
  const results = (out: string): string => readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');
  const own = csv(90, () => true);
  const begun = csv(89, () => true);
  assert.equal((await replay('out', begun)).status, 0);
  const other = csv(95).replaceAll(',a,', ',x,');
  assert.ok(other.length < begun.length);
  const refused = await replay('out', other);
  assert.equal(refused.status, 78, refused.stderr);
  assert.match(refused.stderr, /stdin is not what this run read before: /);
  assert.doesNotMatch(results('out'), /"target":"x"/);
  assert.equal((await replay('out', own)).status, 0);
  assert.equal((await replay('whole', own)).status, 0);
  assert.equal(results('out'), results('whole'));
});

test('the last minute is committed even if no other follows', async (t) => {
  const cwd = temporaryFolder(t);
  const args = [...FROM_STDIN, '--out', 'out'];
  const child = startCli([...args, '--commit-interval', '300ms'], { cwd });
  t.after(() => child.kill('SIGKILL'));
  const result = finished(child);
  child.stdin?.write(csv(62));
  const journal = (): string => {
    const path = join(cwd, 'out/journal.jsonl');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const last = Date.UTC(2024, 0, 1) + 60 * 60_000; // the 62nd is open still
  while (!journal().includes(`"minuteMs":${last},`)) await sleep(50);
  child.kill('SIGKILL');
  assert.equal((await result).signal, 'SIGKILL');
});

/** Each process answers; the first that was asked twice for all items leaves, and the others wait until it is gone. */
const LEAVING = `
  import { existsSync, readFileSync, writeFileSync } from 'node:fs';
  let asked = 0;
  const isThere = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
  export function createAnalyzer() {
    return {
      window: 1,
      predict: (items) => {
        if (items.length > 1 && ++asked === 2 && !existsSync('left')) {
          writeFileSync('left', String(process.pid));
          setTimeout(() => process.exit(0), 100);
        } else if (existsSync('left')) {
          while (isThere(Number(readFileSync('left', 'utf8')))) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
        }
        return items.map(({ values: [score] }) => ({ score, anomaly: false, output: [] }));
      },
    };
  }`;

test('an actor that dies after its last answer is in the report, too', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), LEAVING);
  const minute = '2024-01-01T00:00:00Z';
  writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${minute},a,1\n${minute},b,2\n`);
  const args = ['replay', 'data.csv', '--analyzer', 'mine.mjs', '--out', 'out', '--interval', '1m'];
  const { status, stderr } = await callCli([...args, '--compare', 'all', '--actors', '1'], { cwd });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /exited with status 0 .*starting a replacement/);
  const { incidents } = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as RunSummary;
  assert.equal(incidents.counts.lost, 1);
});
