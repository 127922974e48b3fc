import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { recording, ROOT, temporaryFolder } from '../support/cli.js';
import { installPacked, npx, pack } from '../support/packed.js';

test('the package installs and replays whether or not its optional native backend can be fetched', async (t) => {
  const folder = temporaryFolder(t);
  const app = await installPacked(folder, (await pack(folder)).path);
  const replay = await npx(app, 'aiops-serve', 'replay', recording('real-day.csv'), '--out', 'out');
  assert.equal(replay.status, 0, replay.stderr);
});

test('installed in an empty folder, it replays a recording', async (t) => {
  const folder = temporaryFolder(t);
  const app = await installPacked(folder, (await pack(folder)).path, '--omit=optional');
  const recording = ['--targets', '3', '--minutes', '70', '--out', join(app, 'data.jsonl')];
  execFileSync(process.execPath, [join(ROOT, 'scripts/generate-recording.mjs'), ...recording]);

  const version = await npx(app, 'aiops-serve', '--version');
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  assert.deepEqual([version.status, version.stdout], [0, `${manifest.version}\n`], version.stderr);

  const replay = await npx(app, 'aiops-serve', 'replay', 'data.jsonl');
  assert.equal(replay.status, 0, replay.stderr);
  const rows = readFileSync(join(app, 'data.jsonl.aiops/results.jsonl'), 'utf8').trimEnd().split('\n');
  const answered = rows.filter((row) => (JSON.parse(row) as { status: string }).status === 'ok');
  assert.equal(rows.length, 3 * 70);
  assert.equal(answered.length, 3 * (70 - 59));

  const readme = readFileSync(join(app, 'node_modules/aiops-serve/README.md'), 'utf8');
  const named = /^npx aiops-serve (replay node_modules\/.+)$/m.exec(readme)?.[1];
  const first = await npx(
    app,
    'aiops-serve',
    ...(named ?? assert.fail('README names no recording')).split(' '),
  );
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /^records {2}14,400 = 14,400 accepted/m);

  const example = ['--analyzer', 'node_modules/aiops-serve/examples/rolling-zscore.mjs', '--out', 'z'];
  const analyzed = await npx(app, 'aiops-serve', 'replay', 'data.jsonl', ...example);
  assert.equal(analyzed.status, 0, analyzed.stderr);

  writeFileSync(join(app, 'right.ts'), MINE);
  writeFileSync(join(app, 'wrong.ts'), MINE.replace('score: 1', "score: 'high'"));
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022'];
  const types = await npx(app, TSC, ...options, 'right.ts', 'wrong.ts');
  assert.match(types.stdout, /^wrong\.ts.* error TS2322/);
  assert.doesNotMatch(types.stdout, /right\.ts/);
});

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** An analyzer in TypeScript, by the types of the package. */
const MINE = `import type { Analyzer, CreateAnalyzer } from 'aiops-serve';
const predict: Analyzer['predict'] = (items) => items.map(() => ({ score: 1, anomaly: null, output: [] }));
export const createAnalyzer: CreateAnalyzer = async ({ params, loadBundle }) =>
  params['bundle'] === undefined ? { window: 1, predict } : loadBundle(params['bundle']);
`;
