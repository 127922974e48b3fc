import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';

import { csv, one, replayArguments, rows, runsIn, time } from '../support/added-inputs.js';
import { finished, startCli } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const minutesServed = (cwd: string): number[] =>
  readFileSync(join(cwd, 'out/timing.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => Date.parse((JSON.parse(line) as { minute: string }).minute));

/** Begins and ends in records that belong to no minute. */
const ragged = (from: number, to: number): string =>
  `time,host,v\nnever,a,1\n${rows(from, to)}broken\nnever,b,2\n`;

test('files added one by one to a complete run add only their minutes', async (t) => {
  const { cwd, replay, checkWhole } = runsIn(t, {
    '1.csv': ragged(0, 30),
    '2.csv': ragged(30, 50),
    '3.csv': ragged(70, 75),
  });
  assert.equal((await replay(['1.csv'])).status, 0);
  const before = minutesServed(cwd);
  for (const inputs of [
    ['1.csv', '2.csv'],
    ['1.csv', '2.csv', '3.csv'],
  ]) {
    const { status, stderr } = await replay(inputs);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^resuming after 2018-04-30T00:(29|49):00Z/m);
    await checkWhole(inputs);
    const again = await replay(inputs);
    assert.equal(again.status, 0);
    assert.doesNotMatch(again.stderr, /^resuming/m);
  }
  assert.deepEqual(minutesServed(cwd).slice(0, before.length), before);
});

test('files in folders by day keep their targets, whatever their names', async (t) => {
  const { replay, checkWhole } = runsIn(t, { '04-30/data.csv': csv(0, 10), '05-01/data.csv': csv(10, 20) });
  const inputs = ['04-30/data.csv', '05-01/data.csv'];
  assert.equal((await replay(inputs.slice(0, 1))).status, 0);
  assert.equal((await replay(inputs)).status, 0);
  await checkWhole(inputs);
});

test('the last minute is done again if the added file has more of it', async (t) => {
  const { replay, checkWhole } = runsIn(t, { '1.csv': csv(0, 30, ['b']), '2.csv': csv(29, 35, ['a']) });
  assert.equal((await replay(['1.csv'])).status, 0);
  const { status, stderr } = await replay(['1.csv', '2.csv']);
  assert.equal(status, 0, stderr);
  await checkWhole(['1.csv', '2.csv']);
});

test('an earlier file that has grown and an added one are both read', async (t) => {
  const { cwd, replay, checkWhole } = runsIn(t, { '1.csv': csv(0, 30), '2.csv': csv(32, 40) });
  assert.equal((await replay(['1.csv'])).status, 0);
  appendFileSync(join(cwd, '1.csv'), rows(30, 33));
  assert.equal((await replay(['1.csv', '2.csv'])).status, 0);
  await checkWhole(['1.csv', '2.csv'], '--duplicates', 'reject');
});

async function killedAt(cwd: string, inputs: readonly string[], value: number): Promise<void> {
  writeFileSync(join(cwd, 'wait'), String(value));
  const child = startCli(replayArguments(inputs, 'out', ['--commit-interval', '0s', '--block', '1']), {
    cwd,
  });
  const ended = finished(child);
  const path = join(cwd, 'out/journal.jsonl');
  const last = `"minuteMs":${Date.parse(time(value - 1))},`;
  while (!existsSync(path) || !readFileSync(path, 'utf8').includes(last)) await sleep(20);
  await sleep(200);
  child.kill('SIGKILL');
  await ended;
  rmSync(join(cwd, 'wait'));
}

test('a file added to a killed run is read with the rest', async (t) => {
  const { cwd, replay, checkWhole } = runsIn(t, { '1.csv': csv(0, 30), '2.csv': csv(30, 40) });
  await killedAt(cwd, ['1.csv'], 12);
  const { status, stderr } = await replay(['1.csv', '2.csv']);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^resuming after 2018-04-30T00:11:00Z/m);
  await checkWhole(['1.csv', '2.csv']);
});

test('a run that was killed before it had committed anything of an added file is not complete', async (t) => {
  const { cwd, replay, checkWhole } = runsIn(t, { '1.csv': csv(0, 30), '2.csv': csv(30, 40) });
  assert.equal((await replay(['1.csv'])).status, 0);
  writeFileSync(join(cwd, 'wait'), '30');
  const child = startCli(replayArguments(['1.csv', '2.csv'], 'out', []), { cwd });
  const ended = finished(child);
  while (!readFileSync(join(cwd, 'out/journal.jsonl'), 'utf8').includes('"resumed"')) await sleep(20);
  child.kill('SIGKILL');
  await ended;
  rmSync(join(cwd, 'wait'));
  const { stdout } = await callCli(['status', 'out', '--json'], { cwd });
  const { inputs, progress } = JSON.parse(stdout) as { inputs: string[]; progress: { inputShare: number } };
  assert.deepEqual(inputs, ['1.csv', '2.csv']);
  assert.ok(progress.inputShare < 1);
  assert.equal((await replay(['1.csv', '2.csv'])).status, 0);
  await checkWhole(['1.csv', '2.csv']);
});

