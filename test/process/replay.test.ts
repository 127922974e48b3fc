import assert from 'node:assert/strict';
import { createReadStream, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { parse } from 'csv-parse/sync';

import { finished, LIGHT, recording, runCli, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { testSameBytes } from '../support/real-day.js';
import { jsonLines, readSummary } from '../support/run-files.js';

interface Row {
  readonly minute: string;
  readonly target: string;
  readonly column: string;
  readonly status: string;
  readonly anomaly: boolean | null;
  readonly label: number;
}

/** Rows of `targets` × `minutes`, one column, a sine a target. */
function rowsCsv(targets: number, minutes: number): string {
  const lines = ['timestamp,target,value'];
  for (let minute = 0; minute < minutes; minute++) {
    const time = new Date(Date.UTC(2018, 3, 30) + minute * 60_000).toISOString();
    for (let target = 0; target < targets; target++) {
      lines.push(`${time},t${String(target).padStart(4, '0')},${100 + Math.sin(minute / 9 + target)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The backend that every machine has; formats.test.ts holds native TensorFlow to the same. */
const WASM = ['--backend', 'wasm'];

// The whole day, with more actors: test/heavy/real-day.test.ts.
testSameBytes(75);

describe('two hours of a real day', () => {
  test('the report compares three ways to serve, with identical answers', async (t) => {
    const cwd = temporaryFolder(t);
    const input = [recording('real-day.csv'), '--to', '2018-04-30T02:00:00Z'];
    const flags = ['--actors', '2', '--compare-time', '100ms', ...WASM];
    const result = await runCli(['replay', ...input, ...flags], { cwd });
    assert.equal(result.status, 0, result.stderr);
    assert.match(result.stdout, /sequential, per item .* × (as fast|slower) .* identical/);
    assert.match(result.stdout, /sequential, batched .* × (as fast|slower) .* identical/);
    assert.match(result.stdout, /parallel, 2 actors .* identical/);
    assert.match(result.stdout, /efficiency .* headroom/s);
    assert.deepEqual(readdirSync(join(cwd, 'real-day.csv.aiops')), [
      'journal.jsonl',
      'rejects.jsonl',
      'report.html',
      'results.jsonl',
      'timing.json',
      'timing.jsonl',
    ]);
  });
});

describe('minutes are split into chunks', () => {
  const ONE_BY_ONE = [...LIGHT, '--block', '1', '--compare', 'none'];

  test('500 targets on 3 actors: chunks of 167, 167 and 166', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), rowsCsv(500, 62));
    const result = await callCli(['replay', 'data.csv', '--actors', '3', ...ONE_BY_ONE], { cwd });
    assert.equal(result.status, 0, result.stderr);
    const timings = jsonLines<{ items: number; chunks: { items: number }[] }>(
      join(cwd, 'data.csv.aiops/timing.jsonl'),
    );
    assert.equal(timings.length, 62);
    for (const [minute, { items, chunks }] of timings.entries()) {
      assert.equal(items, minute < 59 ? 0 : 500);
      assert.deepEqual(
        chunks.map((chunk) => chunk.items),
        minute < 59 ? [0, 0, 0] : [167, 167, 166],
      );
    }
  });

  test('2 targets on 8 actors: 2 busy actors and no error', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), rowsCsv(2, 61));
    const result = await callCli(['replay', 'data.csv', '--actors', '8', ...ONE_BY_ONE], { cwd });
    assert.equal(result.status, 0, result.stderr);
    const timings = jsonLines<{ chunks: { actor: number }[] }>(join(cwd, 'data.csv.aiops/timing.jsonl'));
    assert.deepEqual(
      timings.at(-1)?.chunks.map((chunk) => chunk.actor),
      [0, 1],
    );
  });
});

test('2 targets on 4 actors: a block is cut along its minutes', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), rowsCsv(2, 69));
  const flags = [...LIGHT, '--actors', '4', '--block', '10', '--compare', 'none'];
  const result = await callCli(['replay', 'data.csv', ...flags], { cwd });
  assert.equal(result.status, 0, result.stderr);
  const timings = jsonLines<{ chunks: { items: number }[] }>(join(cwd, 'data.csv.aiops/timing.jsonl'));
  assert.deepEqual(
    timings.at(-2)?.chunks.map((chunk) => chunk.items), // the last minute, which the end closed, is by itself
    [4, 4, 4, 4],
  );
});

describe('inputs and outputs', () => {
  test('one file per host replays as one recording', async (t) => {
    const cwd = temporaryFolder(t);
    const hosts = ['host-a', 'host-b', 'host-c'];
    const inputs = hosts.map((host) => recording(`three-hosts/${host}.csv`));
    const result = await callCli(
      ['replay', ...inputs, ...LIGHT, '--compare', 'none', '--actors', '1', '--out', 'out'],
      {
        cwd,
      },
    );
    assert.equal(result.status, 0, result.stderr);
    const rows = jsonLines<Row>(join(cwd, 'out/results.jsonl'));
    assert.deepEqual(
      rows.slice(0, 3).map((row) => row.target),
      hosts,
    );
    const minutes = rows.map((row) => row.minute);
    assert.deepEqual(minutes, minutes.toSorted());
    assert.equal(rows.length, 3 * 180);
  });

  test('rejects are kept with their own text, and the exit status is 3', async (t) => {
    const cwd = temporaryFolder(t);
    const csv = rowsCsv(1, 65).split('\n');
    csv.splice(3, 0, '2018-04-30T00:02:00Z,t0000,high');
    csv.splice(10, 0, csv[9] ?? '');
    writeFileSync(join(cwd, 'data.csv'), csv.join('\n'));
    const flags = [...LIGHT, '--actors', '1', '--compare', 'none'];
    const result = await callCli(['replay', 'data.csv', ...flags], { cwd });
    assert.equal(result.status, 3, result.stderr);
    const rejects = jsonLines<Record<string, unknown>>(join(cwd, 'data.csv.aiops/rejects.jsonl'));
    assert.deepEqual(
      rejects.map(({ file, line, reason, raw }) => ({ file, line, reason, raw })),
      [
        { file: 'data.csv', line: 4, reason: 'bad_value', raw: '2018-04-30T00:02:00Z,t0000,high' },
        { file: 'data.csv', line: 11, reason: 'duplicate', raw: csv[10] },
      ],
    );
    assert.equal((await callCli(['replay', 'data.csv', ...flags, '--max-rejects', '2'], { cwd })).status, 0);
    const limited = await callCli(
      ['replay', 'data.csv', ...flags, '--max-rejects', '1', '--out', 'limited'],
      {
        cwd,
      },
    );
    assert.equal(limited.status, 65);
    assert.match(limited.stderr, /--max-rejects 1/);
    const merged = await callCli(
      ['replay', 'data.csv', ...flags, '--duplicates', 'last', '--max-rejects', '1', '--out', 'merged'],
      { cwd },
    );
    assert.equal(merged.status, 0, merged.stderr);
  });

  test('standard input to standard output, gzipped, as CSV', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv.gz'), gzipSync(rowsCsv(3, 62)));
    const csv = ['--out', '-', '--results-format', 'csv', '--quiet'];
    const flags = [...LIGHT, ...csv, '--compare', 'none', '--actors', '1'];
    const child = startCli(['replay', '-', ...flags], { cwd });
    createReadStream(join(cwd, 'data.csv.gz')).pipe(child.stdin ?? assert.fail('no standard input'));
    const result = await finished(child);
    assert.equal(result.status, 0, result.stderr);
    assert.equal(result.stderr, '');
    const rows = parse<Record<string, string>>(result.stdout, { columns: true });
    assert.equal(rows.length, 3 * 62);
    assert.deepEqual(readdirSync(cwd), ['data.csv.gz'], 'no other file');
  });

  test('a flag takes precedence over the environment, which does over the configuration file', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), rowsCsv(1, 61));
    const settings = {
      actors: 3,
      compare: 'none',
      'results-format': 'csv',
      out: 'by-file',
      targets: ['t0000'],
    };
    writeFileSync(join(cwd, 'aiops-serve.config.json'), JSON.stringify(settings));
    const env = { AIOPS_SERVE_OUT: 'by-environment', AIOPS_SERVE_ACTORS: '2' };
    const result = await callCli(['replay', 'data.csv', ...LIGHT, '--actors', '1'], { cwd, env });
    assert.equal(result.status, 0, result.stderr);
    assert.ok(existsSync(join(cwd, 'by-environment/results.csv')));
    assert.equal(readSummary(join(cwd, 'by-environment')).execution.actors, 1);
  });

  test('a switch in the environment can be false; an unknown variable causes a warning', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), rowsCsv(1, 61));
    const flags = ['replay', 'data.csv', ...LIGHT, '--compare', 'none', '--actors', '1'];
    const env = { AIOPS_SERVE_QUIET: 'false', AIOPS_SERVE_ACTOR: '2' };
    const told = await callCli(flags, { cwd, env });
    assert.equal(told.status, 0, told.stderr);
    assert.match(told.stdout, /^records/m);
    assert.match(told.stderr, /warning: AIOPS_SERVE_ACTOR /);
    const refused = await callCli(flags, { cwd, env: { AIOPS_SERVE_QUIET: 'perhaps' } });
    assert.equal(refused.status, 78);
    assert.match(refused.stderr, /AIOPS_SERVE_QUIET='perhaps' is invalid/);
  });

  test('rejects that are not kept cause a warning', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'data.csv'), `${rowsCsv(1, 61)}2018-05-01,t0000,high\n`);
    const flags = ['replay', 'data.csv', ...LIGHT, '--compare', 'none', '--actors', '1'];
    const piped = await callCli([...flags, '--out', '-'], { cwd });
    assert.equal(piped.status, 3);
    assert.match(piped.stderr, /1 rejected record not kept: --rejects FILE/);
    const kept = await callCli([...flags, '--out', '-', '--rejects', 'rejects.jsonl'], { cwd });
    assert.doesNotMatch(kept.stderr, /not kept/);
    assert.equal(jsonLines(join(cwd, 'rejects.jsonl')).length, 1);
  });

  test('a value nested beyond what can be shown is a reject like any other', async (t) => {
    const cwd = temporaryFolder(t);
    const deep = `{"time":"2018-04-30T00:00:00Z","v":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    writeFileSync(join(cwd, 'data.jsonl'), `{"time":"2018-04-30T00:00:00Z","v":1}\n${deep}\n`);
    const result = await callCli(['replay', 'data.jsonl', ...LIGHT, '--compare', 'none', '--actors', '1'], {
      cwd,
    });
    assert.equal(result.status, 3, result.stderr);
    assert.equal(
      jsonLines<{ reason: string }>(join(cwd, 'data.jsonl.aiops/rejects.jsonl'))[0]?.reason,
      'bad_value',
    );
  });
});

test('warnings at the end are in timing.json and on the page too', async (t) => {
  const cwd = temporaryFolder(t);
  const flags = ['--format', 'csv', ...WASM, '--actors', '1', '--compare', 'none', '--out', 'out'];
  const { status, stderr } = await callCli(['replay', '-', ...flags], { cwd, input: rowsCsv(1, 3) });
  assert.equal(status, 0, stderr);
  const warned = /every row was warm-up: the model needs 60 intervals of a target/;
  assert.match(stderr, warned);
  const told = readSummary(join(cwd, 'out')).notices.filter(({ text }) => warned.test(text));
  assert.deepEqual(
    told.map(({ level }) => level),
    ['warning'],
  );
  assert.match(readFileSync(join(cwd, 'out/report.html'), 'utf8'), warned);
});
