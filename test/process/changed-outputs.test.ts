import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

import { finished, ROOT, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { until } from '../support/wait.js';

const ANALYZER = `export const createAnalyzer = () => ({
  window: 1,
  predict: (items) => items.map(({ values }) => ({ score: values[0], anomaly: false, output: [] })),
});
`;
const HEADER = 'timestamp,target,v\n';
const START_S = 1_704_067_200;
const record = (minute: number, value = String(minute)): string => `${START_S + 60 * minute},a,${value}\n`;

function folderWith(t: Parameters<typeof temporaryFolder>[0], input: string): string {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'last.mjs'), ANALYZER);
  writeFileSync(join(cwd, 'in.csv'), input);
  return cwd;
}

const FLAGS = ['--analyzer', './last.mjs', '--compare', 'none', '--actors', '1', '--quiet'];

/** A run of standard input that stays open until it is ended. */
async function running(cwd: string, out: string): Promise<ChildProcess> {
  const flags = ['--format', 'csv', '--interval', '1m', '--commit-interval', '0s', '--out', out];
  const child = startCli(['replay', '-', ...flags, ...FLAGS], { cwd });
  child.stdin?.on('error', () => undefined);
  child.stdin?.write(HEADER + Array.from({ length: 20 }, (_, minute) => record(minute)).join(''));
  const journal = join(cwd, out, 'journal.jsonl');
  await until('commits', () => existsSync(journal) && readFileSync(journal, 'utf8').split('\n').length > 15);
  return child;
}

for (const [how, change, message, again, problem] of [
  [
    'copied and truncated',
    (path: string) => truncateSync(path, 0),
    /results\.jsonl was truncated to 0 of \d+ bytes/,
    /results\.jsonl has only 0 of [\d,]+ committed bytes/,
    /^damaged +o\/results\.jsonl has only 0 of/m,
  ],
  [
    'moved away',
    (path: string) => renameSync(path, `${path}.1`),
    /results\.jsonl was deleted or moved/,
    /results\.jsonl is missing: [\d,]+ bytes of it were committed/,
    /^damaged +o\/results\.jsonl is missing/m,
  ],
] as const) {
  test(`results ${how} while the run writes them end it; the same command and status name the file`, async (t) => {
    const cwd = folderWith(t, '');
    const child = await running(cwd, 'o');
    const path = join(cwd, 'o/results.jsonl');
    change(path);
    const ended = finished(child);
    const more = Array.from({ length: 20 }, (_, minute) => record(20 + minute)).join('');
    child.stdin?.end(more);
    const { status, stderr } = await ended;
    assert.equal(status, 74, stderr);
    assert.match(stderr, message);
    if (existsSync(path)) assert.equal(readFileSync(path).length, 0, 'nothing is written behind a hole');
    const shown = await callCli(['status', 'o'], { cwd });
    assert.equal(shown.status, 0);
    assert.match(shown.stdout, problem);
    assert.match(shown.stdout, /^state .*damaged files keep it from resuming$/m);
    const flags = ['--format', 'csv', '--interval', '1m', '--commit-interval', '0s', '--out', 'o'];
    const input = HEADER + Array.from({ length: 40 }, (_, minute) => record(minute)).join('');
    const repeated = await callCli(['replay', '-', ...flags, ...FLAGS], { cwd, input });
    assert.equal(repeated.status, 74, repeated.stderr);
    assert.match(repeated.stderr, again);
  });
}

const proc = { skip: existsSync('/proc/self/fd/2') ? false : 'no /proc here' };

