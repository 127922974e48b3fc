import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';

import { type Finished, LIGHT, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

/* A complete run is not done again: what the same command asks with other flags is judged by what it left. */

function csv(minutes: number): string {
  const rows = Array.from({ length: minutes }, (_, i) => `${new Date(i * 60_000).toISOString()},a,${i}\n`);
  return `timestamp,target,value\n${rows.join('')}`;
}

/** Content of every file of a folder. */
function sumsOf(folder: string): Readonly<Record<string, string>> {
  const sum = (name: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
  return Object.fromEntries(readdirSync(folder).map((name) => [name, sum(name)]));
}

test('a complete run is judged by another deadline without changing its files', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), csv(65));
  const args = [
    'replay',
    'data.csv',
    '--out',
    'out',
    '--actors',
    '1',
    '--compare',
    'none',
    '--block',
    '1',
    ...LIGHT,
  ];
  const replay = (...flags: string[]): Promise<Finished> => callCli([...args, ...flags], { cwd });
  assert.equal((await replay()).status, 0);
  const before = sumsOf(join(cwd, 'out'));

  const tight = ['--deadline', '0.001ms'];
  const gated = await replay(
    ...tight,
    '--fail-if',
    'late>0',
    '--fail-if',
    'headroom<1',
    '--fail-if',
    'capacity<1',
  );
  assert.equal(gated.status, 99, gated.stderr);
  for (const told of [/late>0: FAILED, it was 6/, /headroom<1: FAILED/, /capacity<1: FAILED, it was 0/])
    assert.match(gated.stderr, told);
  assert.match(gated.stdout, /^A minute does not fit: /m);
  assert.match(gated.stderr, /deadline of .+; timing\.json and report\.html keep that of 60 s$/m);

  const { deadlineMs, minutes } = JSON.parse((await replay(...tight, '--json')).stdout) as RunSummary;
  assert.equal(deadlineMs, 0.001);
  assert.equal(minutes?.late, minutes?.served);
  const again = JSON.parse((await replay('--json')).stdout) as RunSummary;
  assert.deepEqual(again, JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')));
  assert.deepEqual(sumsOf(join(cwd, 'out')), before);

  const timings = join(cwd, 'out/timing.jsonl');
  writeFileSync(timings, readFileSync(timings, 'utf8').replace('{', '['));
  const spoiled = await replay(...tight);
  assert.equal(spoiled.status, 74, spoiled.stderr);
  assert.match(spoiled.stderr, /timing\.jsonl:\d+ /);
});

test('gates on figures that a complete run did not measure fail', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), csv(65));
  const args = ['replay', 'data.csv', '--out', 'out', '--actors', '1', ...LIGHT];
  const replay = (...flags: string[]): Promise<Finished> => callCli([...args, ...flags], { cwd });
  assert.equal((await replay('--compare', 'none')).status, 0);

  const compared = await replay('--compare', 'all', '--fail-if', 'speedup<0.000001');
  assert.equal(compared.status, 99, compared.stderr);
  assert.match(compared.stderr, /speedup<0\.000001: FAILED, it has no value/);

  const alone = await replay('--fail-if', 'p99>1h');
  assert.equal(alone.status, 99, 'its minutes were served in blocks');
  assert.match(alone.stderr, /p99>1h: FAILED, it has no value/);

  const paced = await replay('--pace', '1000x', '--fail-if', 'response-max>1h', '--fail-if', 'late>1000');
  assert.equal(paced.status, 99, paced.stderr);
  assert.match(paced.stderr, /has no effect: --pace 1000x \(it had max\);/);
  for (const metric of ['response-max>1h', 'late>1000'])
    assert.match(paced.stderr, new RegExp(`${metric}: FAILED, it has no value`));
});

test('a warning names settings that a complete run was served with and the command changes', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), csv(65));
  const replay = (...flags: string[]): Promise<Finished> =>
    callCli(['replay', 'data.csv', '--out', 'out', '--compare', 'none', ...LIGHT, ...flags], { cwd });
  assert.equal((await replay('--actors', '1')).status, 0);
  assert.match((await replay('--actors', '3')).stderr, /no effect: --actors 3 \(it had 1\);/);
  assert.match(
    (await replay('--mode', 'sequential')).stderr,
    /no effect: --mode sequential \(it had parallel\);/,
  );
  assert.doesNotMatch((await replay('--actors', '1', '--fail-if', 'elapsed>1h')).stderr, /no effect/);
  assert.equal((await replay('--mode', 'sequential', '--restart')).status, 0);
  assert.doesNotMatch((await replay()).stderr, /no effect/, 'only a default differs');
  const judged = await replay('--fail-if', 'elapsed>1h');
  assert.equal(judged.status, 0, judged.stderr);
  assert.match(judged.stderr, /no effect: --mode parallel \(it had sequential\);/);
});

test('a warning lists outputs that the command asks for and a complete run lacks', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), csv(70));
  const replay = (...flags: string[]): Promise<Finished> =>
    callCli(['replay', 'data.csv', '--out', 'out', '--actors', '1', ...LIGHT, ...flags], { cwd });
  assert.equal((await replay('--compare', 'none')).status, 0);
  const both = await replay('--compare', 'all', '--trace');
  assert.equal(both.status, 0, both.stderr);
  assert.match(both.stderr, /^warning: .*: --trace \(it had none\), --compare all \(it had none\);/m);
  assert.doesNotMatch((await replay()).stderr, /no effect/, 'no comparison was asked for');
  assert.equal((await replay('--compare', 'all', '--trace', '--restart')).status, 0);
  assert.doesNotMatch((await replay('--compare', 'all', '--trace')).stderr, /no effect/, 'it is there');
  writeFileSync(join(cwd, 'data.csv'), csv(3));
  assert.equal((await replay('--compare', 'sample', '--restart')).status, 0);
  const warmup = await replay('--compare', 'sample');
  assert.match(warmup.stderr, /is complete/);
  assert.doesNotMatch(warmup.stderr, /no effect/, 'there was nothing to compare');
});
