import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { sourceStack } from '#build/cli/source-stack.js';

import { ROOT } from '../support/cli.js';

/** An error that seems to come from the first line of a file with this text in it. */
function errorFrom(file: string, text: string): Error {
  const path = join(ROOT, file);
  const lines = readFileSync(path, 'utf8').split('\n');
  const line = lines.findIndex((found) => found.includes(text)) + 1;
  assert.ok(line > 0, `${file} has no ${text}`);
  const error = new Error('unforeseen');
  error.stack = `Error: unforeseen\n    at main (${pathToFileURL(path).href}:${line}:1)`;
  return error;
}

test('places in a bundle become places in the sources', () => {
  const stack = sourceStack(errorFrom('dist/cli/main.js', 'function namedCommand('));
  const [, line] = /src\/cli\/main\.ts:(\d+):\d+\)/.exec(stack) ?? assert.fail(stack);
  const source = readFileSync(join(ROOT, 'src/cli/main.ts'), 'utf8').split('\n');
  assert.match(source[Number(line) - 1] ?? '', /^function namedCommand\(/);
});

test('places in a bundled package stay as they are', () => {
  const main = readFileSync(join(ROOT, 'dist/cli/main.js'), 'utf8');
  const [, chunk = ''] =
    /\bCommand,[^}]*\} from "\.\/([^"]+)"/.exec(main) ?? assert.fail('no chunk of commander');
  const error = errorFrom(join('dist/cli', chunk), 'parseAsync(');
  assert.ok(sourceStack(error).includes(error.stack ?? ''));
});

test('places in a file without a source map stay as they are', () => {
  const error = errorFrom('bin/aiops-serve.js', 'await import(');
  assert.ok(sourceStack(error).includes(error.stack ?? ''));
});

test('a value that is no error is shown', () => {
  assert.equal(sourceStack({ code: 1 }), '{ code: 1 }');
});
