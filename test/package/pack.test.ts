import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Script } from 'node:vm';

import { EXIT_STATUS } from '#dist/cli/exit-codes.js';
import { platformFacts, whyUnsupported } from '#dist/native/platform.js';

import { ROOT, temporaryFolder } from '../support/cli.js';
import { programs } from '../support/native-install.js';
import { installPacked, npx, pack, runInstalled } from '../support/packed.js';

const MEBIBYTE = 2 ** 20;

test('the package has the program, its built-in model, a recording and docs, and nothing else', async (t) => {
  const { files, sizeBytes, unpackedBytes } = await pack(temporaryFolder(t));
  t.diagnostic(`${files.length} files, ${sizeBytes} bytes packed, ${unpackedBytes} bytes unpacked`);

  const allowed =
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|bin\/aiops-serve\.js|dist\/(cli|actor|model)\/[^/]+\.js(\.map)?|dist\/(model\/analyzer|core\/(errors|incidents|input-position|partition|types))\.d\.ts|dist\/page\/(main\.js|uplot\.(js|css)|uplot-license\.txt)|dist\/third-party-licenses\.txt|examples\/.+\.(mjs|service|timer)|native\/package(-lock)?\.json|schema\/.+\.json|docs\/.+\.md|fixtures\/bundles\/builtin\/.+|fixtures\/recordings\/(README\.md|LICENSE-cloud-monitoring|real-day\.csv)|scripts\/model\/README\.md)$/;
  assert.deepEqual(
    files.filter((file) => !allowed.test(file)),
    [],
  );
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/third-party-licenses.txt']) {
    assert.ok(files.includes(file), `${file} is missing`);
  }
  assert.ok(sizeBytes < MEBIBYTE, `${sizeBytes} bytes packed`);
});

let folder = '';
let app = '';

// Without the optional native backend, as where it cannot be downloaded; test/heavy installs with it.
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aiops-serve-'));
  app = await installPacked(folder, (await pack(folder)).path, '--omit=optional');
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('installed in an empty folder, it replays a recording', async () => {
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

/*
 * Each of these needs a file that ships beside the bundles, or a package that is installed with them
 * (src/program/package-files.ts).
 */
suite('the installed program finds its files:', () => {
  const builtIn = (): string => join(app, 'node_modules/aiops-serve/fixtures/bundles/builtin');
  const recording = 'node_modules/aiops-serve/fixtures/recordings/real-day.csv';
  const brief = ['--to', '2018-04-30T02:00:00Z', '--compare', 'none'];

  test('the scripts of a report, with the licence of the plotting library', async () => {
    const { status, stderr } = await runInstalled(app, [
      'replay',
      recording,
      '--out',
      'page',
      '--actors',
      '1',
    ]);
    assert.equal(status, 0, stderr);
    const page = readFileSync(join(app, 'page/report.html'), 'utf8');
    const scripts = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map(([, text = '']) => text);
    assert.equal(scripts.length, 2);
    assert.match(scripts[0] ?? '', /MIT License[^]*var uPlot=/);
    assert.match(scripts[1] ?? '', /new uPlot\(/);
    for (const text of scripts) assert.doesNotThrow(() => new Script(text));
  });

  test('the built-in model and the actor of a sequential run', async () => {
    const flags = ['--mode', 'sequential', '--out', 'sequential', ...brief];
    const { status, stderr } = await runInstalled(app, ['replay', recording, ...flags]);
    assert.equal(status, 0, stderr);
  });

  test('the page of a benchmark', async () => {
    const flags = ['--time', '10ms', '--rounds', '1', '--items', '5', '--actors', '1', '--backend', 'wasm'];
    const { status, stderr } = await runInstalled(app, ['bench', ...flags, '--out', 'bench']);
    assert.equal(status, 0, stderr);
    assert.match(readFileSync(join(app, 'bench/report.html'), 'utf8'), /^<!doctype html>/i);
  });

  test('those that seal a bundle', async () => {
    cpSync(builtIn(), join(app, 'sealed'), { recursive: true });
    const { status, stdout, stderr } = await runInstalled(app, ['model', 'seal', 'sealed']);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^sealed /);
  });

  test('the wasm backend; native TensorFlow is not installed', async () => {
    const { status, stdout, stderr } = await runInstalled(app, ['native', 'status', '--json'], {
      XDG_CACHE_HOME: join(app, 'cache'),
    });
    const { npm, used } = JSON.parse(stdout) as { npm: { kind: string }; used: string };
    assert.deepEqual([npm.kind, used, status], ['absent', 'none', EXIT_STATUS.backend_missing], stderr);
  });

  test(
    'the packages that native install installs',
    { skip: whyUnsupported(platformFacts())?.message ?? false },
    async () => {
      const PATH = programs(join(app, 'tools'), {
        // Shows that the list was put where npm looks for it, and fails.
        npm: 'case "$1" in --version) echo 11;; *) for a in "$@"; do case $a in --prefix=*) cat "${a#--prefix=}/package.json" >&2;; esac; done; exit 1;; esac',
        'g++': 'echo g++ 13',
        python3: 'echo pip 24',
        cat: 'exec /bin/cat "$@"',
      });
      const env = { XDG_CACHE_HOME: join(app, 'cache'), PATH, CXX: '' };
      const { status, stderr } = await runInstalled(app, ['native', 'install'], env);
      assert.equal(status, EXIT_STATUS.tool_failed, stderr);
      assert.match(stderr, /"@tensorflow\/tfjs-node"/);
    },
  );
});

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** An analyzer in TypeScript, by the types of the package. */
const MINE = `import type { Analyzer, CreateAnalyzer } from 'aiops-serve';
const predict: Analyzer['predict'] = (items) => items.map(() => ({ score: 1, anomaly: null, output: [] }));
export const createAnalyzer: CreateAnalyzer = async ({ params, loadBundle }) =>
  params['bundle'] === undefined ? { window: 1, predict } : loadBundle(params['bundle']);
`;
