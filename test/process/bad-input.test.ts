import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { finished, type Finished, LIGHT, ROOT, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const GOOD = 'timestamp,target,value\n2018-04-30T00:00:00Z,a,1\n2018-04-30T00:01:00Z,a,2\n';

function assertRefused(result: Finished, status: number, ...patterns: RegExp[]): void {
  assert.equal(result.status, status, result.stderr);
  assert.doesNotMatch(result.stderr, /\n\s+at /, 'no stack trace');
  for (const pattern of patterns) assert.match(result.stderr, pattern);
}

test('a missing input or a folder ends with 66 and creates nothing', async (t) => {
  const cwd = temporaryFolder(t);
  mkdirSync(join(cwd, 'folder'));
  assertRefused(await callCli(['replay', 'nothing.csv'], { cwd }), 66, /nothing\.csv/);
  assertRefused(await callCli(['replay', 'folder'], { cwd }), 66, /folder/);
  assert.deepEqual(readdirSync(cwd), ['folder'], 'nothing was made');
});

const UNUSABLE: readonly (readonly [name: string, content: string, complaint: RegExp])[] = [
  ['empty.csv', '', /empty/],
  ['empty.jsonl', '', /empty/],
  ['header-only.csv', 'timestamp,target,value\n', /header-only\.csv/],
  ['no-metric.csv', 'timestamp,target,place\n2018-04-30T00:00:00Z,a,attic\n', /numeric/],
  ['no-time.csv', 'host,value\na,1\n', /time/],
  ['no-time.jsonl', '{"host":"a","value":1}\n', /time/],
  ['prose.jsonl', 'once upon a time\nthere was a file\n', /prose\.jsonl/],
  [
    'backwards.csv',
    'timestamp,target,value\n2018-04-30T00:05:00Z,a,1\n2018-04-30T00:06:00Z,a,1\n2018-04-30T00:01:00Z,a,2\n',
    /backwards\.csv:4/,
  ],
];

for (const [name, content, complaint] of UNUSABLE) {
  test(`unusable input: ${name}`, async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, name), content);
    const result = await callCli(['replay', name, ...LIGHT, '--actors', '1', '--compare', 'none'], { cwd });
    assertRefused(result, 65, complaint);
    assert.match(result.stderr, /\n {2}\S/, 'a hint follows');
  });
}

test('invalid command lines end with 64, invalid variables with 78', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), GOOD);
  assertRefused(
    await callCli(['replay', 'data.csv', '--actors', '0'], { cwd }),
    64,
    /--actors/,
    /'0' is invalid/,
  );
  assertRefused(await callCli(['replay', 'data.csv', '--actorz', '2'], { cwd }), 64, /--actorz/, /--actors/);
  assertRefused(await callCli(['replai', 'data.csv'], { cwd }), 64, /replai/, /replay/);
  assertRefused(await callCli(['replay'], { cwd }), 64, /missing required argument/);
  assertRefused(await callCli([], { cwd }), 64, /Usage/);
  const env = { AIOPS_SERVE_ACTORS: 'none' };
  assertRefused(
    await callCli(['replay', 'data.csv'], { cwd, env }),
    78,
    /AIOPS_SERVE_ACTORS='none' is invalid/,
  );
});

test('--help and --version exit with 0', async (t) => {
  const cwd = temporaryFolder(t);
  const version = await callCli(['--version'], { cwd });
  assert.equal(version.status, 0);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const help = await callCli(['replay', '--help'], { cwd });
  assert.equal(help.status, 0);
  assert.match(help.stdout, /--compare-time/);
});

test('--help into a pipe that closes early exits with 0', async (t) => {
  const child = startCli(['replay', '--help'], { cwd: temporaryFolder(t) });
  child.stdout?.destroy();
  const { status, stderr } = await finished(child);
  assert.equal(status, 0);
  assert.equal(stderr, '');
});

test('missing and altered models end with 78 and create nothing', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), GOOD);
  mkdirSync(join(cwd, 'empty'));
  assertRefused(await callCli(['replay', 'data.csv', '--model', 'nowhere'], { cwd }), 78, /nowhere/);
  assertRefused(await callCli(['replay', 'data.csv', '--model', 'empty'], { cwd }), 78, /aiops-model\.json/);
  cpSync(join(ROOT, 'fixtures/bundles/builtin'), join(cwd, 'altered'), { recursive: true });
  const weights = readdirSync(join(cwd, 'altered/graph')).find((name) => name.endsWith('.bin')) ?? '';
  const path = join(cwd, 'altered/graph', weights);
  const bytes = readFileSync(path);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  assertRefused(
    await callCli(['replay', 'data.csv', '--model', 'altered'], { cwd }),
    78,
    /sha256/,
    new RegExp(weights),
  );
  assert.equal(existsSync(join(cwd, 'data.csv.aiops')), false, 'nothing was made');
});

