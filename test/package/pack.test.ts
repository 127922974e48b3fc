import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Script } from 'node:vm';

import { EXIT_STATUS } from '#build/cli/exit-codes.js';
import { platformFacts, whyUnsupported } from '#build/native/platform.js';

import { programs } from '../support/native-install.js';
import { installPacked, pack, runInstalled, type Packed } from '../support/packed.js';

const MEBIBYTE = 2 ** 20;

let folder = '';
let packed: Packed;
let app = '';

// Without the optional native backend, as where it cannot be downloaded; test/heavy installs with it.
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aiops-serve-'));
  packed = await pack(folder);
  app = await installPacked(folder, packed.path, '--omit=optional');
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the package has the program, its built-in model, a recording and docs, and nothing else', (t) => {
  const { files, sizeBytes, unpackedBytes } = packed;
  t.diagnostic(`${files.length} files, ${sizeBytes} bytes packed, ${unpackedBytes} bytes unpacked`);

  const allowed =
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|CONTRIBUTING\.md|bin\/aiops-serve\.js|dist\/(cli|actor|model)\/[^/]+\.js(\.map)?|dist\/(model\/(analyzer|normalizers)|core\/(errors|incidents|input-position|partition|types))\.d\.ts|dist\/page\/(main\.js|uplot\.(js|css)|uplot-license\.txt)|dist\/third-party-licenses\.txt|dist\/cluster\/ray_driver\.py|examples\/.+\.(mjs|py|service|timer|yaml)|native\/package(-lock)?\.json|schema\/.+\.json|docs\/.+\.md|fixtures\/bundles\/builtin\/.+|fixtures\/recordings\/(README\.md|LICENSE-cloud-monitoring|real-day\.csv)|scripts\/model\/README\.md)$/;
  assert.deepEqual(
    files.filter((file) => !allowed.test(file)),
    [],
  );
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'dist/third-party-licenses.txt']) {
    assert.ok(files.includes(file), `${file} is missing`);
  }
  assert.ok(sizeBytes < 1.4 * MEBIBYTE, `${sizeBytes} bytes packed`);
});

/*
 * Each of these needs a file that ships beside the bundles, or a package that is installed with them
 * (src/program/package-files.ts).
 */
suite('the installed program finds its files:', () => {
  const builtIn = (): string => join(app, 'node_modules/aiops-serve/fixtures/bundles/builtin');
  const recording = 'node_modules/aiops-serve/fixtures/recordings/real-day.csv';
  const brief = ['--to', '2018-04-30T02:00:00Z', '--compare', 'none', '--actors', '1'];

  test('the scripts of a report, with the licence of the plotting library', async () => {
    const { status, stderr } = await runInstalled(app, ['replay', recording, '--out', 'page', ...brief]);
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
