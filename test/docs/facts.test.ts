import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';

import { DONE_WITH_FAILURES, EXIT_STATUS, GATE_FAILED, SIGNAL_STATUS } from '#build/cli/exit-codes.js';

import { ROOT, runCli } from '../support/cli.js';
import { sectionOf } from '../support/markdown.js';

/** The pages that describe a command. */
const PAGES: Readonly<Record<string, readonly string[]>> = {
  replay: ['guide', 'formats', 'backfill', 'bundle', 'analyzers', 'cluster'],
  inspect: ['guide', 'formats', 'backfill'],
  bench: ['guide', 'bench', 'formats', 'bundle', 'analyzers'],
  plan: ['cluster', 'guide', 'formats', 'backfill', 'bundle', 'analyzers'],
  slice: ['cluster', 'guide'],
  merge: ['cluster'],
  status: ['guide', 'backfill'],
  'model init': ['guide', 'bundle'],
  'model check': ['guide', 'bundle'],
  'model seal': ['guide', 'bundle'],
  'native install': ['guide', 'native'],
  'native status': ['guide', 'native'],
  'native remove': ['guide', 'native'],
};

/** Pages whose inline code that begins with `--` is a flag of this program. */
const PAGES_FOR_USERS = [
  'README.md',
  'docs/guide.md',
  'docs/backfill.md',
  'docs/formats.md',
  'docs/bench.md',
];

const page = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const names = (text: string, flag: string): boolean => new RegExp(`${flag}(?![a-z-])`).test(text);

/** Each command that does something, with its flags as `--help` lists them. */
async function flagsOfCommands(command: readonly string[] = []): Promise<Map<string, string[]>> {
  const { stdout, status } = await runCli([...command, '--help'], { cwd: ROOT });
  assert.equal(status, 0);
  const below = [...(/^Commands:\n((?: .*\n)+)/m.exec(stdout)?.[1] ?? '').matchAll(/^ {2}([a-z]+)/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
  if (below.length === 0) {
    const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag);
    return new Map([[command.join(' '), flags.filter((flag) => flag !== '--help')]]);
  }
  const maps = await Promise.all(below.map((name) => flagsOfCommands([...command, name])));
  return new Map(maps.flatMap((map) => [...map]));
}

suite('flags', () => {
  let commands: ReadonlyMap<string, readonly string[]> = new Map();
  before(async () => (commands = await flagsOfCommands()));

  test('every command has pages that describe it, which the guide links', () => {
    assert.deepEqual([...commands.keys()].sort(), Object.keys(PAGES).sort());
    const guide = page('docs/guide.md');
    for (const name of new Set(Object.values(PAGES).flat())) {
      assert.ok(name === 'guide' || guide.includes(`](${name}.md`), name);
    }
  });

  test('every flag of a command is on a page that describes it', () => {
    for (const [command, flags] of commands) {
      const pages = (PAGES[command] ?? []).map((name) => page(`docs/${name}.md`)).join('\n');
      const missing = flags.filter((flag) => !names(pages, flag));
      assert.deepEqual(missing, [], command);
    }
    assert.ok((commands.get('replay') ?? []).length > 50);
  });

  test('the pages name no flag that does not exist', () => {
    const known = new Set(['--help', ...[...commands.values()].flat()]);
    for (const path of PAGES_FOR_USERS) {
      const code = page(path).match(/`--[a-z][^`\n]*|aiops-serve [^`|#\n]+/g) ?? [];
      const named = code.join('\n').match(/--[a-z][a-z-]+/g) ?? [];
      assert.ok(named.length > 0, path);
      assert.deepEqual(
        named.filter((flag) => !known.has(flag)),
        [],
        path,
      );
    }
  });
});

test('the guide lists every exit status, and no other', () => {
  const rows = sectionOf(page('docs/guide.md'), '## Exit status').matchAll(/^\| ([\d, ]+) \|/gm);
  const listed = [...rows].flatMap(([, statuses = '']) => statuses.split(',').map(Number));
  const statuses = [
    ...[0, DONE_WITH_FAILURES, GATE_FAILED],
    ...Object.values(EXIT_STATUS),
    ...Object.values(SIGNAL_STATUS),
  ];
  assert.deepEqual(
    listed.sort((a, b) => a - b),
    [...new Set(statuses)].sort((a, b) => a - b),
  );
});

test('the tests that the promises of backfills name exist', () => {
  const promises = sectionOf(page('docs/backfill.md'), '## What is promised');
  const named = [...promises.matchAll(/`((?:test\/[a-z]+\/)?[a-z]+(?:-[a-z]+)*)`/g)].map(
    ([, name = '']) => name,
  );
  assert.ok(named.length > 10);
  for (const name of named) {
    const path = name.startsWith('test/') ? name : `test/faults/${name}`;
    assert.ok(existsSync(join(ROOT, `${path}.test.ts`)), path);
  }
});

/** Code of a page that looks like a path from the root of the repository. */
function pathsIn(text: string): string[] {
  const roots = /`((?:bin|docs|examples|fixtures|native|schema|scripts|src|test)\/[\w./-]*)`/g;
  return [...text.matchAll(roots)].map(([, path = '']) => path).filter((path) => !path.includes('NAME'));
}

/** Folders that a row of a table names after the one that they are in. */
function foldersBelow(row: string): string[] {
  const [, first] = /`(src\/[a-z]+\/)`/.exec(row) ?? [];
  if (!row.startsWith('|') || first === undefined) return [];
  const rest = row.slice(row.indexOf(first) + first.length).replace(/, with packages .*/, '');
  return [...rest.matchAll(/`([a-z]+\/)`/g)].map(([, folder = '']) => join(first, folder));
}

test('paths that the pages name exist', () => {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const paths = ['README.md', 'CONTRIBUTING.md', ...pages.map((name) => `docs/${name}`)].flatMap((path) => {
    const text = page(path);
    const below = path === 'CONTRIBUTING.md' ? text.split('\n').flatMap(foldersBelow) : [];
    return [...pathsIn(text), ...below].map((named) => ({ path, named }));
  });
  assert.ok(paths.length > 60, String(paths.length));
  const missing = paths.filter(
    ({ named }) => !existsSync(join(ROOT, named)) && !existsSync(join(ROOT, `${named}.test.ts`)),
  );
  assert.deepEqual(missing, []);
});
