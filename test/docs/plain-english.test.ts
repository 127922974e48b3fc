import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { BANNED_PHRASES, bannedIn } from '../support/banned-phrases.js';
import { ROOT } from '../support/cli.js';
import { proseOf, testNamesOf } from '../support/prose.js';

const ROOMS = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const PAGES = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'],
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** What is wrong with a text, a line each: where, the phrase, what to write. */
function findings(path: string, text: string): string[] {
  return bannedIn(text).map(({ line, phrase, instead }) => `${path}:${line}: "${phrase}" → ${instead}`);
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
}

const findingsInRoom = (room: string): string[] =>
  sourcesIn(`src/${room}`).flatMap((path) => findings(path, proseOf(read(path))));

function assertNone(found: readonly string[]): void {
  if (found.length > 0) assert.fail(`write what follows the arrow:\n${found.join('\n')}`);
}

suite('plain English', () => {
  for (const page of PAGES)
    test(page, () => {
      assertNone(findings(page, read(page)));
    });

  for (const room of ROOMS)
    test(`src/${room}`, () => {
      assert.ok(sourcesIn(`src/${room}`).length > 0);
      assertNone(findingsInRoom(room));
    });

  test('names of tests', () => {
    const found = sourcesIn('test').flatMap((path) => findings(path, testNamesOf(read(path))));
    assertNone(found);
  });
});

suite('the list of banned phrases', () => {
  for (const { pattern, instead, bad, good } of BANNED_PHRASES)
    test(`"${bad[0] ?? ''}": ${instead}`, () => {
      const isFound = (text: string): boolean => text.search(pattern) >= 0;
      assert.deepEqual(
        bad.filter((text) => !isFound(text)),
        [],
      );
      assert.deepEqual(good.filter(isFound), []);
    });

  test('a finding names line, phrase and replacement', () => {
    assert.deepEqual(bannedIn('# Title\n\nIt goes on\n  with this. Nobody knows.'), [
      { line: 3, phrase: 'goes on with', instead: 'resume, continue' },
      { line: 4, phrase: 'Nobody', instead: 'no one, no reader, no process' },
    ]);
  });
});

suite('prose of a source', () => {
  const found = (source: string): string[] => findings('a.ts', proseOf(source));

  test('strings, template parts and comments are read', () => {
    for (const source of [
      "const a = 'begins anew';",
      'const a = "begins anew";',
      'const a = `begins anew`;',
      'const a = `${b} begins anew ${c}`;',
      'const a = `${b}${c} anew`;',
      '// begins anew',
      '/* begins anew */',
      'f(a, /* anew */ b);',
      'f(a); // anew',
      'const a = 1;\n// anew',
    ])
      assert.equal(found(source).length, 1, source);
  });

  test('code is not', () => {
    for (const source of [
      'const anew = whoever.tally;',
      "const left = ['left', 'out'];",
      'const a = `${anew}`;',
      'const a = /anew/;',
      'const a = x / anew / y;',
      'import { anew } from "./anew.js";',
    ])
      assert.deepEqual(found(source), [], source);
  });

  test('a phrase may span the lines of a comment and strings that are joined', () => {
    assert.deepEqual(found('/**\n * It goes\n * on with this.\n */\nconst a = 1;'), [
      'a.ts:2: "goes on with" → resume, continue',
    ]);
    assert.equal(found('// It goes\n// on with this.\nf();').length, 1);
    assert.equal(found("f('it goes ' +\n  'on with this');").length, 1);
  });

  test('lines and offsets are those of the source', () => {
    const source = 'const a = `x\n${b}\n`; /* c\n */ f("d" + e);\n';
    assert.equal(proseOf(source).length, source.length);
    assert.deepEqual(
      [...proseOf(source).matchAll(/\n/g)].map(({ index }) => index),
      [...source.matchAll(/\n/g)].map(({ index }) => index),
    );
  });
});

test('of a test file only the names of its tests and suites are read', () => {
  const source = [
    "test('begins anew', () => f('anew'));",
    'suite(`anew ${a}`, () => {});',
    "for (const [name] of [['anew']]) it(name, () => {});",
    "describe('again', () => {}); // anew",
  ].join('\n');
  assert.deepEqual(
    bannedIn(testNamesOf(source)).map(({ line }) => line),
    [1, 2],
  );
});
