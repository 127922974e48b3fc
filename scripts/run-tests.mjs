/**
 * Runs compiled tests with Node's test runner, which on Node 20 takes neither globs nor TypeScript.
 *
 *   node scripts/run-tests.mjs [--heavy] [PATTERN…]
 *
 * Without a pattern it runs all tests except test/heavy (see --heavy) and test/faults (see scripts/run-faults.mjs). With
 * patterns it runs every test file whose path contains one of them.
 */
import { parseArgs } from 'node:util';

import { runTests, testFiles } from './node-tests.mjs';

const { values, positionals } = parseArgs({
  options: { heavy: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const files = await testFiles(isSelected);

if (files.length > 0) {
  process.exitCode = await runTests(files);
} else if (positionals.length > 0) {
  console.error(`no test file under test/ matches ${positionals.join(' or ')}`);
  process.exitCode = 1;
} else {
  console.log(`no ${values.heavy ? 'heavy ' : ''}tests`);
}

function isSelected(file) {
  if (positionals.length > 0) return positionals.some((pattern) => `test/${file}`.includes(pattern));
  return file.startsWith('heavy/') === values.heavy && !file.startsWith('faults/');
}
