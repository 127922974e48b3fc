import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';

import { LIGHT, recording, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const PLAIN = ['--compare', 'none', '--actors', '1', '--out', 'out'];

const readSummary = (folder: string): RunSummary =>
  JSON.parse(readFileSync(join(folder, 'out/timing.json'), 'utf8')) as RunSummary;

/** `minutes` of one target, each with this label, and too few of them for the built-in model to leave warm-up. */
function labelledCsv(label: string, minutes = 5): string {
  const lines = ['timestamp,target,value,label'];
  for (let minute = 0; minute < minutes; minute++) {
    lines.push(`${new Date(Date.UTC(2018, 3, 30) + minute * 60_000).toISOString()},a,${minute},${label}`);
  }
  return `${lines.join('\n')}\n`;
}

describe('labels', () => {
  test('a record of several columns has the largest score', async (t) => {
    const cwd = temporaryFolder(t);
    const result = await callCli(['replay', recording('service-day.csv'), ...LIGHT, ...PLAIN], { cwd });
    assert.equal(result.status, 0, result.stderr);
    const rows = readFileSync(join(cwd, 'out/results.jsonl'), 'utf8').trimEnd().split('\n');
    const records = new Map<string, { score: number; flagged: boolean; label: number }>();
    for (const line of rows) {
      const row = JSON.parse(line) as {
        minute: string;
        score: number | null;
        anomaly: boolean;
        label: number;
      };
      if (row.score === null) continue;
      const before = records.get(row.minute) ?? { score: -1, flagged: false, label: row.label };
      const score = Math.max(before.score, row.score);
      records.set(row.minute, { score, flagged: before.flagged || row.anomaly, label: row.label });
    }
    const all = [...records.values()];
    const { overall } = readSummary(cwd).labels ?? {};
    assert.equal(overall?.records, all.length);
    assert.equal(overall.positives, all.filter(({ label }) => label === 1).length);
    assert.equal(overall.flagged, all.filter(({ flagged }) => flagged).length);
    const hits = all.filter(({ flagged, label }) => flagged && label === 1).length;
    assert.equal(overall.recall, hits / overall.positives);
    assert.ok(overall.positives > 0 && hits > 0);
  });

  test('results edited by another program end the run with 74, naming the line', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'a.csv'), labelledCsv('0', 70));
    assert.equal((await callCli(['replay', 'a.csv', ...LIGHT, ...PLAIN], { cwd })).status, 0);
    const results = join(cwd, 'out/results.jsonl');
    const lines = (): string[] => readFileSync(results, 'utf8').split('\n');
    const own = lines()[1] ?? '';
    const write = (second: string): void => writeFileSync(results, lines().with(1, second).join('\n'));
    writeFileSync(join(cwd, 'a.csv'), labelledCsv('0', 71));
    for (const spoiled of ['x', 'null', '{"target":"a"}']) {
      write(spoiled.padEnd(own.length));
      const { status, stderr } = await callCli(['replay', 'a.csv', ...LIGHT, ...PLAIN], { cwd });
      assert.equal(status, 74, stderr);
      assert.match(stderr, /^error: out\/results\.jsonl:2 is not a line of results: .*\n {2}.*--restart$/m);
    }
    write(own);
    const { status, stderr } = await callCli(['replay', 'a.csv', ...LIGHT, ...PLAIN], { cwd });
    assert.equal(status, 0, stderr);
    assert.equal(readSummary(cwd).labels?.counts.scored, 12);
  });

  test('labels other than 0 and 1 are ignored with a notice', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'a.csv'), labelledCsv('broken'));
    const result = await callCli(['replay', 'a.csv', ...LIGHT, ...PLAIN], { cwd });
    assert.equal(result.status, 0, result.stderr);
    assert.match(
      result.stderr,
      /warning: 5 records have labels that are neither 0 nor 1, the first "broken"/,
    );
    assert.equal(readSummary(cwd).labels?.counts.unusable, 5);
  });
});

