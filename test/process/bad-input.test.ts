import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { finished, ROOT, runCli, startCli, temporaryFolder, type Finished } from '../support/cli.js';

const GOOD = 'timestamp,target,value\n2018-04-30T00:00:00Z,a,1\n2018-04-30T00:01:00Z,a,2\n';

function assertRefused(result: Finished, status: number, ...patterns: RegExp[]): void {
  assert.equal(result.status, status, result.stderr);
  assert.doesNotMatch(result.stderr, /\n\s+at /, 'no stack trace');
  for (const pattern of patterns) assert.match(result.stderr, pattern);
}

test('inputs that are not there or cannot be read', async (t) => {
  const cwd = temporaryFolder(t);
  mkdirSync(join(cwd, 'folder'));
  assertRefused(await runCli(['replay', 'nothing.csv'], { cwd }), 66, /nothing\.csv/);
  assertRefused(await runCli(['replay', 'folder'], { cwd }), 66, /folder/);
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
    const result = await runCli(['replay', name], { cwd });
    assertRefused(result, 65, complaint);
    assert.match(result.stderr, /\n {2}\S/, 'a hint follows');
  });
}

test('wrong command lines', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), GOOD);
  assertRefused(
    await runCli(['replay', 'data.csv', '--actors', '0'], { cwd }),
    64,
    /--actors/,
    /'0' is invalid/,
  );
  assertRefused(await runCli(['replay', 'data.csv', '--actorz', '2'], { cwd }), 64, /--actorz/, /--actors/);
  assertRefused(await runCli(['replai', 'data.csv'], { cwd }), 64, /replai/, /replay/);
  assertRefused(await runCli(['replay'], { cwd }), 64, /missing required argument/);
  assertRefused(await runCli([], { cwd }), 64, /Usage/);
  const env = { AIOPS_SERVE_ACTORS: 'none' };
  assertRefused(
    await runCli(['replay', 'data.csv'], { cwd, env }),
    78,
    /AIOPS_SERVE_ACTORS='none' is invalid/,
  );
});

test('help and version are no errors', async (t) => {
  const cwd = temporaryFolder(t);
  const version = await runCli(['--version'], { cwd });
  assert.equal(version.status, 0);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const help = await runCli(['replay', '--help'], { cwd });
  assert.equal(help.status, 0);
  assert.match(help.stdout, /--compare-time/);
});

test('help into a pipe that closes early', async (t) => {
  const child = startCli(['replay', '--help'], { cwd: temporaryFolder(t) });
  child.stdout?.destroy();
  const { status, stderr } = await finished(child);
  assert.equal(status, 0);
  assert.equal(stderr, '');
});

test('models that cannot be trusted', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), GOOD);
  mkdirSync(join(cwd, 'empty'));
  assertRefused(await runCli(['replay', 'data.csv', '--model', 'nowhere'], { cwd }), 78, /nowhere/);
  assertRefused(await runCli(['replay', 'data.csv', '--model', 'empty'], { cwd }), 78, /aiops-model\.json/);
  cpSync(join(ROOT, 'fixtures/bundles/builtin'), join(cwd, 'altered'), { recursive: true });
  const weights = readdirSync(join(cwd, 'altered/graph')).find((name) => name.endsWith('.bin')) ?? '';
  const path = join(cwd, 'altered/graph', weights);
  const bytes = readFileSync(path);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  assertRefused(
    await runCli(['replay', 'data.csv', '--model', 'altered'], { cwd }),
    78,
    /sha256/,
    new RegExp(weights),
  );
  assert.equal(existsSync(join(cwd, 'data.csv.aiops')), false, 'nothing was made');
});

test('an output folder that cannot be made is refused before work starts', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), GOOD);
  const result = await runCli(['replay', 'data.csv', '--out', 'data.csv'], { cwd });
  assertRefused(result, 73, /data\.csv/, /--out/);
  assertRefused(await runCli(['replay', 'data.csv', '--out', 'data.csv/sub'], { cwd }), 73, /data\.csv/);
});

test('configuration files are checked like flags', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), GOOD);
  const configure = (text: string): void => writeFileSync(join(cwd, 'aiops-serve.config.json'), text);
  configure('{"actors": 0}');
  assertRefused(await runCli(['replay', 'data.csv'], { cwd }), 78, /aiops-serve\.config\.json/, /actors/);
  configure('{"actorz": 1}');
  assertRefused(await runCli(['replay', 'data.csv'], { cwd }), 78, /actorz/);
  configure('{"mode": "odd"}');
  assertRefused(await runCli(['replay', 'data.csv'], { cwd }), 78, /mode/, /parallel/);
  configure('not json');
  assertRefused(await runCli(['replay', 'data.csv'], { cwd }), 78, /aiops-serve\.config\.json/);
  configure('{}');
  assertRefused(await runCli(['replay', 'data.csv', '--config', 'other.json'], { cwd }), 78, /other\.json/);
});

test('a recording shorter than the window: all warm-up, and the warning says what the model needs', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'data.csv'), GOOD);
  const result = await runCli(['replay', 'data.csv', '--actors', '1', '--compare', 'none'], { cwd });
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stderr, /warning: .*60 intervals/);
});
