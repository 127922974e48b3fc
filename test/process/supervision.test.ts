import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import {
  ANALYZER,
  CRASH_FLAGS,
  CRASHING,
  errorsIn,
  recordingCsv,
  valuesCsv,
  WINDOW,
} from '../support/crashing-analyzers.js';

// For every --actors, --block, --inflight and --mode: test/heavy/supervision.test.ts.
test('a row that crashes actors is found, and skipped until it has left the window', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), CRASHING);
  const rows = Array.from({ length: 8 }, (_, minute) => {
    const time = new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString();
    return `${time},a,0\n${time},b,${minute === 3 ? 1 : 0}\n`;
  });
  writeFileSync(join(cwd, 'data.csv'), `timestamp,target,value\n${rows.join('')}`);
  const { status, stderr } = await callCli([...CRASH_FLAGS, '--actors', '2', '--out', 'out'], { cwd });
  assert.equal(status, 3, stderr);
  assert.deepEqual(errorsIn(readFileSync(join(cwd, 'out/results.jsonl'), 'utf8')), [
    '03 b value actor_lost',
    '04 b value quarantined',
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
    const { status, stderr } = await callCli(['replay', 'data.csv', ...flags], { cwd });
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
  const child = await callCli(['replay', 'data.csv', '--max-actor-rss', '300MiB', '--out', 'out', ...flags], {
    cwd,
  });
  assert.equal(child.status, 0, child.stderr);
  assert.match(
    child.stderr,
    /actor-1 holds \d+ MiB of memory, more than the 300 MiB allowed, and is replaced/,
  );
  assert.doesNotMatch(child.stderr, /starting a replacement/);
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
  writeFileSync(join(cwd, 'data.csv'), valuesCsv(150, Object.fromEntries<number>(targets)));
  const all: string[] = [];
  for (const block of ['1', '150', 'auto']) {
    const flags = ['--actors', '2', '--block', block, '--out', block];
    const { status, stderr } = await callCli([...CRASH_FLAGS, ...flags], { cwd });
    assert.equal(status, 0, stderr);
    assert.equal(/calls have at most \d+ items from now on/.test(stderr), block !== '1');
    assert.equal(/blocks have at most \d+ from now on/.test(stderr), block !== '1');
    all.push(readFileSync(join(cwd, block, 'results.jsonl'), 'utf8'));
  }
  for (const results of all) assert.equal(results, all[0]);
});

test('an analyzer that ends its process while it loads ends the run', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'mine.mjs'), 'export const createAnalyzer = () => process.exit(0);');
  writeFileSync(join(cwd, 'data.csv'), valuesCsv(3, { a: 0 }));
  const { status, stderr } = await callCli([...CRASH_FLAGS, '--actors', '2', '--out', 'out'], { cwd });
  assert.equal(status, 69, stderr);
  assert.match(stderr, /^error: actor-\d was lost 4 times .* exited with status 0 while loading the model/m);
});
