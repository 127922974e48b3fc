import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { finished, ROOT, temporaryFolder } from './support/cli.js';

/** A forbidden import each: [file, what it imports, the rule that says no]. */
const FORBIDDEN: readonly (readonly [file: string, module: string, rule: string])[] = [
  ['src/core/a.ts', '../model/fine.js', 'direction-core'],
  ['src/core/b.ts', 'node:path', 'core-imports-nothing'],
  ['src/core/c.ts', 'zod', 'core-imports-nothing'],
  ['src/model/a.ts', '../protocol/fine.js', 'direction-model'],
  ['src/program/a.ts', '../core/fine.js', 'direction-program'],
  ['src/protocol/a.ts', '../model/fine.js', 'direction-protocol'],
  ['src/actor/a.ts', '../pool/fine.js', 'direction-actor'],
  ['src/read/a.ts', '../output/fine.js', 'direction-read'],
  ['src/read/bytes/a.ts', '../lines/fine.js', 'direction-read-bytes'],
  ['src/read/lines/a.ts', '../minutes/fine.js', 'direction-read-lines'],
  ['src/read/sample/a.ts', '../minutes/fine.js', 'direction-read-sample'],
  ['src/read/minutes/a.ts', '../sample/fine.js', 'direction-read-minutes'],
  ['src/read/snapshot/a.ts', '../fine.js', 'direction-read-snapshot'],
  ['src/output/a.ts', '../report/fine.js', 'direction-output'],
  ['src/report/a.ts', '../host/fine.js', 'direction-report'],
  ['src/host/a.ts', '../replay/fine.js', 'direction-host'],
  ['src/pool/a.ts', '../actor/fine.js', 'direction-pool'],
  ['src/measure/a.ts', '../pool/fine.js', 'direction-measure'],
  ['src/replay/a.ts', '../bench/fine.js', 'direction-replay'],
  ['src/bench/a.ts', '../replay/fine.js', 'direction-bench'],
  ['src/native/a.ts', '../cli/fine.js', 'direction-native'],
  ['src/cli/a.ts', '../actor/fine.js', 'direction-cli'],
  ['src/helpers/a.ts', '../core/fine.js', 'known-folders'],
  ['src/actor/b.ts', '@tensorflow/tfjs-core', 'tensorflow-in-backends'],
  ['src/model/b.ts', '@tensorflow/tfjs-core', 'tensorflow-in-backends'],
  ['src/pool/c.ts', 'execa', 'execa-in-host'],
  ['src/host/f.ts', 'yauzl', 'zip-in-native'],
  ['src/replay/d.ts', 'commander', 'commander-in-cli'],
  ['src/report/b.ts', 'cli-progress', 'progress-in-cli'],
  ['src/replay/e.ts', 'csv-parse', 'csv-parse-in-read'],
  ['src/read/b.ts', 'zod', 'zod-at-the-boundaries'],
  ['src/core/d.ts', 'node:fs', 'no-files-here'],
  ['src/report/c.ts', 'node:fs/promises', 'no-files-here'],
  ['src/pool/b.ts', 'fs', 'no-files-here'],
  ['src/protocol/b.ts', 'node:fs', 'no-files-here'],
  ['src/measure/b.ts', 'node:fs', 'no-files-here'],
  ['src/report/page/a.ts', '../fine.js', 'page-stands-alone'],
  ['src/report/d.ts', './page/fine.js', 'page-is-no-library'],
  ['src/output/cycle.ts', './ring.js', 'no-cycles'],
  ['src/output/b.ts', './nowhere.js', 'no-unresolvable'],
  ['src/host/b.ts', 'fast-check', 'published-imports-are-dependencies'],
  ['src/host/d.ts', 'node:module', 'files-are-found-by-program'],
  ['bin/a.js', '../src/cli/fine.js', 'bin-is-one-import'],
  ['test/a.test.ts', '../src/core/fine.js', 'tests-test-the-build'],
];

