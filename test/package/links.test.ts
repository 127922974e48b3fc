import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { test } from 'node:test';

import { ROOT, temporaryFolder } from '../support/cli.js';
import { deadLinks } from '../support/markdown.js';
import { pack } from '../support/packed.js';

/** Paths, and of Markdown files their text too. */
function withTexts(paths: readonly string[]): ReadonlyMap<string, string | null> {
  const textOf = (path: string): string | null =>
    path.endsWith('.md') ? readFileSync(join(ROOT, path), 'utf8') : null;
  return new Map(paths.map((path) => [path, textOf(path)]));
}

/** What is made, or comes from npm. */
const NOT_SOURCES = /^(node_modules|dist|dist-test|\.git|.+\.aiops)$/;

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (NOT_SOURCES.test(entry.name)) return [];
    return entry.isDirectory() ? filesUnder(path) : [relative(ROOT, path).split(sep).join('/')];
  });
}

test('every relative link of the repository leads somewhere', () => {
  const files = withTexts(filesUnder(ROOT));
  assert.ok([...files.values()].filter((text) => text !== null).length > 15);
  assert.deepEqual(deadLinks(files), []);
});

test('every relative link of the package leads to a file of the package', async (t) => {
  const { files } = await pack(temporaryFolder(t));
  assert.ok(files.includes('docs/guide.md'));
  assert.deepEqual(deadLinks(withTexts(files)), []);
});

test('dead links are found, and only those', () => {
  const other = '# Other\n\n## A `b`, c!\n\n## A b c\n\n```sh\n# no heading\n```\n';
  const text = [
    '[a](other.md) [b](other.md#a-b-c-1) [c](#here) [d](https://example.org/x.md) [e](folder) `[x](y.md)`',
    '# Here',
    '[gone](gone.md) [no heading](other.md#no-heading) [up](../other.md) [ref]',
    '[ref]: nowhere.md',
    '```',
    '[x](y.md)',
    '```',
  ].join('\n');
  const files = new Map([
    ['docs/a.md', text],
    ['docs/other.md', other],
    ['docs/folder/x.txt', null],
  ]);
  assert.deepEqual(deadLinks(files), [
    'docs/a.md: gone.md',
    'docs/a.md: other.md#no-heading',
    'docs/a.md: ../other.md',
    'docs/a.md: nowhere.md',
  ]);
});
