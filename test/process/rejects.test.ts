import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';
import type { RunStatus } from '#build/replay/resume/status-report.js';

import { LIGHT, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const FLAGS = [...LIGHT, '--compare', 'none', '--actors', '1'];

/** A record per minute of one hour of the day. */
function hour(of: number, each: (minute: number) => string): string {
  const minutes = Array.from({ length: 60 }, (_, minute) => minute);
  return minutes
    .map((minute) => `2024-01-01T0${of}:${String(minute).padStart(2, '0')}:00Z,a,${each(minute)}\n`)
    .join('');
}

/** Hourly at first, then minutely, with a word among the numbers. */
const MIXED = `timestamp,target,cpu\n2024-01-01T00:00:00Z,a,1\n2024-01-01T01:00:00Z,a,2\n2024-01-01T02:00:00Z,a,3\n${hour(3, (minute) => (minute === 7 ? 'broken' : '4'))}`;

describe('rejects by reason', () => {
  test('a run ends with counts, an example and the remedy of each; sessions add up, and status shows them', async (t) => {
    const cwd = temporaryFolder(t);
    const input = join(cwd, 'mixed.csv');
    writeFileSync(input, MIXED);
    const run = ['replay', 'mixed.csv', ...FLAGS, '--interval', '1h', '--out', 'out'];
    const first = await callCli(run, { cwd });
    assert.equal(first.status, 3, first.stderr);
    assert.match(
      first.stdout,
      /^duplicate +58 +mixed\.csv:6: .+\nbad_value +1 +mixed\.csv:12: .+\nduplicate: .*--interval/m,
    );

    appendFileSync(
      input,
      hour(4, () => '5'),
    );
    const second = await callCli(run, { cwd });
    assert.match(second.stderr, /resum/);
    const { rejects, counts } = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as RunSummary;
    const kept = readFileSync(join(cwd, 'out/rejects.jsonl'), 'utf8').trimEnd().split('\n');
    const reasons = kept.map((line) => (JSON.parse(line) as { reason: string }).reason);
    for (const { reason, count } of rejects)
      assert.equal(count, reasons.filter((one) => one === reason).length);
    assert.equal(
      rejects.reduce((sum, { count }) => sum + count, 0),
      counts.rejected,
    );
    assert.deepEqual(
      rejects.map(({ count }) => count),
      [117, 1],
    );
    assert.equal(rejects[0]?.example.line, 6, 'the first of the whole run');
    const page = readFileSync(join(cwd, 'out/report.html'), 'utf8');
    for (const { remedy } of rejects) assert.ok(page.includes(remedy.slice(0, 30)));

    const status = await callCli(['status', 'out', '--json'], { cwd });
    assert.deepEqual((JSON.parse(status.stdout) as RunStatus).progress?.rejects, rejects);
    assert.match(
      (await callCli(['status', 'out'], { cwd })).stdout,
      /^rejected 117 duplicate, the first at mixed\.csv:6: /m,
    );
  });

  test('with --out - they go to standard error', async (t) => {
    const cwd = temporaryFolder(t);
    const { status, stderr } = await callCli(['replay', '-', ...FLAGS, '--interval', '1h', '--out', '-'], {
      cwd,
      input: MIXED,
    });
    assert.equal(status, 3);
    assert.match(stderr, /^duplicate +58 /m);
  });

  test('--max-rejects names the reasons and the remedy of the most frequent one', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'mixed.csv'), MIXED);
    const flags = [...FLAGS, '--interval', '1h', '--max-rejects', '10', '--out', 'out'];
    const { status, stderr } = await callCli(['replay', 'mixed.csv', ...flags], { cwd });
    assert.equal(status, 65);
    assert.match(
      stderr,
      /more than --max-rejects 10: 58 duplicate, 1 bad_value; the first duplicate is mixed\.csv:6: .*\n.*--duplicates.*--max-rejects/,
    );
  });
});