/** Files that break no rule. */
const FINE: Readonly<Record<string, readonly string[]>> = {
  'bin/fine.js': ['../dist/cli/main.js', 'node:module'],
  'dist/cli/main.js': [],
  'src/core/fine.ts': ['./other.js'],
  'src/core/other.ts': [],
  'src/model/fine.ts': ['../core/fine.js', 'zod', 'node:fs'],
  'src/program/fine.ts': ['node:fs', 'node:module'],
  'src/protocol/fine.ts': ['../core/fine.js'],
  'src/actor/fine.ts': ['../model/fine.js', '../protocol/fine.js', './backends/fine.js'],
  'src/actor/backends/fine.ts': ['@tensorflow/tfjs-core'],
  'src/read/fine.ts': ['../model/fine.js', 'csv-parse', 'node:fs', './snapshot/fine.js'],
  'src/read/options.ts': ['../core/fine.js'],
  'src/read/bytes/fine.ts': ['../../core/fine.js'],
  'src/read/lines/fine.ts': ['../bytes/fine.js', '../options.js'],
  'src/read/sample/fine.ts': ['../lines/fine.js', '../options.js'],
  'src/read/minutes/fine.ts': ['../lines/fine.js', '../bytes/fine.js'],
  'src/read/snapshot/fine.ts': ['../lines/fine.js', '../bytes/fine.js'],
  'src/output/fine.ts': ['../core/fine.js', 'node:fs/promises'],
  'src/output/ring.ts': ['./cycle.js'],
  'src/report/fine.ts': ['../core/fine.js'],
  'src/report/html/plot-data.ts': ['../../core/fine.js'],
  'src/report/page/fine.ts': ['../html/plot-data.js'],
  'src/host/fine.ts': ['../core/fine.js', 'execa', 'node:fs'],
  'src/pool/fine.ts': ['../protocol/fine.js', '../program/fine.js', 'node:path'],
  'src/measure/fine.ts': ['../core/fine.js'],
  'src/native/fine.ts': ['../host/fine.js'],
  'src/bench/fine.ts': ['../pool/fine.js', '../measure/fine.js'],
  'src/replay/fine.ts': ['../read/fine.js', '../pool/fine.js', '../output/fine.js', '../report/fine.js'],
  'src/cli/fine.ts': ['../replay/fine.js', '../core/fine.js', 'commander', 'cli-progress', 'zod'],
  'test/fine.test.ts': ['fast-check'],
};

const DEPENDENCIES = ['@tensorflow/tfjs-core'];
/** What of the development dependencies is bundled, and one that is not. */
const DEV_DEPENDENCIES = ['cli-progress', 'commander', 'csv-parse', 'execa', 'zod', 'fast-check'];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

test('every import rule bites, and only where it should', async (t) => {
  const folder = temporaryFolder(t);
  makeTree(folder);
  const violations = await cruise(folder);
  const broken = (file: string): string[] =>
    violations.filter((v) => v.from === file).map((v) => v.rule.name);

  for (const [file, module, rule] of FORBIDDEN) {
    assert.ok(broken(file).includes(rule), `${file} may import ${module}: ${rule} did not bite`);
  }
  assert.deepEqual(broken('src/core/orphan.ts'), ['no-orphans']);
  for (const file of Object.keys(FINE).filter((name) => name !== 'src/output/ring.ts')) {
    assert.deepEqual(broken(file), [], `${file} breaks no rule`);
  }
});

test('type-only imports count', async (t) => {
  const folder = temporaryFolder(t);
  makeTree(folder);
  write(
    folder,
    'src/pool/types.ts',
    "import type { name } from '../actor/fine.js';\nexport type Name = typeof name;\n",
  );
  const violations = await cruise(folder);
  assert.deepEqual(
    violations.filter((v) => v.from === 'src/pool/types.ts').map((v) => v.rule.name),
    ['direction-pool'],
  );
});

/** A repository in small, its packages empty ones. */
function makeTree(folder: string): void {
  for (const [file, modules] of Object.entries(FINE)) write(folder, file, source(modules));
  for (const [file, module] of FORBIDDEN) write(folder, file, source([module]));
  write(folder, 'src/core/orphan.ts', source([]));
  for (const name of [...DEPENDENCIES, ...DEV_DEPENDENCIES]) {
    write(
      folder,
      `node_modules/${name}/package.json`,
      JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
    );
    write(folder, `node_modules/${name}/index.js`, '');
  }
  write(
    folder,
    'package.json',
    JSON.stringify({
      type: 'module',
      dependencies: Object.fromEntries(DEPENDENCIES.map((name) => [name, '1.0.0'])),
      devDependencies: Object.fromEntries(DEV_DEPENDENCIES.map((name) => [name, '1.0.0'])),
    }),
  );
  write(folder, 'tsconfig.json', '{ "compilerOptions": { "module": "NodeNext" } }');
}

function source(modules: readonly string[]): string {
  return `${modules.map((module) => `import '${module}';\n`).join('')}export const name = 1;\n`;
}

function write(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** Runs the tool with the repository's own rules over `folder`. */
async function cruise(folder: string): Promise<readonly Violation[]> {
  const tool = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const rules = join(ROOT, '.dependency-cruiser.mjs');
  const args = ['--config', rules, '--output-type', 'json', 'bin', 'src', 'test'];
  const { stdout, stderr } = await finished(spawn(process.execPath, [tool, ...args], { cwd: folder }));
  assert.equal(stderr, '');
  const { summary } = JSON.parse(stdout) as { summary: { violations: readonly Violation[] } };
  return summary.violations;
}
