import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { setTimeout as turn } from 'node:timers/promises';

import type { RunSummary } from '#build/replay/report/run-summary.js';

import { finished, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { said } from '../support/wait.js';

interface TimingLine {
  readonly latenessMs: number;
  readonly responseMs: number;
  readonly wallMs: number;
}

const rows = (minutes: number): string =>
  Array.from({ length: minutes }, (_, i) => `${new Date(i * 60_000).toISOString()},a,${i}\n`).join('');

/** Answers at once, but for the minute whose value is 5: that takes 400 ms. */
const ANALYZER = `
export function createAnalyzer() {
  return {
    window: 1,
    predict: (items) => items.map(({ values: [value] }) => {
      if (value === 5) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
      return { score: value, anomaly: false, output: [] };
    }),
  };
}
`;

const SERVED = ['replay', 'data.csv', '--analyzer', 'slow.mjs', '--actors', '1'];

test('a paced run keeps to its schedule, and a slow minute makes those after it late', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${rows(12)}`);
  writeFileSync(join(cwd, 'slow.mjs'), ANALYZER);
  const flags = ['--pace', '600x', '--out', 'paced', '--fail-if', 'response-max<399ms'];
  const paced = await callCli([...SERVED, ...flags], { cwd });
  assert.equal(paced.status, 0, paced.stderr);
  const summary = JSON.parse(readFileSync(join(cwd, 'paced/timing.json'), 'utf8')) as RunSummary;
  assert.equal(summary.execution.pace, 600);
  assert.equal(summary.execution.inflight, 1);
  assert.equal(summary.comparison, null);
  assert.equal(summary.deadlineMs, 100);
  // Eleven times 100 ms, and what a timer may be off by.
  assert.ok(summary.elapsedMs >= 1099, `twelve minutes took ${summary.elapsedMs} ms`);
  assert.ok((summary.minutes?.late ?? 0) >= 3, 'the slow one, and two that it made late');
  const lines = readFileSync(join(cwd, 'paced/timing.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TimingLine);
  assert.ok(lines.every(({ latenessMs, responseMs }) => latenessMs >= 0 && responseMs >= latenessMs));
  assert.ok((lines[5]?.responseMs ?? 0) >= 399);
  assert.ok((lines[6]?.latenessMs ?? 0) >= 299);
  assert.ok((lines[7]?.latenessMs ?? 0) >= 199);
  assert.match(paced.stdout, /paced at 600 ×/);
  assert.match(paced.stdout, /^schedule to start +12 /m);
  assert.match(paced.stdout, /^schedule to answers +12 /m);
  assert.match(
    paced.stdout,
    /^\d+ of 12 minutes were answered later than 100 ms after their scheduled start\.$/m,
  );
  const page = readFileSync(join(cwd, 'paced/report.html'), 'utf8');
  assert.match(page, /data-figure="minutes\.scheduled\.responseMs\.p99"/);

  const free = await callCli([...SERVED, '--pace', 'max', '--compare', 'none', '--out', 'free'], { cwd });
  assert.equal(free.status, 0, free.stderr);
  const results = (out: string): string => readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');
  assert.equal(results('paced'), results('free'));
  const unpaced = JSON.parse(readFileSync(join(cwd, 'free/timing.json'), 'utf8')) as RunSummary;
  assert.equal(unpaced.minutes, null, 'without a pace, none is served alone');
  assert.equal(unpaced.execution.inflight, 2);
});

test('a gate on the schedule needs --pace, a gate on the comparison needs --compare', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${rows(3)}`);
  const free = await callCli(['replay', 'data.csv', '--fail-if', 'lateness-max>1s'], { cwd });
  assert.equal(free.status, 64);
  assert.match(free.stderr, /'lateness-max>1s' will have no value: nothing is paced/);
  const paced = await callCli(['replay', 'data.csv', '--pace', '60x', '--fail-if', 'speedup<1'], { cwd });
  assert.equal(paced.status, 64);
  assert.match(paced.stderr, /'speedup<1' will have no value: nothing is compared/);
  const fast = await callCli(['replay', 'data.csv', '--pace', 'fast'], { cwd });
  assert.equal(fast.status, 64);
  assert.match(fast.stderr, /Expected realtime, a factor such as 10x or 0\.5x, or max/);
  assert.equal(existsSync(join(cwd, 'data.csv.aiops')), false);
});

