import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const MINUTES = 1500;
/** Until it comes, the late column has no value to score. */
const DONE_WITH_ERRORS = 3;
const RUN = ['--analyzer', 'values.mjs', '--actors', '1', '--compare', 'none'];

/** Scores each value as it is. */
const ANALYZER = `export const createAnalyzer = () => ({
  window: 1,
  predict: (items) => items.map(({ values }) => ({ score: values[0], anomaly: null, output: [0] })),
});
`;

function recordingWithLateColumn(cwd: string): void {
  const rows = Array.from({ length: MINUTES }, (_, i) => {
    const timestamp = new Date(Date.UTC(2018, 3, 30) + i * 60_000).toISOString();
    return `${JSON.stringify({ timestamp, host: 'w', u: i, ...(i > 1200 ? { z: 5 } : {}) })}\n`;
  });
  writeFileSync(join(cwd, 'late.jsonl'), rows.join(''));
  writeFileSync(join(cwd, 'values.mjs'), ANALYZER);
}

const resultsOf = (cwd: string, out: string): string => readFileSync(join(cwd, out, 'results.jsonl'), 'utf8');

test('slices give the results of one run for a column that comes after the sample', async (t) => {
  const cwd = temporaryFolder(t);
  recordingWithLateColumn(cwd);
  const args = ['--columns', 'u,z', ...RUN];
  const whole = await callCli(['replay', 'late.jsonl', '--out', 'whole', ...args], { cwd });
  assert.equal(whole.status, DONE_WITH_ERRORS, whole.stderr);
  assert.match(resultsOf(cwd, 'whole'), /"score":5\b/);
  assert.match(whole.stderr, /z of --columns is not in the sample/);
  const slices = ['--engine', 'local', '--slices', '3'];
  const sliced = await callCli(['replay', 'late.jsonl', '--out', 'sliced', ...args, ...slices], { cwd });
  assert.equal(sliced.status, DONE_WITH_ERRORS, sliced.stderr);
  assert.equal(resultsOf(cwd, 'sliced'), resultsOf(cwd, 'whole'));
});

test('each session ends with 65 while no column of --columns has a value in any record', async (t) => {
  const cwd = temporaryFolder(t);
  recordingWithLateColumn(cwd);
  const replay = (): ReturnType<typeof callCli> =>
    callCli(['replay', 'late.jsonl', '--out', 'out', '--columns', 'cpu,mem', ...RUN], { cwd });
  for (const session of ['first', 'second', 'third']) {
    const { status, stderr } = await replay();
    assert.equal(status, 65, `${session}: ${stderr}`);
    assert.match(stderr, /no record has a value in the columns of --columns: cpu, mem/);
  }
  const timestamp = new Date(Date.UTC(2018, 3, 30) + MINUTES * 60_000).toISOString();
  appendFileSync(join(cwd, 'late.jsonl'), `${JSON.stringify({ timestamp, host: 'w', cpu: 7 })}\n`);
  const { status, stderr } = await replay();
  assert.equal(status, DONE_WITH_ERRORS, stderr);
  assert.match(stderr, /1 column of --columns without a value in any record: mem/);
  assert.match(resultsOf(cwd, 'out'), /"score":7\b/);
});
