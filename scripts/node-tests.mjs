import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Compiled test files of the selected sources under test/; leftovers without a source never run. */
export async function testFiles(isSelected) {
  return (await readdir(join(root, 'test'), { recursive: true }))
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.test.ts') && isSelected(file))
    .sort()
    .map((file) => join('dist-test', file.replace(/\.ts$/, '.js')));
}

/** One more than there are processors: many tests wait for processes. */
const CONCURRENCY = availableParallelism() + 1;

/** Folders of pure functions. A process for each of their files would take longer to start than most of them to run. */
const PURE = ['core', 'measure', 'protocol', 'read', 'report'];

/** Runs compiled tests with Node's test runner; resolves to its exit status. */
export async function runTests(files, { env = {} } = {}) {
  const together = await mkdtemp(join(root, 'dist-test', 'together-'));
  try {
    return await runFiles(await startedFiles(files, together), env);
  } finally {
    await rm(together, { recursive: true });
  }
}

function runFiles(files, env) {
  const args = ['--test', '--test-reporter=spec', `--test-concurrency=${CONCURRENCY}`, ...files];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** The files to start a process for: those of a pure folder are imported by one that is written into `together`. */
async function startedFiles(files, together) {
  const started = [];
  for (const [folder, inside] of byFolder(files)) {
    const isPure = PURE.includes(folder.split('/')[0]);
    if (!isPure || inside.length === 1) {
      started.push(...inside);
      continue;
    }
    const path = join(together, `${folder.replaceAll('/', '-')}.test.mjs`);
    const imports = inside.map(
      (file) => `import '${file.replace(/^dist-test/, '..').replaceAll('\\', '/')}';\n`,
    );
    await writeFile(path, imports.join(''));
    started.push(path);
  }
  return started;
}

/** The files by their folder below dist-test/. */
function byFolder(files) {
  const folders = new Map();
  for (const file of files) {
    const folder = dirname(file)
      .replaceAll('\\', '/')
      .replace(/^dist-test\/?/, '');
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return folders;
}
