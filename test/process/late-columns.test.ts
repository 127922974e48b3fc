import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
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

test('a run ends with 65 if no column of --columns has a value in any record', async (t) => {
  const cwd = temporaryFolder(t);
  recordingWithLateColumn(cwd);
  const args = ['--columns', 'cpu', ...RUN];
  const { status, stderr } = await callCli(['replay', 'late.jsonl', '--out', 'out', ...args], { cwd });
  assert.equal(status, 65, stderr);
  assert.match(stderr, /no record has a value in the columns of --columns: cpu/);
});
