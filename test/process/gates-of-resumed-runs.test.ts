import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';

import { finished, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { until } from '../support/wait.js';

const ANALYZER = `
export const createAnalyzer = () => ({
  window: 1,
  predict: (items) => items.map(({ values: [score] }) => ({ score, anomaly: false, output: [] })),
});
`;

test('gates on time and memory count the sessions before a kill', async (t) => {
  const cwd = temporaryFolder(t);
  const row = (_: unknown, minute: number): string =>
    `${new Date(minute * 60_000).toISOString()},a,${minute}\n`;
  writeFileSync(
    join(cwd, 'data.csv'),
    `timestamp,target,value\n${Array.from({ length: 100 }, row).join('')}`,
  );
  writeFileSync(join(cwd, 'echo.mjs'), ANALYZER);
  const replay = ['replay', 'data.csv', '--analyzer', 'echo.mjs', '--actors', '1', '--compare', 'none'];
  const args = [...replay, '--out', 'out', '--commit-interval', '0s'];
  // A minute every 100 ms, so the tenth is committed 900 ms after the first one at the earliest.
  const first = startCli([...args, '--pace', '600x'], { cwd });
  t.after(() => first.kill('SIGKILL'));
  const killed = finished(first);
  const journal = join(cwd, 'out/journal.jsonl');
  await until('the tenth minute', () => {
    return existsSync(journal) && readFileSync(journal, 'utf8').includes(`"minuteMs":${9 * 60_000},`);
  });
  first.kill('SIGKILL');
  assert.equal((await killed).signal, 'SIGKILL');

  const gates = ['--fail-if', 'elapsed>899ms', '--fail-if', 'utilization>100%'];
  const { status, stderr } = await callCli([...args, ...gates], { cwd });
  assert.equal(status, 99, stderr);
  assert.match(stderr, /--fail-if elapsed>899ms: FAILED, it was /);
  assert.doesNotMatch(stderr, /utilization/);
  const summary = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as RunSummary;
  assert.equal(summary.sessions.resumed, 1);
  assert.ok(summary.elapsedMs >= 899);
  const again = await callCli([...args, ...gates], { cwd });
  assert.equal(again.status, 99, 'a complete run repeats it');
});
