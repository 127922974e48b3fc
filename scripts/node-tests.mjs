import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
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

/** Runs compiled tests with Node's test runner; resolves to its exit status. */
export function runTests(files, { env = {} } = {}) {
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
