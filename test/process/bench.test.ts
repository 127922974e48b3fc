import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { BenchSummary } from '#build/bench/report/bench-summary.js';
import { finished, LIGHT, recording, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { until } from '../support/wait.js';

const QUICK = ['--rounds', '2', '--time', '20ms', '--actors', '2'];
const WASM = ['--backend', 'wasm'];

function summaryOf(folder: string): BenchSummary {
  return JSON.parse(readFileSync(join(folder, 'bench.json'), 'utf8')) as BenchSummary;
}

test('without an input it measures all variants and probes; the report and bench.json have the same figures', async (t) => {
  const cwd = temporaryFolder(t);
  const { status, stdout, stderr } = await callCli(['bench', ...QUICK, ...WASM, '--items', '20'], { cwd });
  assert.equal(status, 0, stderr);
  const { cases, advice, settings } = summaryOf(join(cwd, 'bench.aiops'));
  assert.deepEqual(
    cases.map(({ items, kind, arms, rounds }) => [items, kind, arms.length, rounds]),
    [
      [20, 'full', 6, 2],
      [4, 'probe', 3, 2],
      [80, 'probe', 3, 2],
    ],
  );
  for (const { arms } of cases) {
    assert.ok(arms.every(({ answers }) => answers.identical));
    assert.ok(arms.every(({ roundMs, wallMs }) => roundMs.length === 2 && wallMs.samples >= 2));
    assert.equal(arms.at(-1)?.perActor.length, 2);
  }
  assert.ok(stdout.includes(advice));
  assert.match(advice, /--actors [12]|--mode sequential/);
  assert.match(stdout, /20 items on wasm, builtin/);
  assert.match(stdout, /written to bench\.aiops/);
  assert.match(stderr, / 20, 4, 80 items, 1, 2 actors: /);
  assert.match(stderr, /warning: 2 rounds are too few/);
  assert.equal((settings as { seed: number }).seed, 1);
});

test('--trace writes one track per process that served, and the page does not depend on it', async (t) => {
  const cwd = temporaryFolder(t);
  const { status, stderr } = await callCli(
    ['bench', ...QUICK, ...LIGHT, '--items', '5,10', '--trace', '--quiet'],
    { cwd },
  );
  assert.equal(status, 0, stderr);
  const trace = readFileSync(join(cwd, 'bench.aiops/trace.json'), 'utf8');
  const events = JSON.parse(trace) as { name: string; args?: { name?: string } }[];
  const named = (kind: string): (string | undefined)[] =>
    events.filter(({ name }) => name === kind).map(({ args }) => args?.name);
  assert.deepEqual(named('process_name'), ['pool on js', 'one process on js']);
  const lanes = named('thread_name').map((name) => name?.replace(/ \(pid \d+\)/, ''));
  assert.deepEqual(lanes.toSorted(), ['actor-1', 'actor-2', 'blocks', 'blocks', 'sequential actor']);
  const timed = summaryOf(join(cwd, 'bench.aiops')).cases.flatMap(({ arms }) => arms);
  const minutes = events.filter(({ name }) => /^\d{4}-.*Z$/.test(name)).length;
  assert.ok(
    minutes > timed.reduce((sum, { wallMs }) => sum + wallMs.samples, 0),
    'the warm-up is in the trace too',
  );
  assert.match(readFileSync(join(cwd, 'bench.aiops/report.html'), 'utf8'), /^<!doctype html>/i);
  assert.ok(!existsSync(join(cwd, 'bench.aiops/trace.json.partial')));
});

test('a scenario refuses flags it does not use', async (t) => {
  const cwd = temporaryFolder(t);
  for (const flags of [['--baseline', 'x'], ['--trace'], ['--items', '5,10'], ['--actors', '1,2']]) {
    const refused = await callCli(['bench', '--scenario', 'gather', ...flags], { cwd });
    assert.equal(refused.status, 64, flags.join(' '));
    assert.match(refused.stderr, /--scenario does not take/);
  }
  const unknown = await callCli(['bench', '--scenario', 'nothing'], { cwd });
  assert.equal(unknown.status, 64);
  assert.match(unknown.stderr, /granularity, gather, reload, idle or pool/);
});

test('with an input it serves its minutes, even with more items than it has; the interval is the deadline', async (t) => {
  const cwd = temporaryFolder(t);
  const args = [
    'bench',
    recording('real-day.csv'),
    ...QUICK,
    ...LIGHT,
    '--items',
    '10,25',
    '--out',
    'out',
    '--csv',
  ];
  const { status, stdout, stderr } = await callCli([...args, '--quiet'], { cwd });
  assert.equal(status, 0, stderr);
  const [header = '', ...rows] = stdout.trimEnd().split('\n');
  assert.ok(header.startsWith('model,model_version,backend,batch_size,items,case'));
  assert.equal(rows.length, 2 * 6);
  const { input, deadlineMs, cases } = summaryOf(join(cwd, 'out'));
  assert.match(input ?? '', /real-day\.csv$/);
  assert.equal(deadlineMs, 60_000);
  assert.deepEqual(
    cases.map(({ items, kind }) => [items, kind]),
    [
      [10, 'full'],
      [25, 'full'],
    ],
  );
});

test('a configuration file may hold settings that only replay or only a benchmark uses', async (t) => {
  const cwd = temporaryFolder(t);
  const shared = {
    'fail-if': ['p99>1h', 'late>0', 'errors>0'],
    trace: true,
    columns: ['cpu'],
    compare: 'none',
  };
  writeFileSync(join(cwd, 'aiops-serve.config.json'), JSON.stringify(shared));
  const small = ['bench', ...QUICK, ...LIGHT, '--items', '5'];
  const bench = await callCli(small, { cwd });
  assert.equal(bench.status, 0, bench.stderr);
  assert.match(bench.stderr, /ignored --fail-if 'errors>0'/);
  assert.deepEqual(
    summaryOf(join(cwd, 'bench.aiops')).gates.map(({ condition, outcome }) => [condition, outcome]),
    [
      ['p99>1h', 'not met'],
      ['late>0', 'not met'],
    ],
  );
  const scenario = await callCli([...small, '--scenario', 'gather'], { cwd });
  assert.equal(scenario.status, 0, scenario.stderr);
  assert.match(scenario.stderr, /ignored --trace/);
});

test('invalid flags and inputs are refused before anything starts', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'other.json'), '{"a":1}');
  writeFileSync(join(cwd, 'short.csv'), 'timestamp,target,value\n2024-01-01T00:00:00Z,a,1\n');
  const cases: readonly (readonly [string[], number, RegExp])[] = [
    [['--actors', '0'], 64, /1 to 1024 actors/],
    [['--items', '5,x'], 64, /whole number/],
    [['--backend', 'wasm,gpu'], 64, /Expected auto, node or wasm/],
    [['--json', '--csv'], 64, /--json and --csv both/],
    [['--fail-if', 'slower>0'], 64, /there is no baseline/],
    [['--baseline', 'none.json'], 66, /cannot read the baseline/],
    [['--baseline', 'other.json'], 78, /other\.json/],
    [['none.csv'], 66, /none\.csv/],
    [['short.csv'], 65, /no item to serve in 1 minute\n.*60 intervals of a target/],
  ];
  for (const [flags, expected, message] of cases) {
    const { status, stderr } = await callCli(['bench', ...flags], { cwd });
    assert.equal(status, expected, `${flags.join(' ')}: ${stderr}`);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /started on/);
  }
});