test('a file that was rotated since is recognized by its bytes', async (t) => {
  const { cwd, replay } = runsIn(t, { 'm.csv': one(0, 20) });
  const rotate = (from: string, to: string): void => renameSync(join(cwd, from), join(cwd, to));
  assert.equal((await replay(['m.csv'])).status, 0);
  appendFileSync(join(cwd, 'm.csv'), one(20, 25).replace('time,v\n', ''));
  rotate('m.csv', 'm.csv.1');
  writeFileSync(join(cwd, 'm.csv'), one(25, 40));
  // In any order.
  const { status, stderr } = await replay(['m.csv', 'm.csv.1']);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^resuming after 2018-04-30T00:18:00Z/m);
  const results = (out: string): string => readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');
  const check = async (inputs: string[]): Promise<void> => {
    assert.equal((await callCli(replayArguments(inputs, 'whole', ['--restart']), { cwd })).status, 0);
    assert.equal(results('out'), results('whole'));
  };
  await check(['m.csv.1', 'm.csv']);
  rotate('m.csv.1', 'm.csv.2');
  rotate('m.csv', 'm.csv.1');
  writeFileSync(join(cwd, 'm.csv'), one(40, 45));
  assert.equal((await replay(['m.csv.2', 'm.csv.1', 'm.csv'])).status, 0);
  await check(['m.csv.2', 'm.csv.1', 'm.csv']);
  writeFileSync(join(cwd, 'm.csv.3'), one(0, 60));
  const other = await replay(['m.csv.3', 'm.csv.2', 'm.csv.1', 'm.csv']);
  assert.equal(other.status, 78, other.stderr);
  assert.match(other.stderr, /: m\.csv\.2, which would be m\.csv\.1 rotated, holds other bytes/);
  writeFileSync(join(cwd, 'm.csv.2.gz'), gzipSync(readFileSync(join(cwd, 'm.csv.2'))));
  writeFileSync(join(cwd, 'n.csv'), one(45, 50));
  const packed = await replay(['m.csv.2.gz', 'm.csv.1', 'm.csv', 'n.csv']);
  assert.equal(packed.status, 78, packed.stderr);
  assert.match(packed.stderr, /m\.csv\.2\.gz.* is compressed now.*\n.*gunzip/);
});

test('a rotated file may begin with late records of minutes that growth would redo', async (t) => {
  const late = `time,host,v\n${rows(18, 19, ['c'])}${rows(20, 25)}`;
  const { cwd, replay } = runsIn(t, { 'm.csv': csv(0, 20) });
  const grace = ['--grace', '3'];
  assert.equal((await replay(['m.csv'], ...grace)).status, 0);
  renameSync(join(cwd, 'm.csv'), join(cwd, 'm.csv.1'));
  writeFileSync(join(cwd, 'm.csv'), `time,host,v\n${rows(10, 11, ['c'])}${rows(20, 25)}`);
  const early = await replay(['m.csv.1', 'm.csv'], ...grace);
  assert.equal(early.status, 78, early.stderr);
  assert.match(early.stderr, /but the run has committed/);
  writeFileSync(join(cwd, 'm.csv'), late);
  const { status, stderr } = await replay(['m.csv.1', 'm.csv'], ...grace);
  assert.equal(status, 0, stderr);
  const whole = await callCli(replayArguments(['m.csv.1', 'm.csv'], 'whole', grace), { cwd });
  assert.equal(whole.status, 0, whole.stderr);
  const results = (out: string): string => readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');
  assert.equal(results('out'), results('whole'));
});

test('an export with other labels cannot be added, and the remedy names the labels that both have', async (t) => {
  const answer = (metric: object, at: number): string =>
    JSON.stringify({
      status: 'success',
      data: { resultType: 'matrix', result: [{ metric, values: [[at, '1']] }] },
    });
  const { replay } = runsIn(t, {
    '1.json': answer({ instance: 'a' }, 1_700_000_040),
    '2.json': answer({ instance: 'a', zone: 'z' }, 1_700_000_100),
  });
  assert.equal((await replay(['1.json'])).status, 0);
  const { status, stderr } = await replay(['1.json', '2.json']);
  assert.equal(status, 78);
  assert.match(stderr, /cannot add 2\.json to the run in \S+: the series .* different labels/);
  assert.match(stderr, /--target-column instance; .*; a run with other inputs or settings takes --restart/);
});
