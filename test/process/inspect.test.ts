import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';

import { z } from 'zod';

import { inspectionJsonSchema, type Inspection } from '#build/inspect/inspection.js';

import { LIGHT, recording, ROOT, runShell, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';

const SCHEMA_FILE = join(ROOT, 'schema/inspect.schema.json');

async function inspected(cwd: string, args: readonly string[], status = 0): Promise<Inspection> {
  const { stdout, stderr, status: exit } = await callCli(['inspect', ...args, '--json'], { cwd });
  assert.equal(exit, status, stderr);
  const document: unknown = JSON.parse(stdout);
  z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as never).parse(document);
  return document as Inspection;
}

const iso = (m: number): string => new Date(Date.UTC(2018, 3, 30) + m * 60_000).toISOString();
const range = (length: number): number[] => [...Array(length).keys()];

/** Files whose reading takes several decisions, by what they are. */
const FILES: Readonly<Record<string, readonly (readonly [name: string, text: string])[]>> = {
  'CSV with lines before its header, semicolons, decimal commas and names to quote': [
    [
      "o'neil 1.csv",
      `# exported\n# by a tool\ntime;host name;cpu (user, sys);mem\n${range(9)
        .map((m) => `${iso(m)};web ${m % 3};${m},5;${m === 4 ? 'NA' : m}`)
        .join('\n')}\n`,
    ],
  ],
  'a row per metric': [
    [
      'long.csv',
      `timestamp,host,metric,value\n${range(20)
        .map((i) => `${iso(i >> 2)},web-${(i >> 1) % 2},${['cpu', 'mem'][i % 2]},${i}`)
        .join('\n')}\n`,
    ],
  ],
  'JSON with objects in it, and a reject': [
    [
      'nested.jsonl',
      [
        ...range(12).map((m) =>
          JSON.stringify({ ts: iso(m), tags: { pod: `p${m % 2}` }, metrics: { cpu: m } }),
        ),
        'nothing\n',
      ].join('\n'),
    ],
  ],
  'files that have columns of the same records': [
    [
      'cpu.csv',
      `time,host,cpu\n${range(8)
        .map((m) => `${iso(m)},a,${m}\n`)
        .join('')}`,
    ],
    [
      'mem.csv',
      `time,host,mem\n${range(8)
        .map((m) => `${iso(m)},a,${m}\n`)
        .join('')}`,
    ],
  ],
};

const REPLAY = '--compare none --mode sequential --restart';
const env = { AIOPS_SERVE_ANALYZER: LIGHT[1] };

/** What a replay wrote. */
const written = (folder: string): string[] =>
  ['results.jsonl', 'rejects.jsonl'].map((name) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '',
  );

suite('inspect', () => {
  for (const [what, files] of Object.entries(FILES)) {
    test(`ends with a command that replays the same: ${what}`, async (t: TestContext) => {
      const cwd = temporaryFolder(t);
      for (const [name, text] of files) writeFileSync(join(cwd, name), text);
      const names = files.map(([name]) => name);
      const { command, counts } = await inspected(cwd, names);
      assert.deepEqual(readdirSync(cwd).sort(), [...names].sort(), 'inspecting writes nothing');
      const plain = await callCli(['replay', ...names, ...REPLAY.split(' '), '--out', 'plain'], { cwd, env });
      const pinned = await runShell(`${command} ${REPLAY} --out pinned`, { cwd, env });
      assert.equal(pinned.status, plain.status, pinned.stderr);
      assert.ok(written(join(cwd, 'plain')).join('').length > 0);
      assert.deepEqual(written(join(cwd, 'pinned')), written(join(cwd, 'plain')));
      const summary = JSON.parse(readFileSync(join(cwd, 'plain/timing.json'), 'utf8')) as {
        counts: Record<string, number>;
      };
      for (const [name, count] of Object.entries(counts)) assert.equal(count, summary.counts[name], name);
    });
  }

  test('shows each decision with its evidence and flag, and what the records hold', async (t) => {
    const cwd = temporaryFolder(t);
    const { stdout, stderr, status } = await callCli(['inspect', recording('service-day.csv')], { cwd });
    assert.equal(status, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /^target +column "\w+" +.+ +--target-column \w+$/m);
    assert.match(stdout, /^interval +1m, found from the data$/m);
    assert.match(stdout, /^records +[\d,]+ = [\d,]+ accepted \+ 0 merged \+ 0 rejected$/m);
    assert.match(stdout, /\n\naiops-serve replay .+\n$|:\naiops-serve replay .+\n$/);
  });

  test('reports on what replay refuses, with its status and the flag that mends it', async (t) => {
    const cwd = temporaryFolder(t);
    const lines = range(20).map((m) => `${iso(m)},${m}`);
    writeFileSync(
      join(cwd, 'mixed.csv'),
      `time,cpu\n${[...lines.slice(10), ...lines.slice(0, 10)].join('\n')}\n`,
    );
    const { inputs, problem, command, counts } = await inspected(cwd, ['mixed.csv'], 65);
    assert.equal(counts.accepted, 20);
    assert.equal(inputs[0]?.order.largestStepBack?.line, 12);
    assert.equal(inputs[0].order.largestStepBack.intervals, 19);
    assert.match(problem?.hint ?? '', /--sort.*--grace 19/);
    assert.match(command, / --sort$/);
    const pinned = await runShell(`${command} ${REPLAY} --out pinned`, { cwd, env });
    assert.equal(pinned.status, 0, pinned.stderr);
    assert.equal(written(join(cwd, 'pinned')).join('').trim().split('\n').length, 20);
    const allowed = await inspected(cwd, ['mixed.csv', '--grace', '19']);
    assert.equal(allowed.problem, null);
  });

  test('refuses more rejects than --max-rejects allows', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'a.csv'), `time,cpu\n${iso(0)},1\nsoon,2\n${iso(2)},3\n`);
    assert.equal((await inspected(cwd, ['a.csv', '--max-rejects', '1'])).rejects[0]?.count, 1);
    const { problem } = await inspected(cwd, ['a.csv', '--max-rejects', '0'], 65);
    assert.match(problem?.message ?? '', /1 of 3 records/);
  });

  test('has the exit status of replay where nothing can be read', async (t) => {
    const cwd = temporaryFolder(t);
    writeFileSync(join(cwd, 'names.csv'), 'a,b\nx,y\n');
    const status = async (...args: string[]): Promise<number | null> =>
      (await callCli(['inspect', ...args], { cwd })).status;
    assert.equal(await status('names.csv'), 65);
    assert.equal(await status('none.csv'), 66);
    assert.equal(await status('names.csv', '--interval', 'soon'), 64);
    assert.equal(await status(), 64);
  });

  test('reads standard input, and ends quietly when its reader has seen enough', async (t) => {
    const cwd = temporaryFolder(t);
    const file = recording('service-day.csv');
    const { stdout, stderr, status } = await runShell(
      `set -o pipefail; cat '${file}' | aiops-serve inspect - --json | head -c 20`,
      { cwd },
    );
    assert.equal(status, 0, stderr);
    assert.equal(stdout.length, 20);
    assert.equal(stderr, '');
  });
});

test('the shipped schema of inspect is the current one (scripts/write-schema.mjs)', () => {
  const shipped: unknown = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'));
  assert.deepEqual(shipped, inspectionJsonSchema());
});