for (const kind of ['file', 'pipe'] as const) {
  test(
    `rejects through a link to standard error, which is a ${kind}, leave the link and reach it`,
    proc,
    async (t) => {
      const cwd = folderWith(t, HEADER + record(0) + record(1, 'abc') + record(2));
      mkdirSync(join(cwd, 'dev'));
      symlinkSync('/proc/self/fd/2', join(cwd, 'dev/stderr'));
      const descriptor = openSync(join(cwd, 'said'), 'w');
      const args = ['replay', 'in.csv', ...FLAGS, '--columns', 'v', '--out', '-', '--rejects', 'dev/stderr'];
      const child = spawn(process.execPath, [join(ROOT, 'bin/aiops-serve.js'), ...args, '--restart'], {
        cwd,
        stdio: ['ignore', 'pipe', kind === 'file' ? descriptor : 'pipe'],
      });
      const { status, stdout, stderr } = await finished(child);
      closeSync(descriptor);
      assert.equal(status, 3, stderr);
      assert.equal(readlinkSync(join(cwd, 'dev/stderr')), '/proc/self/fd/2');
      const said = kind === 'file' ? readFileSync(join(cwd, 'said'), 'utf8') : stderr;
      assert.match(said, /^\{"file":"in\.csv","line":3,"byteOffset":\d+,"reason":"bad_value",.*\}$/m);
      assert.equal(stdout.trimEnd().split('\n').length, 2);
    },
  );
}

test('rejects cannot go to standard output, where the results go', proc, async (t) => {
  const cwd = folderWith(t, HEADER + record(0));
  for (const [out, rejects] of [
    ['-', '/dev/stdout'],
    ['-', '-'],
    ['out', '-'],
  ] as const) {
    const args = ['replay', 'in.csv', ...FLAGS, '--out', out, '--rejects', rejects];
    const { status, stderr } = await callCli(args, { cwd });
    assert.equal(status, 64, `${out} ${rejects}: ${stderr}`);
    assert.ok(stderr.startsWith(`error: rejects cannot go to ${rejects}: `), stderr);
    assert.ok(!readdirSync(cwd).includes('-'));
  }
});

test('a live feed that is killed and started again keeps all rejects of both', async (t) => {
  const cwd = folderWith(t, '');
  const flags = [
    '--format',
    'csv',
    '--interval',
    '2s',
    '--pace',
    'realtime',
    '--out',
    '-',
    '--rejects',
    'rej',
  ];
  for (const session of [1, 2]) {
    const child = startCli(['replay', '-', ...flags, ...FLAGS], { cwd });
    child.stdin?.on('error', () => undefined);
    const startS = START_S + 3600 * session;
    const lines = [0, 2, 2, 4, 6, 8].map((s, i) => `${startS + s},a,${i}\n`);
    child.stdin?.write(HEADER + lines.join(''));
    const rejects = join(cwd, 'rej');
    await until(
      'a reject',
      () => existsSync(rejects) && readFileSync(rejects, 'utf8').includes(`${startS + 2},a`),
    );
    child.kill('SIGKILL');
    await once(child, 'close');
    assert.equal(readFileSync(rejects, 'utf8').trimEnd().split('\n').length, session);
  }
  assert.deepEqual(
    readdirSync(cwd).filter((name) => name.startsWith('rej')),
    ['rej'],
  );
});

test('a benchmark refuses a folder of a replay before it measures, and changes nothing', async (t) => {
  const cwd = folderWith(t, HEADER + Array.from({ length: 10 }, (_, minute) => record(minute)).join(''));
  assert.equal((await callCli(['replay', 'in.csv', ...FLAGS, '--out', 'o', '--trace'], { cwd })).status, 0);
  const page = readFileSync(join(cwd, 'o/report.html'), 'utf8');
  const args = ['bench', '--analyzer', './last.mjs', '--items', '5', '--time', '100ms', '--rounds', '2'];
  const { status, stdout, stderr } = await callCli([...args, '--actors', '1', '--out', 'o'], { cwd });
  assert.equal(status, 78, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, /is not from a benchmark.*\n.*another folder with --out/);
  assert.equal(readFileSync(join(cwd, 'o/report.html'), 'utf8'), page);
  assert.ok(existsSync(join(cwd, 'o/trace.json')));
});