describe('--fail-if', () => {
  test('a met condition exits with 99, after the report', async (t) => {
    const cwd = temporaryFolder(t);
    const gates = ['--fail-if', 'late>0', '--fail-if', 'items<1000'];
    const slice = [recording('real-day.csv'), '--to', '2018-04-30T02:00:00Z'];
    const result = await callCli(['replay', ...slice, ...LIGHT, ...PLAIN, ...gates], { cwd });
    assert.equal(result.status, 99, result.stderr);
    assert.match(
      result.stdout,
      /^--fail-if late>0: passed, it was 0\n--fail-if items<1000: FAILED, it was 10$/m,
    );
    assert.match(result.stderr, /warning: --fail-if items<1000: FAILED, it was 10/);
    assert.doesNotMatch(result.stderr, /late>0/);
    const summary = readSummary(cwd);
    assert.deepEqual(
      summary.gates.map(({ condition, value, outcome }) => [condition, value, outcome]),
      [
        ['late>0', 0, 'not met'],
        ['items<1000', 10, 'met'],
      ],
    );
    assert.ok(existsSync(join(cwd, 'out/results.jsonl')));
  });

  test('conditions that are not met leave the exit status unchanged; the configuration file can hold several', async (t) => {
    const cwd = temporaryFolder(t);
    const gates = ['p99>1h', 'average-precision<1%', 'recall<.5'];
    writeFileSync(join(cwd, 'aiops-serve.config.json'), JSON.stringify({ 'fail-if': gates }));
    writeFileSync(join(cwd, 'a.csv'), `${labelledCsv('0', 70)}2018-04-30T01:10:00Z,a,1000,1\n`);
    const result = await callCli(['replay', 'a.csv', ...LIGHT, ...PLAIN], { cwd });
    assert.equal(result.status, 0, result.stderr);
    assert.deepEqual(
      readSummary(cwd).gates.map(({ condition, outcome }) => [condition, outcome]),
      gates.map((condition) => [condition, 'not met']),
    );
  });

  test('a metric without a value fails, also with results on standard output', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'a.csv'), labelledCsv('0'));
    const flags = [...LIGHT, '--compare', 'none', '--actors', '1', '--out', '-', '--quiet'];
    const gates = ['--fail-if', 'precision<1%', '--fail-if', 'p99>1h'];
    const result = await callCli(['replay', 'a.csv', ...flags, ...gates], { cwd });
    assert.equal(result.status, 99, result.stderr);
    assert.match(result.stderr, /--fail-if precision<1%: FAILED, it has no value in this run/);
    assert.match(result.stderr, /--fail-if p99>1h: FAILED, it has no value in this run/);
    assert.equal(result.stdout.trimEnd().split('\n').length, 5);
  });

  test('a metric that is unknown or cannot have a value is refused before anything starts', async (t) => {
    const cwd = temporaryFolder(t);
    const day = recording('real-day.csv');
    writeFileSync(join(cwd, 'plain.csv'), 'timestamp,target,value\n2018-04-30T00:00:00Z,a,1\n');
    const cases: readonly [flags: readonly string[], told: RegExp][] = [
      [[day, '--fail-if', 'p98>5s'], /There is no metric "p98"; there are p50, p90/],
      [[day, '--fail-if', 'p99>5'], /needs a unit/],
      [[day, '--fail-if', 'p99=5s'], /no operator "="/],
      [[day, '--compare', 'none', '--fail-if', 'speedup<2'], /nothing is compared/],
      [['plain.csv', '--fail-if', 'f1<50%'], /the recording has no labels/],
    ];
    for (const [flags, told] of cases) {
      const result = await callCli(['replay', ...flags], { cwd });
      assert.equal(result.status, 64, result.stderr);
      assert.match(result.stderr, told);
      assert.doesNotMatch(result.stderr, /started on/);
    }
  });
});
