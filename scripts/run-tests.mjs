/**
 * Runs compiled tests by node's own runner, which on Node 20 takes neither globs nor TypeScript.
 *
 *   node scripts/run-tests.mjs [--heavy] [PATTERN…]
 *
 * Without a pattern: all tests but test/heavy, which are what --heavy selects. With patterns: every test file
 * whose path contains one of them. The list comes from test/, so that a compiled leftover never runs.
 */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  options: { heavy: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const files = (await readdir(join(root, 'test'), { recursive: true }))
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.test.ts') && isSelected(file))
  .sort()
  .map((file) => join('dist-test', file.replace(/\.ts$/, '.js')));

if (files.length > 0) {
  process.exitCode = await runNode(['--test', '--test-reporter=spec', '--test-concurrency=2', ...files]);
} else if (positionals.length > 0) {
  console.error(`no test file's path under test/ contains ${positionals.join(' or ')}`);
  process.exitCode = 1;
} else {
  console.log(`no ${values.heavy ? 'heavy ' : ''}tests`);
}

function isSelected(file) {
  const isHeavy = file.startsWith('heavy/');
  if (positionals.length > 0) return positionals.some((pattern) => `test/${file}`.includes(pattern));
  return isHeavy === values.heavy;
}

function runNode(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