test('settings of replay in the same file and environment are fine, unknown ones are refused', async (t) => {
  const cwd = temporaryFolder(t);
  const settings = { compare: 'none', items: [3, 4], 'results-format': 'csv', actors: 1 };
  writeFileSync(join(cwd, 'aiops-serve.config.json'), JSON.stringify(settings));
  const flags = ['bench', ...LIGHT, '--rounds', '1', '--time', '10ms'];
  const ran = await callCli(flags, { cwd, env: { AIOPS_SERVE_INFLIGHT: '3', AIOPS_SERVE_SEED: '7' } });
  assert.equal(ran.status, 0, ran.stderr);
  assert.doesNotMatch(ran.stderr, /not a setting of/);
  const { cases, settings: used } = summaryOf(join(cwd, 'bench.aiops'));
  assert.deepEqual(
    cases.map(({ items }) => items),
    [3, 4],
  );
  assert.equal((used as { seed: number }).seed, 7);
  writeFileSync(join(cwd, 'aiops-serve.config.json'), '{ "itmes": 3 }');
  assert.equal((await callCli(flags, { cwd })).status, 78);
});

test('SIGINT keeps the complete cases, also on the page, removes the reports of a previous run and exits with 130', async (t) => {
  const cwd = temporaryFolder(t);
  const flags = [...LIGHT, '--actors', '1', '--rounds', '10', '--time', '200ms'];
  const path = join(cwd, 'bench.aiops/bench.json');
  mkdirSync(join(cwd, 'bench.aiops'));
  for (const name of ['bench.json', 'report.html', 'trace.json']) {
    writeFileSync(join(cwd, 'bench.aiops', name), 'of an earlier run');
  }
  const child = startCli(['bench', ...flags, '--items', '2,2000'], { cwd });
  t.after(() => child.kill('SIGKILL'));
  const result = finished(child);
  const isWritten = (): boolean => readFileSync(path, 'utf8') !== 'of an earlier run';
  await until('the first case to be written', () => isWritten() || child.exitCode !== null);
  child.kill('SIGINT');
  const { status, stderr } = await result;
  assert.equal(status, 130, stderr);
  assert.match(stderr, /interrupted after 1 case/);
  assert.deepEqual(
    summaryOf(join(cwd, 'bench.aiops')).cases.map(({ items }) => items),
    [2],
  );
  const page = readFileSync(join(cwd, 'bench.aiops/report.html'), 'utf8');
  assert.match(page, /<p class="subtitle">1 case: 2 items on js<\/p>/);
  assert.deepEqual(readdirSync(join(cwd, 'bench.aiops')).toSorted(), ['bench.json', 'report.html']);
});