test('a signal ends the wait for a minute that is not due yet', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${rows(3)}`);
  writeFileSync(join(cwd, 'slow.mjs'), ANALYZER);
  const child = startCli([...SERVED, '--pace', 'realtime', '--out', '-'], { cwd });
  t.after(() => child.kill('SIGKILL'));
  const result = finished(child);
  await said(child.stdout, /\n/); // the first minute is due at once, the second in a minute
  child.kill('SIGINT');
  const { status, stdout, stderr } = await result;
  assert.equal(status, 130, stderr);
  assert.match(stderr, /interrupted after 1 minute$/m);
  assert.equal(stdout.trimEnd().split('\n').length, 1);
});

const SERVED_FEED = ['replay', '-', '--analyzer', 'slow.mjs', '--actors', '1'];

/** A feed on standard input, of which nothing is sent yet, to be answered by the analyzer. */
function feed(
  t: TestContext,
  flags: readonly string[],
): { readonly child: ChildProcess; readonly stdin: Writable; readonly cwd: string } {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'slow.mjs'), ANALYZER);
  const child = startCli([...SERVED_FEED, ...flags], { cwd });
  t.after(() => child.kill('SIGKILL'));
  return { child, cwd, stdin: child.stdin ?? assert.fail() };
}

const SECONDS = ['--format', 'csv', '--interval', '1s'];
const LIVE = [...SECONDS, '--pace', 'realtime', '--out', '-', '--rejects', 'rejects.jsonl'];

const rejectsIn = (cwd: string): [unknown, unknown][] =>
  readFileSync(join(cwd, 'rejects.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ reason, line }) => [reason, line]);

test('in a live feed a row is written as soon as its minute is over, and late records are rejected', async (t) => {
  const { child, cwd, stdin } = feed(t, LIVE);
  const result = finished(child);
  stdin.write('timestamp,target,value\n2024-01-01T00:00:00Z,a,1\n');
  await said(child.stdout, /"2024-01-01T00:00:00Z","target":"a".*\n/); // though nothing else came
  stdin.write('2024-01-01T00:00:00Z,b,1\n2024-01-01T00:00:01Z,a,2\n');
  await said(child.stdout, /"2024-01-01T00:00:01Z","target":"a".*\n/);
  stdin.end();
  const { status, stderr, stdout: all } = await result;
  assert.equal(status, 3, stderr);
  assert.equal(all.trimEnd().split('\n').length, 2);
  assert.deepEqual(rejectsIn(cwd), [['late', 3]]);
});

const JUMPED = `timestamp,target,value
2024-01-01T00:00:00Z,a,1
2024-01-01T01:00:00Z,b,1
`;

test('during a gap of an hour a recorded feed is still read, and its minutes are due when it ends', async (t) => {
  const { child, cwd, stdin } = feed(t, LIVE);
  const result = finished(child);
  const waits = said(
    child.stderr,
    /warning: 2024-01-01T01:00:00Z is due in .* by --pace realtime, or once the feed ends/,
  );
  stdin.write(JUMPED);
  await waits;
  // More than a pipe and the buffers of a stream hold: it can only be written if it is read.
  const lateRows = '2024-01-01T00:00:01Z,a,2\n'.repeat(40_000);
  await new Promise<void>((resolve, reject) => {
    stdin.write(lateRows, (error) => (error ? reject(error) : resolve()));
  });
  stdin.end('2024-01-01T01:00:01Z,a,3\n');
  const { status, stdout, stderr } = await result;
  assert.equal(status, 3, stderr);
  const minutes = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { minute: string }).minute);
  assert.deepEqual(minutes, ['2024-01-01T00:00:00Z', '2024-01-01T01:00:00Z', '2024-01-01T01:00:01Z']);
  const rejects = rejectsIn(cwd);
  assert.equal(rejects.length, 40_000);
  assert.ok(rejects.every(([reason]) => reason === 'late'));
});

test('a signal ends a run that waits for a minute an hour away while its feed is open', async (t) => {
  const { child, stdin } = feed(t, LIVE);
  const result = finished(child);
  const waits = said(child.stderr, /warning: 2024-01-01T01:00:00Z is due in/);
  stdin.write(JUMPED);
  await waits;
  child.kill('SIGTERM');
  const { status, stdout, stderr } = await result;
  assert.equal(status, 143, stderr);
  assert.match(stderr, /interrupted after 1 minute$/m);
  assert.equal(stdout.trimEnd().split('\n').length, 1);
});

test('records of the future do not delay a live feed: they are rejected as early, with a notice', async (t) => {
  const { child, cwd, stdin } = feed(t, LIVE);
  const result = finished(child);
  const at = (aheadMs: number): string => new Date(Date.now() + aheadMs).toISOString();
  const first = said(child.stdout, /"target":"a"/);
  const warned = said(
    child.stderr,
    /warning: stdin:3 is rejected as early: .* ahead of this machine's clock/,
  );
  stdin.write(`timestamp,target,value\n${at(0)},a,1\n${at(3_600_000)},b,1\n${at(7_200_000)},b,1\n`);
  await Promise.all([first, warned]);
  const second = said(child.stdout, /"target":"c"/);
  stdin.write(`${at(0)},c,2\n`);
  await second; // closed by the clock, an hour before the minutes of b
  stdin.end();
  const { status, stdout, stderr } = await result;
  assert.equal(status, 3, stderr);
  assert.doesNotMatch(stdout, /"target":"b"/);
  assert.match(stderr, /warning: 2 records were rejected as early/);
  assert.deepEqual(rejectsIn(cwd), [
    ['early', 3],
    ['early', 4],
  ]);
});

test('an old recording that is piped in keeps its pace after its end has been read', async (t) => {
  const { child, stdin } = feed(t, LIVE);
  const result = finished(child);
  const seen: number[] = [];
  child.stdout?.on('data', () => seen.push(performance.now()));
  const rowsOf = [0, 1, 2, 3].map((second) => `2024-01-01T00:00:0${second}Z,a,${second}\n`);
  stdin.end(`timestamp,target,value\n${rowsOf.join('')}`);
  const { status, stdout, stderr } = await result;
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trimEnd().split('\n').length, 4);
  // Two steps of a second, and what a timer may be off by; the end closes the last one, which is due with it.
  assert.ok((seen.at(-1) ?? NaN) - (seen[0] ?? NaN) >= 1900, seen.join());
});

test('a column that first appears later is reported while the feed continues', async (t) => {
  const flags = ['--format', 'jsonl', '--interval', '1m', '--out', '-', '--compare', 'none', '--quiet'];
  const { child, stdin } = feed(t, flags);
  const result = finished(child);
  const record = (minute: number, more: object): string =>
    `${JSON.stringify({ time: new Date(minute * 60_000).toISOString(), target: 'a', cpu: 1, ...more })}\n`;
  stdin.write(record(0, {}) + record(1, {}));
  await said(child.stdout, /00:00:00Z/); // so the sample was taken
  const told = said(child.stderr, /ignored column mem: .* add it with --columns/);
  stdin.write(record(2, { mem: 2 }));
  await told;
  stdin.end(record(3, { mem: 2 }));
  const { status, stderr } = await result;
  assert.equal(status, 0);
  assert.match(
    stderr,
    /^warning: ignored column mem: .* has a value now.*\n.* has a value in 2 records.*\n$/,
  );
});

test('a run of a live feed cannot be resumed, and says so at its start, at its end and when it would be resumed', async (t) => {
  const flags = [...SECONDS, '--out', 'live', '--compare', 'none', '--commit-interval', '0s', '--pace'];
  const { child, cwd, stdin } = feed(t, [...flags, 'realtime']);
  const result = finished(child);
  const input = 'timestamp,target,value\n2024-01-01T00:00:00Z,a,1\n';
  stdin.write(input);
  const journal = join(cwd, 'live/journal.jsonl');
  const isCommitted = (): boolean =>
    existsSync(journal) && readFileSync(journal, 'utf8').includes('"commit"');
  while (child.exitCode === null && !isCommitted()) await turn(20);
  child.kill('SIGTERM'); // the clock closed the minute
  const { status, stderr } = await result;
  assert.equal(status, 143, stderr);
  assert.match(stderr, /standard input: a live feed/);
  assert.match(stderr, /interrupted after 1 minute$/m);
  const told = await callCli(['status', 'live'], { cwd });
  assert.match(told.stdout, /not complete: .*live feed, so it cannot be resumed$/m);
  const again = [...SERVED_FEED, ...flags];
  for (const pace of ['realtime', 'max']) {
    const resumed = await callCli([...again, pace], { cwd, input });
    assert.equal(resumed.status, 78, resumed.stderr);
    assert.match(resumed.stderr, /standard input was a live feed .*\n.*--restart/);
  }
  const anew = await callCli([...again, 'max', '--restart'], { cwd, input });
  assert.equal(anew.status, 0, anew.stderr);
  const clocked = await callCli([...again, 'realtime'], { cwd, input });
  assert.equal(clocked.status, 78, clocked.stderr);
  assert.match(clocked.stderr, /standard input would be a live feed with --pace realtime/);
});
