import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { runCli, temporaryFolder, type Finished } from '../support/cli.js';

const MINUTES = 30;
const BAD_MINUTE = 12;
const WINDOW = 4;

/** Answers with the mean of the window; a value of -1 in it ends the process, one of -2 is beyond it. */
const ANALYZER = `
  const held = [];
  export function createAnalyzer({ params }) {
    return {
      window: ${WINDOW},
      predict: async (items) => {
        if (params.grow) {
          held.push(Buffer.alloc(100_000_000, 1));
          await new Promise((resolve) => setTimeout(resolve, 1100)); // memory is measured once a second
        }
        return items.map(({ values, target }) => {
          if (values.includes(-1)) process.exit(0);
          if (values.includes(-2)) throw new Error('no idea about ' + target);
          return { score: values.reduce((a, b) => a + b) / values.length, anomaly: false, output: [] };
        });
      },
    };
  }`;

/** Six targets, one of which turns up every third minute only, so that others move from actor to actor. */
function recordingCsv(badValue: number): string {
  const lines = ['timestamp,target,cpu,mem'];
  for (let minute = 0; minute < MINUTES; minute++) {
    const time = new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString();
    for (const target of ['a', 'b', 'c', 'd', 'e', 'f']) {
      if (target === 'a' && minute % 3 !== 0) continue;
      const cpu = target === 'c' && minute === BAD_MINUTE ? badValue : minute + 1;
      lines.push(`${time},${target},${cpu},${10 * minute}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

interface Row {
  readonly minute: string;
  readonly target: string;
  readonly column: string;
  readonly status: string;
  readonly errno: string | null;
}

const errorsIn = (results: string): string[] =>
  results
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
    .filter(({ status }) => status === 'error')
    .map(({ minute, target, column, errno }) => `${minute.slice(14, 16)} ${target} ${column} ${errno}`);

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
    assert.match(stderr, /c, column cpu: its item of 2024-01-01T00:12:00\.000Z /);
    assert.ok(stderr.split('starting a replacement').length - 1 <= mostLost, stderr);
    all.push(readFileSync(join(cwd, `out-${i}`, 'results.jsonl'), 'utf8'));
  }
  for (const results of all) assert.equal(results, all[0]);
  assert.deepEqual(errorsIn(all[0]!), [
    '12 c cpu actor_lost',
    ...['13', '14', '15'].map((minute) => `${minute} c cpu quarantined`),
  ]);
});

test('a row that an analyzer throws at is an error row, in every mode', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), ANALYZER);
  writeFileSync(join(cwd, 'data.csv'), recordingCsv(-2));
  const all: string[] = [];
  for (const way of [
    ['--mode', 'sequential'],
    ['--actors', '2'],
    ['--block', '1'],
    ['--block', '7'],
  ]) {
    const flags = ['--analyzer', 'mine.mjs', '--out', way[1]!, '--compare', 'none', ...way];
    const { status, stderr } = await runCli(['replay', 'data.csv', ...flags], { cwd });
    assert.equal(status, 3, stderr);
    assert.doesNotMatch(stderr, /starting a replacement/);
    all.push(readFileSync(join(cwd, way[1]!, 'results.jsonl'), 'utf8'));
  }
  for (const results of all) assert.equal(results, all[0]);
  assert.deepEqual(
    errorsIn(all[0]!),
    ['12', '13', '14', '15'].map((minute) => `${minute} c cpu analyzer_failed`),
  );
  assert.match(all[0]!, /no idea about c/);
});

test('an actor that outgrows --max-actor-rss is replaced without losing an answer', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), ANALYZER);
  const lines = Array.from({ length: WINDOW + 4 }, (_, i) => {
    return `${new Date(Date.UTC(2024, 0, 1, 0, i)).toISOString()},a,${i}`;
  });
  writeFileSync(join(cwd, 'data.csv'), `timestamp,target,cpu\n${lines.join('\n')}\n`);
  const flags = ['--analyzer', 'mine.mjs', '--param', 'grow=1', '--actors', '1', '--compare', 'none'];
  const child = await runCli(['replay', 'data.csv', '--max-actor-rss', '300MiB', '--out', 'out', ...flags], {
    cwd,
  });
  assert.equal(child.status, 0, child.stderr);
  assert.match(
    child.stderr,
    /actor-1 holds \d+ MiB of memory, more than the 300 MiB allowed, and is replaced/,
  );
  assert.doesNotMatch(child.stderr, /starting a replacement/);
});

/** Rows of these targets, minute after minute; the value says how the analyzer below fares. */
function valuesCsv(minutes: number, values: Readonly<Record<string, number>>): string {
  const lines = Array.from({ length: minutes }, (_, minute) => {
    const time = new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString();
    return Object.entries(values).map(([target, value]) => `${time},${target},${value}`);
  });
  return `timestamp,target,value\n${lines.flat().join('\n')}\n`;
}

/** A value of 1 ends the process. */
const CRASHING = `
  export const createAnalyzer = () => ({
    window: 2,
    predict: (items) => items.map(({ values }) => {
      if (values.includes(1)) process.exit(0);
      return { score: 0, anomaly: false, output: [] };
    }),
  });`;

const CRASH_FLAGS = ['replay', 'data.csv', '--analyzer', 'mine.mjs', '--compare', 'none'];

test('an analyzer that crashes on every item ends the run at the same minute, in every mode, also when resumed', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), CRASHING);
  writeFileSync(join(cwd, 'data.csv'), valuesCsv(60, { a: 1, b: 1, c: 1, d: 1 }));
  const replay = async (out: string, ...flags: string[]): Promise<string> => {
    const { status, stderr } = await runCli([...CRASH_FLAGS, '--out', out, ...flags], { cwd });
    assert.equal(status, 69, stderr);
    assert.match(
      stderr,
      /^error: 10 items in a row crashed every actor that got them; the last time: isolation \(pid \d+\) exited with status 0 while answering 1 items of 2024-01-01T00:05:00\.000Z$/m,
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

test('an analyzer that dies on large calls gets smaller ones: the same results for any --block', async (t) => {
  const cwd = temporaryFolder(t);
  const analyzer = `export const createAnalyzer = () => ({
    window: 2,
    predict: (items) => {
      if (items.length > 30) process.exit(1);
      return items.map(({ values }) => ({ score: values[1], anomaly: false, output: [] }));
    },
  });`;
  writeFileSync(join(cwd, 'mine.mjs'), analyzer);
  const targets = Array.from({ length: 20 }, (_, i) => [`target-${i}`, i] as const);
  writeFileSync(join(cwd, 'data.csv'), valuesCsv(400, Object.fromEntries<number>(targets)));
  const all: string[] = [];
  for (const block of ['1', '400', 'auto']) {
    const flags = ['--actors', '2', '--block', block, '--out', block];
    const { status, stderr } = await runCli([...CRASH_FLAGS, ...flags], { cwd });
    assert.equal(status, 0, stderr);
    assert.equal(/calls have at most \d+ items from now on/.test(stderr), block !== '1');
    assert.equal(/blocks have at most \d+ from now on/.test(stderr), block !== '1');
    all.push(readFileSync(join(cwd, block, 'results.jsonl'), 'utf8'));
  }
  for (const results of all) assert.equal(results, all[0]);
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

test('an analyzer that ends its process while it loads ends the run', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), 'export const createAnalyzer = () => process.exit(0);');
  writeFileSync(join(cwd, 'data.csv'), valuesCsv(3, { a: 0 }));
  const { status, stderr } = await runCli([...CRASH_FLAGS, '--actors', '2', '--out', 'out'], { cwd });
  assert.equal(status, 69, stderr);
  assert.match(stderr, /^error: actor-\d was lost 4 times .* exited with status 0 while loading the model/m);
});
