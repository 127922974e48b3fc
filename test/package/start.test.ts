import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { finished, recording, ROOT, temporaryFolder } from '../support/cli.js';

/*
 * What the program loads before it does what it was asked for, in files, since times depend on the machine
 * (scripts/bench-start.mjs measures them).
 */

const PROGRAM = join(ROOT, 'bin/aiops-serve.js');
/** Each of these is a file of its own to resolve and read, about a hundredth of a bare start of Node. */
const MOST_FILES = 32;
/** Packages that these commands have no use for; each takes as long as a whole `--version` may. */
const HEAVY = ['zod', 'csv-parse', 'execa', 'cli-progress', 'yauzl', '@tensorflow'];

/** Writes the URL of every module that Node loads to standard error. */
const HOOK = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(\`
    import { writeSync } from 'node:fs';
    export function load(url, context, next) {
      writeSync(2, 'loads ' + url + '\\\\n');
      return next(url, context);
    }
  \`));
`)}`;

/** The files that the program loads with some arguments, and succeeds. */
async function filesLoaded(args: readonly string[], cwd: string): Promise<string[]> {
  const child = spawn(process.execPath, ['--import', HOOK, PROGRAM, ...args], { cwd });
  const { status, stderr } = await finished(child);
  assert.equal(status, 0, stderr);
  const urls = [...stderr.matchAll(/^loads (.*)$/gm)].map(([, url = '']) => url);
  return urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
}

/** The packages whose files are in these bundles, as the comments of the bundler say. */
function packagesIn(files: readonly string[]): Set<string> {
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  const paths = texts.flatMap((text) => [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm)]);
  const imported = texts.flatMap((text) => [...text.matchAll(/\bfrom ?"(@[^/"]+)/g)]);
  return new Set([...paths, ...imported].map(([, name = '']) => name));
}

async function assertLight(t: TestContext, args: readonly string[], cwd: string): Promise<void> {
  const files = await filesLoaded(args, cwd);
  t.diagnostic(`${args.join(' ')}: ${files.length} files`);
  assert.ok(files.includes(PROGRAM), 'the hook records what is loaded');
  assert.ok(files.length <= MOST_FILES, `loads ${files.length} files:\n${files.join('\n')}`);
  const packages = packagesIn(files);
  assert.ok(packages.has('commander'), 'the comments of the bundler are there to be read');
  for (const name of HEAVY) assert.ok(!packages.has(name), `loads ${name}`);
}

suite('starts light', () => {
  const help = ['replay', 'bench', 'status', 'model', 'native'].map((name) => [name, '--help']);
  for (const args of [['--version'], ['--help'], ...help, ['native', 'install', '--help']]) {
    test(args.join(' '), (t) => assertLight(t, args, ROOT));
  }

  test('status FOLDER, while replay loads more', async (t) => {
    const cwd = temporaryFolder(t);
    const flags = ['--compare', 'none', '--actors', '1', '--out', 'run', '--quiet'];
    const packages = packagesIn(await filesLoaded(['replay', recording('service-day.csv'), ...flags], cwd));
    for (const name of ['zod', 'csv-parse']) assert.ok(packages.has(name), `replay loads ${name}`);
    await assertLight(t, ['status', 'run'], cwd);
  });
});

test('each of our classes is in one bundle of the program, so that instanceof holds between bundles', () => {
  const homes = new Map<string, Set<string>>();
  for (const file of readdirSync(join(ROOT, 'dist/cli')).filter((name) => name.endsWith('.js'))) {
    let source = '';
    for (const line of readFileSync(join(ROOT, 'dist/cli', file), 'utf8').split('\n')) {
      source = /^\/\/ (\S+\.[jt]s)$/.exec(line)?.[1] ?? source;
      const name = /^var (\w+) = class\b/.exec(line)?.[1];
      if (name === undefined || !source.startsWith('src/')) continue;
      const key = `${name} of ${source}`;
      homes.set(key, (homes.get(key) ?? new Set()).add(file));
    }
  }
  assert.ok(homes.has('AiopsError of src/core/errors.ts'), [...homes.keys()].join(', '));
  for (const [name, files] of homes) assert.equal(files.size, 1, `${name}: ${[...files].join(', ')}`);
});