test('if standard output closes early, as after | head, it exits with 0 and bench.json is complete', async (t) => {
  const cwd = temporaryFolder(t);
  const child = startCli(['bench', ...QUICK, ...LIGHT, '--items', '3,4', '--json'], { cwd });
  child.stdout?.destroy();
  const { status, stderr } = await finished(child);
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /error|EPIPE/);
  assert.equal(summaryOf(join(cwd, 'bench.aiops')).cases.length, 2);
});

test('replay prints its report as JSON, CSV or Markdown, but not beside results', async (t) => {
  const cwd = temporaryFolder(t);
  const day = [recording('real-day.csv'), '--to', '2018-04-30T02:00:00Z'];
  const replay = ['replay', ...day, ...LIGHT, '--out', 'out', '--compare-time', '20ms', '--quiet'];
  const json = await callCli([...replay, '--json'], { cwd });
  assert.equal(json.stdout, readFileSync(join(cwd, 'out/timing.json'), 'utf8'));
  const csv = await callCli([...replay, '--csv'], { cwd });
  assert.match(
    csv.stdout,
    /^variant,minutes,items_per_s,p50_ms,p95_ms,max_ms,speedup,answers\n"sequential, per item",/,
  );
  const markdown = await callCli([...replay, '--markdown'], { cwd });
  assert.match(markdown.stdout, /^\| time per minute \| minutes \|/m);
  const both = await callCli(['replay', recording('real-day.csv'), '--out', '-', '--json'], { cwd });
  assert.equal(both.status, 64);
});
