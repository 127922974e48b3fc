import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { ROOT, temporaryFolder } from '../support/cli.js';
import { installPacked, npx, pack } from '../support/packed.js';

const MEBIBYTE = 2 ** 20;

test('the package holds the program, its built-in model, a recording and docs, nothing else', async (t) => {
  const { files, sizeBytes, unpackedBytes } = await pack(temporaryFolder(t));
  t.diagnostic(`${files.length} files, ${sizeBytes} bytes packed, ${unpackedBytes} bytes unpacked`);

  const allowed =
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|bin\/aiops-serve\.js|dist\/.+\.js|dist\/(model\/analyzer|core\/(errors|incidents|input-position|types))\.d\.ts|examples\/.+\.(mjs|service|timer)|native\/package(-lock)?\.json|schema\/.+\.json|docs\/.+\.md|fixtures\/bundles\/builtin\/.+|fixtures\/recordings\/(README\.md|LICENSE-cloud-monitoring|real-day\.csv)|scripts\/model\/README\.md)$/;
  assert.deepEqual(
    files.filter((file) => !allowed.test(file)),
    [],
  );
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/cli/main.js', 'dist/actor/main.js']) {
    assert.ok(files.includes(file), `${file} is missing`);
  }
  for (const file of files.filter((name) => name.startsWith('dist/'))) {
    const source = join(ROOT, file.replace(/^dist/, 'src').replace(/(\.d)?\.[jt]s$/, '.ts'));
    assert.ok(existsSync(source), `${file} is left over from a source that is gone: npm run clean`);
  }
  assert.ok(sizeBytes < MEBIBYTE, `${sizeBytes} bytes packed`);
});

// Without the optional native backend, as where it cannot be downloaded; test/heavy installs with it.
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

  const types = (source: string): ReturnType<typeof npx> => {
    writeFileSync(join(app, 'mine.ts'), source);
    return npx(
      app,
      ...[TSC, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', 'mine.ts'],
    );
  };
  const right = await types(MINE);
  assert.equal(right.status, 0, right.stdout);
  const wrong = await types(MINE.replace('score: 1', "score: 'high'"));
  assert.match(wrong.stdout, /error TS2322/);
});

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** An analyzer in TypeScript, by the types of the package. */
const MINE = `import type { Analyzer, CreateAnalyzer } from 'aiops-serve';
const predict: Analyzer['predict'] = (items) => items.map(() => ({ score: 1, anomaly: null, output: [] }));
export const createAnalyzer: CreateAnalyzer = async ({ params, loadBundle }) =>
  params['bundle'] === undefined ? { window: 1, predict } : loadBundle(params['bundle']);
`;