test('an output folder that cannot be created ends with 73 before anything starts', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), GOOD);
  const result = await callCli(['replay', 'data.csv', '--out', 'data.csv'], { cwd });
  assertRefused(result, 73, /data\.csv/, /--out/);
  assertRefused(await callCli(['replay', 'data.csv', '--out', 'data.csv/sub'], { cwd }), 73, /data\.csv/);
});

test('invalid configuration files end with 78', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), GOOD);
  const configure = (text: string): void => writeFileSync(join(cwd, 'aiops-serve.config.json'), text);
  configure('{"actors": 0}');
  assertRefused(await callCli(['replay', 'data.csv'], { cwd }), 78, /aiops-serve\.config\.json/, /actors/);
  configure('{"actorz": 1}');
  assertRefused(await callCli(['replay', 'data.csv'], { cwd }), 78, /actorz/);
  configure('{"mode": "odd"}');
  assertRefused(await callCli(['replay', 'data.csv'], { cwd }), 78, /mode/, /parallel/);
  configure('not json');
  assertRefused(await callCli(['replay', 'data.csv'], { cwd }), 78, /aiops-serve\.config\.json/);
  configure('{}');
  assertRefused(await callCli(['replay', 'data.csv', '--config', 'other.json'], { cwd }), 78, /other\.json/);
});

test('a recording shorter than the window is all warm-up, with a warning about the intervals needed', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), GOOD);
  const result = await callCli(['replay', 'data.csv', ...LIGHT, '--actors', '1', '--compare', 'none'], {
    cwd,
  });
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stderr, /warning: .*60 intervals/);
});

test('names with line breaks and escape sequences stay on one line, and the results can be replayed', async (t) => {
  const cwd = temporaryFolder(t);
  const name = 'a\nb\t|\u001b[2J';
  const rows = Array.from({ length: 70 }, (_, i) => {
    const time = new Date(Date.UTC(2018, 3, 30, 0, i)).toISOString();
    return `${time},"${name}",${i % 7},${i === 65 ? 1 : 0}\n`;
  });
  writeFileSync(join(cwd, 'in.csv'), `timestamp,target,value,label\n${rows.join('')}`);
  const flags = [...LIGHT, '--compare', 'none', '--actors', '1'];
  const first = await callCli(
    ['replay', 'in.csv', '--out', 'first', '--results-format', 'csv', '--markdown', ...flags],
    { cwd },
  );
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /^\| a\\\\nb\\\\t\\\|\\\\x1b\\\[2J \| 11 \|/m);
  const second = await callCli(
    ['replay', join('first', 'results.csv'), '--columns', 'score', '--out', 'second', ...flags],
    { cwd },
  );
  assert.equal(second.status, 0, second.stderr);
  const results = readFileSync(join(cwd, 'second', 'results.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  assert.equal(results.length, 70);
  for (const line of results) assert.equal((JSON.parse(line) as { target: string }).target, name);
});

test('five million digits and a pattern of 5,000 stars are checked without delay', async (t) => {
  const cwd = temporaryFolder(t);
  const name = 'a'.repeat(40_000);
  const text = `${GOOD}2018-04-30T00:02:00Z,a,${'1'.repeat(5_000_000)}x\n2018-04-30T00:03:00Z,${name},1\n`;
  writeFileSync(join(cwd, 'in.csv'), text);
  const targets = `a,${'*a'.repeat(5000)}*b`;
  // With a matcher or an expression that tries again, this takes hours.
  const result = await callCli(
    ['replay', 'in.csv', '--targets', targets, '--out', 'out', '--compare', 'none', ...LIGHT],
    { cwd },
  );
  assert.equal(result.status, 3, result.stderr);
  const [reject] = readFileSync(join(cwd, 'out', 'rejects.jsonl'), 'utf8').split('\n');
  assert.equal((JSON.parse(reject ?? '') as { reason: string }).reason, 'bad_value');
});

test('times skipped by a clock change are explained in flags and in rejects', async (t) => {
  const cwd = temporaryFolder(t);
  const gap = '02:30 on 2024-03-31 does not exist in Europe/Berlin: clocks go from 02:00 to 03:00';
  writeFileSync(
    join(cwd, 'in.csv'),
    'timestamp,target,value\n2024-03-31 01:59,a,1\n2024-03-31 02:30,a,1\n2024-03-31 03:00,a,1\n',
  );
  const flags = ['replay', 'in.csv', '--timezone', 'Europe/Berlin', '--compare', 'none', ...LIGHT];
  for (const flag of ['--from', '--to']) {
    const refused = await callCli([...flags, flag, '2024-03-31 02:30'], { cwd });
    assertRefused(refused, 64, new RegExp(`${flag}: ${gap}`));
  }
  const { status, stderr } = await callCli([...flags, '--out', 'out'], { cwd });
  assert.equal(status, 3, stderr);
  assert.ok(readFileSync(join(cwd, 'out', 'rejects.jsonl'), 'utf8').includes(gap));
});
