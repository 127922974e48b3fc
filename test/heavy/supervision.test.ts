import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { runCli, temporaryFolder, type Finished } from '../support/cli.js';
import {
  ANALYZER,
  CRASH_FLAGS,
  CRASHING,
  errorsIn,
  recordingCsv,
  valuesCsv,
} from '../support/crashing-analyzers.js';

test('a row that crashes actors gives the same results for any --actors, --block, --inflight and --mode', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), ANALYZER);
  writeFileSync(join(cwd, 'data.csv'), recordingCsv(-1));
  const replay = (out: string, ...flags: string[]): Promise<Finished> =>
    runCli(['replay', 'data.csv', '--analyzer', 'mine.mjs', '--out', out, ...flags], { cwd });
  // Each with the most actors that it may lose: one for each chunk under way, at least two, then one to find the item,
  // in a block of several minutes also one to find the minute.
  const ways = [
    [3, '--actors', '1', '--block', '1', '--inflight', '1', '--compare', 'none'],
    [4, '--actors', '2', '--block', '5', '--compare', 'none'],
    [4, '--actors', '2', '--block', '1000', '--compare', 'none'],
    [4, '--actors', '2', '--compare', 'none'],
    [5, '--actors', '3', '--inflight', '3', '--compare', 'none'],
    [4, '--mode', 'sequential', '--compare', 'none'],
    [3, '--actors', '2', '--compare', 'all'],
  ] as const;
  const all: string[] = [];
  for (const [i, [mostLost, ...way]] of ways.entries()) {
    const { status, stderr } = await replay(`out-${i}`, ...way);
    assert.equal(status, 3, stderr);
    assert.match(stderr, /exited with status 0 while answering .*; starting a replacement/);
    assert.match(stderr, /c, column cpu: its item of 2024-01-01T00:12:00Z /);
    assert.ok(stderr.split('starting a replacement').length - 1 <= mostLost, stderr);
    all.push(readFileSync(join(cwd, `out-${i}`, 'results.jsonl'), 'utf8'));
  }
  for (const results of all) assert.equal(results, all[0]);
  assert.deepEqual(errorsIn(all[0]!), [
    '12 c cpu actor_lost',
    ...['13', '14', '15'].map((minute) => `${minute} c cpu quarantined`),
  ]);
});

test('an analyzer that crashes on every item ends the run at the same minute, in every mode, also when resumed', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), CRASHING);
  writeFileSync(join(cwd, 'data.csv'), valuesCsv(60, { a: 1, b: 1, c: 1, d: 1 }));
  const replay = async (out: string, ...flags: string[]): Promise<string> => {
    const { status, stderr } = await runCli([...CRASH_FLAGS, '--out', out, ...flags], { cwd });
    assert.equal(status, 69, stderr);
    assert.match(
      stderr,
      /^error: 10 items in a row crashed every actor that got them; the last time: isolation \(pid \d+\) exited with status 0 while answering 1 item of 2024-01-01T00:05:00Z$/m,
    );
    const exits = stderr.split('starting a replacement').length - 1;
    assert.ok(exits <= 35, `${exits} exits, minute by minute about 20`);
    return readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');
  };
  const results = await replay('out', '--actors', '2');
  // Four items in each of the minutes 1 and 3; the tenth is in minute 5, which is not written.
  const errors = errorsIn(results);
  assert.equal(errors.filter((row) => row.endsWith('actor_lost')).length, 8);
  assert.equal(errors.at(-1), '04 d value quarantined');
  assert.equal(await replay('out', '--actors', '2'), results, 'the same command gets no further');
  assert.equal(await replay('one', '--actors', '1', '--block', '1', '--inflight', '1'), results);
  assert.equal(await replay('three', '--block', '3'), results);
  assert.equal(await replay('sixty', '--block', '60'), results);
  assert.equal(await replay('sequential', '--mode', 'sequential'), results);
});

test('a target that crashes actors in every minute does not end a run that answers others', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), CRASHING);
  writeFileSync(join(cwd, 'data.csv'), valuesCsv(30, { a: 0, b: 1, c: 0 }));
  const { status, stderr } = await runCli([...CRASH_FLAGS, '--actors', '2', '--out', 'out'], { cwd });
  assert.equal(status, 3, stderr);
  const errors = errorsIn(readFileSync(join(cwd, 'out/results.jsonl'), 'utf8'));
  assert.equal(errors.filter((row) => row.endsWith('b value actor_lost')).length, 15);
  assert.equal(errors.length, 29);
});
