import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';
import type { RunStatus } from '#build/replay/resume/status-report.js';

import { runCli, temporaryFolder } from '../support/cli.js';

/** Answers an error for numbers above 100, of two kinds. */
const ANALYZER = `export function createAnalyzer() {
  const answer = ({ values: [value] }) =>
    value > 1000 ? { errno: 'huge', errmsg: value + ' is huge' }
    : value > 100 ? { errno: 'bad_mem', errmsg: value + ' is too much' }
    : { score: 0, anomaly: false, output: [] };
  return { window: 1, predict: (items) => items.map(answer) };
}
`;

/** Two targets in each minute of a range; every third value of web-1, and all of web-2 in minute 7, are refused. */
function rows(from: number, until: number): string {
  const minutes = Array.from({ length: until - from }, (_, i) => from + i);
  return minutes
    .map((minute) => {
      const time = `2024-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
      const value = minute % 3 === 2 ? 200 + minute : 1;
      return `${time},web-1,${value}\n${time},web-2,${minute === 7 ? 5000 : 1}\n`;
    })
    .join('');
}

const HEADER = 'timestamp,target,mem\n';
const FLAGS = ['--analyzer', './own.mjs', '--compare', 'none', '--actors', '2'];

describe('failed items', () => {
  test('are counted by errno over sessions, in all reports, and as slices do', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'own.mjs'), ANALYZER);
    const input = join(cwd, 'data.csv');
    writeFileSync(input, HEADER + rows(0, 20));
    const replay = ['replay', 'data.csv', ...FLAGS, '--interval', '1m', '--out', 'out'];
    assert.equal((await runCli(replay, { cwd })).status, 3);
    appendFileSync(input, rows(20, 40));
    const second = await runCli(replay, { cwd });
    assert.equal(second.status, 3);
    assert.match(second.stderr, /resum/);

    const { errors, counts } = summaryOf(cwd, 'out');
    const results = readFileSync(join(cwd, 'out/results.jsonl'), 'utf8').trimEnd().split('\n');
    const errnos = results.map((line) => (JSON.parse(line) as { errno: string | null }).errno);
    const counted = (errno: string): number => errnos.filter((one) => one === errno).length;
    const first = (target: string, minute: string, message: string): object => ({
      ...{ target, column: 'mem', minute: `2024-01-01T00:${minute}:00Z`, message },
    });
    assert.deepEqual(errors, {
      listed: [
        { errno: 'bad_mem', count: counted('bad_mem'), example: first('web-1', '02', '202 is too much') },
        { errno: 'huge', count: 1, example: first('web-2', '07', '5000 is huge') },
      ],
      others: 0,
    });
    assert.equal(counts.error, counted('bad_mem') + 1);
    assert.match(second.stdout, /^bad_mem +13 +web-1, mem, 2024-01-01T00:02:00Z: 202 is too much$/m);
    assert.match(
      readFileSync(join(cwd, 'out/report.html'), 'utf8'),
      /Failed items[^]*bad_mem[^]*202 is too much/,
    );

    const status = await runCli(['status', 'out', '--json'], { cwd });
    assert.deepEqual((JSON.parse(status.stdout) as RunStatus).progress?.errors, errors);
    assert.match(
      (await runCli(['status', 'out'], { cwd })).stdout,
      /^failed +13 bad_mem, the first at web-1, mem, 2024-01-01T00:02:00Z: 202 is too much\n +1 huge/m,
    );

    const sliced = ['replay', 'data.csv', ...FLAGS, '--interval', '1m', '--out', 'sliced'];
    const merged = await runCli([...sliced, '--engine', 'local', '--slices', '3', '--quiet'], { cwd });
    assert.equal(merged.status, 3, merged.stderr);
    assert.match(
      merged.stderr,
      /^warning: 13 items failed: bad_mem, the first at web-1, mem, .*; .*--restart/m,
    );
    assert.deepEqual(summaryOf(cwd, 'sliced').errors, errors);
  });
});

function summaryOf(cwd: string, out: string): RunSummary {
  return JSON.parse(readFileSync(join(cwd, out, 'timing.json'), 'utf8')) as RunSummary;
}
